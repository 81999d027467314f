using Connectors.Emulator.Bulk;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Emulator;

public sealed class WritePaceTests
{
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void RequestsWaitForOneAnotherAsOnAServerOfLimitedStrength()
    {
        var pace = new WritePace(1000, _clock);

        var first = pace.WaitAsync(500, Token);
        var second = pace.WaitAsync(500, Token);

        Assert.Equal((false, false), (first.IsCompleted, second.IsCompleted));
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal((true, false), (first.IsCompleted, second.IsCompleted));
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.True(second.IsCompleted);
    }

    [Fact]
    public void TimeInWhichNothingWasSentIsNotSavedUp()
    {
        var pace = new WritePace(1000, _clock);
        _clock.Advance(TimeSpan.FromHours(1));

        var write = pace.WaitAsync(1000, Token);
        _clock.Advance(TimeSpan.FromSeconds(0.9));

        Assert.False(write.IsCompleted);
    }

    [Fact]
    public void WithoutAPaceNothingWaits() => Assert.True(new WritePace(0, _clock).WaitAsync(1_000_000, Token).IsCompleted);
}
