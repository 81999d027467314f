using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Service.Jobs;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

public sealed class SyncKindJobTests
{
    private const string Hourly =
        """{"scheduling": {"incremental": {"enabled": true, "interval": "0 0 * * * ?"}}, "last_incremental_sync_scheduled_at": "2026-11-20T00:00:00Z"}""";

    private readonly ServiceFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ASourceThatCanTellWhatChangedIsAnnouncedAndItsScheduleIsServed()
    {
        _fixture.Sources.HasChangeFeed = true;
        var connector = _fixture.AddConnector(Hourly);

        var result = Assert.Single(await _fixture.RunOnceAsync());

        Assert.True(_fixture.Connector(connector)["features"]!["incremental_sync"]!["enabled"]!.GetValue<bool>());
        Assert.Equal("incremental", _fixture.Job(result.Job!.Id)["job_type"]!.GetValue<string>());
        Assert.Equal("2026-11-23T22:00:00+00:00", _fixture.Connector(connector)["last_incremental_sync_scheduled_at"]!.GetValue<string>());
        Assert.Equal(SyncKind.Incremental, Assert.Single(_fixture.Engine.Requests).Kind);
        Assert.Equal("completed", _fixture.Connector(connector)["last_sync_status"]!.GetValue<string>());
        Assert.Empty(await _fixture.RunOnceAsync());
    }

    [Fact]
    public async Task ASourceThatCanNotIsNeitherAnnouncedNorScheduled()
    {
        var connector = _fixture.AddConnector(Hourly);

        Assert.Empty(await _fixture.RunOnceAsync());

        Assert.False(_fixture.Connector(connector)["features"]!["incremental_sync"]!["enabled"]!.GetValue<bool>());
        Assert.Equal("2026-11-20T00:00:00Z", _fixture.Connector(connector)["last_incremental_sync_scheduled_at"]!.GetValue<string>());
    }

    [Fact]
    public async Task AFullSyncThatIsDueTooServesBoth()
    {
        _fixture.Sources.HasChangeFeed = true;
        var connector = _fixture.AddConnector(
            """
            {
                "scheduling": {"full": {"enabled": true, "interval": "0 0 0 * * ?"}, "incremental": {"enabled": true, "interval": "0 0 * * * ?"}},
                "last_sync_scheduled_at": "2026-11-20T00:00:00Z",
                "last_incremental_sync_scheduled_at": "2026-11-20T00:00:00Z"
            }
            """
        );

        var result = Assert.Single(await _fixture.RunOnceAsync());

        Assert.Equal(JobType.Full, result.Job!.Type);
        Assert.Equal("2026-11-23T22:00:00+00:00", _fixture.Connector(connector)["last_incremental_sync_scheduled_at"]!.GetValue<string>());
    }

    [Fact]
    public async Task TheCursorOfACompletedSyncIsKeptAndGivenToTheNext()
    {
        var connector = _fixture.AddConnector();
        _fixture.Engine.Script = (_, _, _, _) =>
            Task.FromResult(ScriptedEngine.Completed(default) with { Cursor = new JsonObject { ["place"] = "p1" } });
        await _fixture.AddJobAsync(connector);
        await _fixture.RunOnceAsync();

        Assert.Equal("""{"place":"p1"}""", _fixture.Connector(connector)["sync_cursor"]!.ToJsonString());

        await _fixture.AddJobAsync(connector, """{"job_type": "incremental"}""");
        await _fixture.RunOnceAsync();
        Assert.Equal("""{"place":"p1"}""", _fixture.Engine.Requests.Last().Cursor!.ToJsonString());
        Assert.Equal(SyncKind.Incremental, _fixture.Engine.Requests.Last().Kind);
    }

