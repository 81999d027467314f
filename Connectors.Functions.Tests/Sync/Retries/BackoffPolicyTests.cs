using Connectors.Sync.Retries;
using Xunit;

namespace Connectors.Tests.Sync.Retries;

public sealed class BackoffPolicyTests
{
    private static readonly BackoffPolicy Policy = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1));

    [Theory]
    [InlineData(0, 0, 2)]
    [InlineData(1, 2, 4)]
    [InlineData(2, 6, 8)]
    [InlineData(3, 14, 10)]
    [InlineData(1_000, 24, 10)]
    [InlineData(9, 55, 5)]
    public void PausesDoubleUpToTheLongestAndEndWithTheTimeLimit(int retry, int elapsed, int delay) =>
        Assert.Equal(TimeSpan.FromSeconds(delay), Policy.DelayBefore(retry, TimeSpan.FromSeconds(elapsed), retryAfter: null, jitter: 1));

    [Fact]
    public void JitterTakesUpToOneHalfAway() =>
        Assert.Equal(TimeSpan.FromSeconds(4), Policy.DelayBefore(2, TimeSpan.Zero, retryAfter: null, jitter: 0));

    [Fact]
    public void APauseIsNeverShorterThanTheSourceAskedFor() =>
        Assert.Equal(TimeSpan.FromSeconds(25), Policy.DelayBefore(0, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(25), jitter: 0.3));

    [Theory]
    [InlineData(60)]
    [InlineData(3_600)]
    public void AfterTheTimeLimitThereIsNoRetry(int elapsed) =>
        Assert.Null(Policy.DelayBefore(1, TimeSpan.FromSeconds(elapsed), TimeSpan.FromSeconds(1), jitter: 1));

    [Fact]
    public void WithoutATimeLimitThereIsNone() =>
        Assert.Null(BackoffPolicy.None.DelayBefore(0, TimeSpan.Zero, retryAfter: null, jitter: 1));
}
