using System.Text.Json.Nodes;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

/// <summary>What a connector says of its last syncs, when they are told of late, twice, or by hosts whose clocks differ.</summary>
public sealed class LateEndsTests
{
    private readonly ServiceFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AContentSyncBesideAClockThatIsAheadIsToldFromItsStartToItsEnd()
    {
        var connector = _fixture.AddConnector();
        var content = await _fixture.AddJobAsync(connector);
        _fixture.Store.Edit(
            ProtocolIndices.Connectors,
            connector,
            """{"last_access_control_sync_status": "completed", "last_synced": "2026-11-23T23:00:00Z"}"""
        );

        await ClaimAsync(content);
        var started = _fixture.Connector(connector)["last_sync_status"]!.GetValue<string>();
        await _fixture.Service.Steps.CompleteAsync(
            new JobClaim(content),
            new JobResult
            {
                Counts = new SyncCounts(Created: 3),
                Cursor = new JsonObject { ["place"] = "p1" },
            },
            Token
        );

        var record = _fixture.Connector(connector);
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
        var connector = _fixture.AddConnector();
        var (older, newer) = (await _fixture.AddJobAsync(connector), await _fixture.AddJobAsync(connector));
        await ClaimAsync(older);
        await _fixture.Service.Steps.CompleteAsync(
            new JobClaim(older),
            new JobResult
            {
                Counts = new SyncCounts(Created: 3),
                Cursor = new JsonObject { ["place"] = "p1" },
            },
            Token
        );
        await ClaimAsync(newer);

        await _fixture.Service.Steps.CompleteAsync(new JobClaim(older), new JobResult(), Token);
        Assert.Equal("in_progress", _fixture.Connector(connector)["last_sync_status"]!.GetValue<string>());

        await _fixture.Service.Steps.CompleteAsync(
            new JobClaim(newer),
            new JobResult
            {
                Counts = new SyncCounts(Created: 5),
                Cursor = new JsonObject { ["place"] = "p2" },
            },
            Token
        );
        await _fixture.Service.Steps.CompleteAsync(new JobClaim(older), new JobResult(), Token);

        var record = _fixture.Connector(connector);
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
        var connector = _fixture.AddConnector("""{"sync_cursor": {"place": "p0"}}""");
        var (older, newer) = (await _fixture.AddJobAsync(connector), await _fixture.AddJobAsync(connector));
        await ClaimAsync(older);
        await _fixture.Service.Jobs.EndAsync(
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
        await _fixture.Service.Steps.FailAsync(new JobClaim(newer), new JobResult { Error = "no host" }, Token);

        await _fixture.Service.Steps.CompleteAsync(new JobClaim(older), new JobResult(), Token);

        var record = _fixture.Connector(connector);
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
        _fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull(
            await _fixture.Service.Steps.ClaimAsync(
                (await _fixture.Service.Jobs.FindAsync(job, Token))!,
                _fixture.Worker,
                adopt: false,
                Token
            )
        );
    }
}