    [Theory]
    [InlineData(SyncEnd.Refused)]
    [InlineData(SyncEnd.Stopped)]
    [InlineData(null)]
    public async Task ASyncThatDidNotCompleteLeavesTheCursorAsItWas(object? end)
    {
        var connector = _fixture.AddConnector("""{"sync_cursor": {"place": "p0"}}""");
        _fixture.Engine.Script = (_, _, _, _) =>
            end is SyncEnd way
                ? Task.FromResult(
                    ScriptedEngine.Completed(default) with
                    {
                        End = way,
                        Message = "no",
                        Cursor = new JsonObject { ["place"] = "p1" },
                    }
                )
                : throw new ConnectorException("the backend died");
        var job = await _fixture.AddJobAsync(connector);

        await _fixture.RunOnceAsync();

        Assert.Equal("""{"place":"p0"}""", _fixture.Connector(connector)["sync_cursor"]!.ToJsonString());
        Assert.False(_fixture.Job(job)["metadata"]!.AsObject().ContainsKey("next_cursor"));
    }

    [Theory]
    [InlineData(SyncKind.DeletesOnly)]
    [InlineData(SyncKind.NoDeletes)]
    public async Task ASyncThatGoesOnlyAPartOfTheWayLeavesWhatAFullOneWroteAfterItWasMade(object kind)
    {
        var connector = _fixture.AddConnector("""{"sync_cursor": {"place": "p0"}}""");
        await _fixture.AddJobAsync(connector, $$$"""{"metadata": {"kind": "{{{((SyncKind)kind).ToWord()}}}"}}""");
        _fixture.Store.Edit(ProtocolIndices.Connectors, connector, """{"sync_cursor": {"place": "p1"}}""");

        await _fixture.RunOnceAsync();

        Assert.Equal((SyncKind)kind, Assert.Single(_fixture.Engine.Requests).Kind);
        Assert.Equal("completed", _fixture.Connector(connector)["last_sync_status"]!.GetValue<string>());
        Assert.Equal("""{"place":"p1"}""", _fixture.Connector(connector)["sync_cursor"]!.ToJsonString());
    }

    [Fact]
    public async Task AnIncrementalSyncThatWaitedGoesOnFromWhereTheOneBeforeItEnded()
    {
        var connector = _fixture.AddConnector("""{"sync_cursor": {"at": "theirs"}}""");
        var job = await _fixture.AddJobAsync(connector, """{"job_type": "incremental"}""");
        _fixture.Store.Put(ProtocolIndices.Connectors, connector, With(_fixture.Connector(connector), new JsonObject { ["place"] = "p1" }));

        await _fixture.RunOnceAsync();

        var cursor = Assert.Single(_fixture.Engine.Requests).Cursor!;
        Assert.Equal(("p1", null), (cursor["place"]!.GetValue<string>(), cursor["at"]));
        Assert.Equal("p1", _fixture.Job(job)["connector"]!["sync_cursor"]!["place"]!.GetValue<string>());

        static JsonObject With(JsonObject connector, JsonObject cursor)
        {
            connector["sync_cursor"] = cursor;
            return connector;
        }
    }

    [Fact]
    public async Task AFullSyncOfASourceWithoutHistoryClearsTheCursor()
    {
        var connector = _fixture.AddConnector("""{"sync_cursor": {"place": "p0"}}""");
        await _fixture.AddJobAsync(connector);

        await _fixture.RunOnceAsync();

        Assert.Null(_fixture.Connector(connector)["sync_cursor"]);
    }

