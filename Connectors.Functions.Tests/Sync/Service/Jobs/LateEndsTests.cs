using System.Text.Json.Nodes;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

/// <summary>What a connector says of its last syncs, when they are told of late, twice, or by hosts whose clocks differ.</summary>
public sealed class LateEndsTests
{
    private readonly ServiceBed _bed = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AContentSyncBesideAClockThatIsAheadIsToldFromItsStartToItsEnd()
    {
        var connector = _bed.AddConnector();
        var content = await _bed.AddJobAsync(connector);
        _bed.Store.Edit(
            ProtocolIndices.Connectors,
            connector,
            """{"last_access_control_sync_status": "completed", "last_synced": "2026-11-23T23:00:00Z"}"""
        );

        await ClaimAsync(content);
        var started = _bed.Connector(connector)["last_sync_status"]!.GetValue<string>();
        await _bed.Service.Steps.CompleteAsync(
            new JobClaim(content),
            new JobResult
            {
                Counts = new SyncCounts(Created: 3),
                Cursor = new JsonObject { ["place"] = "p1" },
            },
            Token
        );

        var record = _bed.Connector(connector);
        Assert.Equal(("in_progress", "completed"), (started, record["last_sync_status"]!.GetValue<string>()));
        Assert.Equal(
            ("p1", 3),
            (record["sync_cursor"]!["place"]!.GetValue<string>(), record["last_indexed_document_count"]!.GetValue<int>())
        );
        Assert.Equal("2026-11-23T23:00:00Z", record["last_synced"]!.GetValue<string>());
    }

    [Fact]
    public async Task TheRepeatedEndOfAnOlderJobDoesNotEndTheNewerOne()
    {
        var connector = _bed.AddConnector();
        var (older, newer) = (await _bed.AddJobAsync(connector), await _bed.AddJobAsync(connector));
        await ClaimAsync(older);
        await _bed.Service.Steps.CompleteAsync(
            new JobClaim(older),
            new JobResult
            {
                Counts = new SyncCounts(Created: 3),
                Cursor = new JsonObject { ["place"] = "p1" },
            },
            Token
        );
        await ClaimAsync(newer);

        await _bed.Service.Steps.CompleteAsync(new JobClaim(older), new JobResult(), Token);
        Assert.Equal("in_progress", _bed.Connector(connector)["last_sync_status"]!.GetValue<string>());

        await _bed.Service.Steps.CompleteAsync(
            new JobClaim(newer),
            new JobResult
            {
                Counts = new SyncCounts(Created: 5),
                Cursor = new JsonObject { ["place"] = "p2" },
            },
            Token
        );
        await _bed.Service.Steps.CompleteAsync(new JobClaim(older), new JobResult(), Token);

        var record = _bed.Connector(connector);
        Assert.Equal(
            ("completed", "p2", 5),
            (
                record["last_sync_status"]!.GetValue<string>(),
                record["sync_cursor"]!["place"]!.GetValue<string>(),
                record["last_indexed_document_count"]!.GetValue<int>()
            )
        );
    }

    [Fact]
    public async Task TheCursorOfAnEndThatIsToldAfterALaterJobFailedIsNotLost()
    {
        var connector = _bed.AddConnector("""{"sync_cursor": {"place": "p0"}}""");
        var (older, newer) = (await _bed.AddJobAsync(connector), await _bed.AddJobAsync(connector));
        await ClaimAsync(older);
        await _bed.Service.Jobs.EndAsync(
            new JobClaim(older),
            JobStatus.Completed,
            new JobResult
            {
                Counts = new SyncCounts(Created: 3),
                Cursor = new JsonObject { ["place"] = "p1" },
            },
            Token
        );
        await ClaimAsync(newer);
        await _bed.Service.Steps.FailAsync(new JobClaim(newer), new JobResult { Error = "no host" }, Token);

        await _bed.Service.Steps.CompleteAsync(new JobClaim(older), new JobResult(), Token);

        var record = _bed.Connector(connector);
        Assert.Equal(
            ("error", "no host", "p1"),
            (
                record["last_sync_status"]!.GetValue<string>(),
                record["error"]!.GetValue<string>(),
                record["sync_cursor"]!["place"]!.GetValue<string>()
            )
        );
    }

    private async Task ClaimAsync(string job)
    {
        _bed.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull(
            await _bed.Service.Steps.ClaimAsync((await _bed.Service.Jobs.FindAsync(job, Token))!, _bed.Worker, adopt: false, Token)
        );
    }
}
