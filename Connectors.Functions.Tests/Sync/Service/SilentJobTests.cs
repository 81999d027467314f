using Connectors.Sync.Protocol;
using Xunit;

namespace Connectors.Tests.Sync.Service;

/// <summary>Jobs that a dead worker left behind.</summary>
public sealed class SilentJobTests
{
    private readonly ServiceBed _bed = new() { MaxConcurrentSyncs = 1 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AJobThatFallsSilentEndsAtTheNextPollAndTheNextOneOfItsConnectorRuns()
    {
        var connector = _bed.AddConnector();
        var dead = await _bed.AddJobAsync(connector, $$"""{"status": "in_progress", "worker_hostname": "host-2", "last_seen": "{{_bed.Clock.GetUtcNow():o}}"}""");
        var next = await _bed.AddJobAsync(connector);
        var died = _bed.Clock.GetUtcNow();

        // The clean-up comes when the service starts and every five minutes: two and seven minutes after the last sign of life.
        _bed.Clock.Advance(TimeSpan.FromMinutes(2));
        using var stop = new CancellationTokenSource();

        var service = _bed.Service.RunAsync(stop.Token, Token);
        await _bed.PassTimeUntilAsync(() => _bed.Status(next) == "completed");
        var waited = _bed.Clock.GetUtcNow() - died;
        await stop.CancelAsync();
        await service;

        Assert.Equal("error", _bed.Status(dead));

        // Five minutes of silence, and at most a poll (30 s) after that.
        Assert.InRange(waited, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
    }
}