    [Fact]
    public async Task WhyAFullSyncWasDoneInsteadIsToldInTheJob()
    {
        _fixture.Engine.Script = (_, _, _, _) =>
            Task.FromResult(ScriptedEngine.Completed(default) with { Fallback = "the operation log is too short." });
        var job = await _fixture.AddJobAsync(_fixture.AddConnector(), """{"job_type": "incremental"}""");

        await _fixture.RunOnceAsync();

        Assert.Equal("the operation log is too short.", _fixture.Job(job)["metadata"]!["fallback"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(SyncKind.DeletesOnly, "deletes_only")]
    [InlineData(SyncKind.NoDeletes, "no_deletes")]
    public async Task OtherKindsAreFullJobsToTheProtocolAndSayWhatTheyAreInTheirMetadata(object kind, string word)
    {
        var connector = _fixture.AddConnector();

        var result = await _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(Kind: (SyncKind)kind), Token, Token);

        Assert.Equal("full", _fixture.Job(result.Job!.Id)["job_type"]!.GetValue<string>());
        Assert.Equal(word, _fixture.Job(result.Job.Id)["metadata"]!["kind"]!.GetValue<string>());
        Assert.Equal(kind, Assert.Single(_fixture.Engine.Requests).Kind);
    }

    [Fact]
    public async Task SyncsThatOnlyDeleteHaveAScheduleInCustomScheduling()
    {
        var connector = _fixture.AddConnector(
            """{"custom_scheduling": {"deletes_only": {"name": "Deletes", "enabled": true, "interval": "0 0 * * * ?", "last_synced": "2026-11-20T00:00:00Z"}}}"""
        );

        var result = Assert.Single(await _fixture.RunOnceAsync());

        Assert.Equal((SyncKind.DeletesOnly, TriggerMethod.Scheduled), (result.Job!.Options.Kind, result.Job.TriggerMethod));
        Assert.Equal(
            "2026-11-23T22:00:00+00:00 Deletes",
            $"{_fixture.Connector(connector)["custom_scheduling"]!["deletes_only"]!["last_synced"]} "
                + $"{_fixture.Connector(connector)["custom_scheduling"]!["deletes_only"]!["name"]}"
        );
        Assert.Empty(await _fixture.RunOnceAsync());
    }

    [Fact]
    public async Task AWaitingSyncThatOnlyDeletesDoesNotStandInForAFullOne()
    {
        var connector = _fixture.AddConnector(
            """{"scheduling": {"full": {"enabled": true, "interval": "0 0 0 * * ?"}}, "last_sync_scheduled_at": "2026-11-20T00:00:00Z"}"""
        );
        await _fixture.AddJobAsync(connector, """{"metadata": {"kind": "deletes_only"}}""");

        await _fixture.RunOnceAsync();

        Assert.Equal([SyncKind.Full, SyncKind.DeletesOnly], _fixture.Engine.Requests.Select(request => request.Kind).Order());
    }

    [Fact]
    public async Task OnDemandItIsAJobOfItsOwnType()
    {
        var connector = _fixture.AddConnector();

        var result = await _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(Kind: SyncKind.Incremental), Token, Token);

        Assert.Equal(
            (SyncResultEnd.Completed, JobType.Incremental, TriggerMethod.OnDemand),
            (result.End, result.Job!.Type, result.Job.TriggerMethod)
        );
        Assert.Equal(SyncKind.Incremental, Assert.Single(_fixture.Engine.Requests).Kind);
    }

    [Theory]
    [InlineData(SyncKind.Incremental, true, false, false, "A dry run compares everything: remove --dry-run or --incremental.")]
    [InlineData(
        SyncKind.DeletesOnly,
        false,
        false,
        true,
        "A sync that only deletes writes no document: remove --reindex or --deletes-only."
    )]
    [InlineData(
        SyncKind.NoDeletes,
        false,
        true,
        false,
        "A sync without deletes needs no permission for them: remove --allow-mass-delete or --no-deletes."
    )]
    [InlineData(
        SyncKind.Incremental,
        false,
        false,
        true,
        "Writing every document again requires a full read: remove --reindex or --incremental."
    )]
    public async Task OptionsThatContradictEachOtherAreExplained(
        object kind,
        bool dryRun,
        bool allowMassDelete,
        bool reindex,
        string message
    )
    {
        var connector = _fixture.AddConnector();

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(dryRun, allowMassDelete, reindex, (SyncKind)kind), Token, Token)
        );

        Assert.Equal(message, failure.Message);
        Assert.Empty(_fixture.JobIds);
    }
}
