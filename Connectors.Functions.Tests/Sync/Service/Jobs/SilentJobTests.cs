using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

/// <summary>Jobs that a dead worker left behind.</summary>
public sealed class SilentJobTests
{
    // The clean-up does not come while a test runs.
    private readonly ServiceFixture _fixture = new() { MaxConcurrentSyncs = 1, JobCleanupInterval = TimeSpan.FromDays(1) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AJobThatFallsSilentEndsAtAPollAndTheNextOneOfItsConnectorRuns()
    {
        var connector = _fixture.AddConnector();
        var died = _fixture.Clock.GetUtcNow();
        var dead = await _fixture.AddJobAsync(
            connector,
            $$"""{"status": "in_progress", "worker_hostname": "host-2", "last_seen": "{{died:o}}"}"""
        );
        var next = await _fixture.AddJobAsync(connector);
        using var stop = new CancellationTokenSource();

        var service = _fixture.Service.RunAsync(stop.Token, Token);
        await _fixture.PassTimeUntilAsync(() => _fixture.Status(next) == "completed");
        var waited = _fixture.Clock.GetUtcNow() - died;
        await stop.CancelAsync();
        await service;

        Assert.Equal("error", _fixture.Status(dead));
        Assert.InRange(waited, TimeSpan.FromMinutes(5), TimeSpan.FromHours(12));
    }
}
