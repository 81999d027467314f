using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Admission;
using Connectors.Sync.Service.Jobs;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Sync.Protocol;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

public sealed class AccessControlJobTests
{
    private const string On = """{"configuration": {"use_document_level_security": {"value": true}}}""";
    private const string Hourly = """
        {
            "configuration": {"use_document_level_security": {"value": true}},
            "scheduling": {"access_control": {"enabled": true, "interval": "0 0 * * * ?"}},
            "last_access_control_sync_scheduled_at": "2026-11-20T00:00:00Z"
        }
        """;

    private readonly ServiceFixture _fixture = new();

    public AccessControlJobTests() => _fixture.Sources.HasAccessControl = true;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ASourceThatKnowsWhoMaySeeWhatIsAnnouncedAndItsScheduleIsServed()
    {
        var connector = _fixture.AddConnector(Hourly);

        var result = Assert.Single(await _fixture.RunOnceAsync());

        Assert.True(_fixture.Connector(connector)["features"]!["document_level_security"]!["enabled"]!.GetValue<bool>());
        var job = _fixture.Job(result.Job!.Id);
        Assert.Equal(
            ("access_control", "scheduled", ".search-acl-filter-search-c1"),
            (
                job["job_type"]!.GetValue<string>(),
                job["trigger_method"]!.GetValue<string>(),
                job["connector"]!["index_name"]!.GetValue<string>()
            )
        );
        Assert.Equal(
            "2026-11-23T22:00:00+00:00",
            _fixture.Connector(connector)["last_access_control_sync_scheduled_at"]!.GetValue<string>()
        );
        var request = Assert.Single(_fixture.Engine.Requests);
        Assert.Equal((".search-acl-filter-search-c1", SyncKind.Full, false), (request.IndexName, request.Kind, request.HasAccessControl));
        Assert.Null(request.Pipeline);
        Assert.Empty(await _fixture.RunOnceAsync());
    }

    [Fact]
    public async Task ItsStateIsTheConnectorsTwinAndLeavesThatOfTheContentAlone()
    {
        var connector = _fixture.AddConnector(Hourly);
        _fixture.Store.Edit(
            ProtocolIndices.Connectors,
            connector,
            """{"last_sync_status": "error", "last_sync_error": "old", "last_indexed_document_count": 7, "sync_cursor": {"place": "p"}}"""
        );

        await _fixture.RunOnceAsync();

        var record = _fixture.Connector(connector);
        Assert.Equal("completed", record["last_access_control_sync_status"]!.GetValue<string>());
        Assert.Null(record["last_access_control_sync_error"]);
        Assert.Equal(
            ("error", "old", 7, "p"),
            (
                record["last_sync_status"]!.GetValue<string>(),
                record["last_sync_error"]!.GetValue<string>(),
                record["last_indexed_document_count"]!.GetValue<int>(),
                record["sync_cursor"]!["place"]!.GetValue<string>()
            )
        );
        Assert.Equal("connected", record["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task ASourceThatCanNotIsNeitherAnnouncedNorScheduled()
    {
        _fixture.Sources.HasAccessControl = false;
        var connector = _fixture.AddConnector(Hourly);

        Assert.Empty(await _fixture.RunOnceAsync());

        Assert.False(_fixture.Connector(connector)["features"]!["document_level_security"]!["enabled"]!.GetValue<bool>());
    }

    [Fact]
    public async Task WhileItIsSwitchedOffTheScheduleRests()
    {
        var connector = _fixture.AddConnector(Hourly);
        _fixture.Store.Edit(
            ProtocolIndices.Connectors,
            connector,
            """{"configuration": {"use_document_level_security": {"value": false}}}"""
        );

        Assert.Empty(await _fixture.RunOnceAsync());

        Assert.Equal("2026-11-20T00:00:00Z", _fixture.Connector(connector)["last_access_control_sync_scheduled_at"]!.GetValue<string>());
        Assert.Equal("connected", _fixture.Connector(connector)["status"]!.GetValue<string>());

        // Nor does it cost a look at each poll.
        var gets = _fixture.Store.Gets;
        Assert.Empty(await _fixture.RunOnceAsync());
        Assert.Equal(gets, _fixture.Store.Gets);
    }

    [Theory]
    [InlineData("""{"connector": {"configuration": {"use_document_level_security": {"value": true}}}}""", """["_nobody"]""")]
    [InlineData("{}", null)]
    public async Task AFailedSyncStillRestrictsUnsecuredDocuments(string changes, string? expected)
    {
        var connector = _fixture.AddConnector();
        var job = (await _fixture.Service.Jobs.FindAsync(await _fixture.AddJobAsync(connector, changes), Token))!;
        var index = new MemoryIndex { Exists = true };
        index.Put("a", new JsonObject { ["text"] = "v1" });
        var ending = new JobCompletion(
            new SyncJobSteps(_fixture.Service.Connectors, _fixture.Service.Jobs),
            index,
            new SourceCheck(_fixture.Sources, _fixture.Clock)
        );

        await ending.WriteAsync(job, SyncResultEnd.Canceled, new JobResult(), Token);
        Assert.False(index.Documents["a"].ContainsKey("_allow_access_control"));
        await ending.WriteAsync(job, SyncResultEnd.Failed, new JobResult { Error = "gone" }, Token);

        Assert.Equal(expected, index.Documents["a"]["_allow_access_control"]?.ToJsonString());
    }

    [Fact]
    public async Task TheIdentitiesOfAnotherConnectorAreNoIndexForAConnector()
    {
        const string Error =
            "index_name: '.search-acl-filter-search-a' can't be the name of an index: identities are kept in those that begin with "
            + ".search-acl-filter-. Write small letters, digits, - and _, such as search-orders. Attach another index to the connector.";
        var connector = _fixture.AddConnector(Hourly);
        _fixture.Store.Edit(ProtocolIndices.Connectors, connector, """{"index_name": ".search-acl-filter-search-a"}""");

        Assert.Empty(await _fixture.RunOnceAsync());
        var record = (await _fixture.Service.Connectors.FindAsync(connector, Token))!;
        var refused = Assert.Throws<ConnectorException>(() =>
            SyncJobWrites.New(record, JobType.AccessControl, TriggerMethod.OnDemand, new SyncJobOptions(), _fixture.Clock.GetUtcNow())
        );

        Assert.Equal(Error, _fixture.Connector(connector)["error"]!.GetValue<string>());
        Assert.Equal(
            "index_name: '.search-acl-filter-search-a' is where the identities of another connector are kept. Attach another index to "
                + $"connector '{connector}', then start a sync.",
            refused.Message
        );
    }

    [Fact]
    public async Task AJobForAConnectorThatHasItSwitchedOffSaysWhatToDo()
    {
        const string Error =
            "use_document_level_security: switched off, so no identity was synced. Switch it on in the connector's configuration, let a "
            + "full sync end, then sync access control again.";
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector, """{"job_type": "access_control"}""");

        await _fixture.RunOnceAsync();

        Assert.Equal(Error, _fixture.Job(job)["error"]!.GetValue<string>());
        Assert.Equal(
            ("error", Error),
            (
                _fixture.Connector(connector)["last_access_control_sync_status"]!.GetValue<string>(),
                _fixture.Connector(connector)["last_access_control_sync_error"]!.GetValue<string>()
            )
        );
        Assert.Empty(_fixture.Engine.Requests);
    }

    [Fact]
    public async Task AJobThatNamesTheContentIndexIsKeptFromIt()
    {
        var connector = _fixture.AddConnector(On);
        await _fixture.AddJobAsync(
            connector,
            """{"job_type": "access_control", "connector": {"index_name": "search-c1", "configuration": {"use_document_level_security": {"value": true}}}}"""
        );

        await _fixture.RunOnceAsync();

        Assert.Equal(".search-acl-filter-search-c1", Assert.Single(_fixture.Engine.Requests).IndexName);
    }

    [Fact]
    public async Task ContentOfSuchAConnectorSaysWhoMaySeeIt()
    {
        var connector = _fixture.AddConnector(On);
        await _fixture.AddJobAsync(connector);
        await _fixture.RunOnceAsync();
        _fixture.Store.Edit(
            ProtocolIndices.Connectors,
            connector,
            """{"configuration": {"use_document_level_security": {"value": false}}}"""
        );
        await _fixture.AddJobAsync(connector);
        await _fixture.RunOnceAsync();

        Assert.Equal([true, false], _fixture.Engine.Requests.Select(request => request.HasAccessControl));
        Assert.Equal(2, _fixture.Engine.Requests.Select(request => request.Fingerprint).Distinct().Count());
    }

    [Fact]
    public async Task ItRunsBesideAContentSyncOfTheSameConnectorAndWithinALimitOfItsOwn()
    {
        var fixture = new ServiceFixture { MaxConcurrentSyncs = 1 };
        fixture.Sources.HasAccessControl = true;
        var (item, other) = (fixture.AddConnector(On), fixture.AddConnector(On));
        foreach (var connector in (string[])[item, other])
        {
            await fixture.AddJobAsync(connector);
            await fixture.AddJobAsync(
                connector,
                """{"job_type": "access_control", "connector": {"configuration": {"use_document_level_security": {"value": true}}}}"""
            );
        }

        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = 0;
        var most = 0;
        var begun = new SemaphoreSlim(0);
        fixture.Engine.Script = async (_, _, _, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            begun.Release();
            await release.Task;
            Interlocked.Decrement(ref running);
            return ScriptedEngine.Completed(default);
        };

        var run = fixture.Service.RunOnceAsync(Token, Token);
        await begun.WaitAsync(Token);
        await begun.WaitAsync(Token);
        Assert.Equal(
            ["search-c1", ".search-acl-filter-search-c1"],
            fixture.Engine.Requests.Select(request => request.IndexName).OrderDescending(StringComparer.Ordinal)
        );
        release.SetResult();
        var results = await run;

        Assert.Equal(4, results.Count);
        Assert.All(results, result => Assert.Equal(SyncResultEnd.Completed, result.End));
        Assert.Equal(2, most);
    }

    [Fact]
    public void OfEachConnectorOneOfEitherMayBegin()
    {
        var jobs = new[]
        {
            Job("1", "full", "in_progress"),
            Job("2", "incremental", "pending"),
            Job("3", "access_control", "pending"),
            Job("4", "access_control", "pending"),
        };

        Assert.Equal(["3"], JobQueue.Next(jobs, _ => false).Select(job => job.Id));
        Assert.Equal(["1", "3"], JobQueue.Next(jobs, _ => true).Select(job => job.Id));
    }

    [Fact]
    public async Task AJobThatWaitsServesTheSchedule()
    {
        var connector = _fixture.AddConnector(Hourly);
        var waiting = await _fixture.AddJobAsync(
            connector,
            """{"job_type": "access_control", "connector": {"configuration": {"use_document_level_security": {"value": true}}}}"""
        );

        var result = Assert.Single(await _fixture.RunOnceAsync());

        Assert.Equal(waiting, result.Job!.Id);
        Assert.Equal(
            "2026-11-23T22:00:00+00:00",
            _fixture.Connector(connector)["last_access_control_sync_scheduled_at"]!.GetValue<string>()
        );
    }

    [Fact]
    public async Task AContentSyncThatWaitsDoesNot()
    {
        var connector = _fixture.AddConnector(Hourly);
        await _fixture.AddJobAsync(connector);

        Assert.Equal(
            [JobType.Full, JobType.AccessControl],
            (await _fixture.RunOnceAsync()).Select(result => result.Job!.Type!.Value).Order()
        );
    }

    [Fact]
    public async Task OnDemandItIsAJobOfItsOwnType()
    {
        var connector = _fixture.AddConnector(On);

        var result = await _fixture.Service.SyncNowAsync(connector, new SyncNowOptions { AccessControl = true }, Token, Token);

        Assert.Equal(
            (SyncResultEnd.Completed, JobType.AccessControl, TriggerMethod.OnDemand),
            (result.End, result.Job!.Type, result.Job.TriggerMethod)
        );
        Assert.Equal(["started Connector 1 into .search-acl-filter-search-c1", "ended Connector 1: Completed"], _fixture.Events);
    }

    [Fact]
    public async Task ADryRunOfItComparesIdentities()
    {
        var connector = _fixture.AddConnector(On);

        await _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(DryRun: true) { AccessControl = true }, Token, Token);

        var request = Assert.Single(_fixture.Engine.Requests);
        Assert.Equal((".search-acl-filter-search-c1", true), (request.IndexName, request.DryRun));
        Assert.Empty(_fixture.JobIds);
    }

    [Fact]
    public async Task AnotherKindOfSyncAtTheSameTimeIsExplained()
    {
        var connector = _fixture.AddConnector(On);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(Kind: SyncKind.NoDeletes) { AccessControl = true }, Token, Token)
        );

        Assert.Equal("An access control sync reads all identities: remove --access-control or --no-deletes.", failure.Message);
    }

    [Fact]
    public async Task TheEndOfASyncThatIsToldAfterThatOfItsTwinDoesNotStayInProgress()
    {
        var connector = _fixture.AddConnector(On);
        var content = await _fixture.AddJobAsync(connector);
        var identities = await _fixture.AddJobAsync(connector, """{"job_type": "access_control"}""");
        foreach (var job in (string[])[content, identities])
        {
            await _fixture.Service.Steps.ClaimAsync(
                (await _fixture.Service.Jobs.FindAsync(job, Token))!,
                _fixture.Worker,
                adopt: false,
                Token
            );
        }

        // The content's job ends first; whoever ended it died before the connector was told.
        _fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        await _fixture.Service.Jobs.EndAsync(
            new JobClaim(content),
            JobStatus.Completed,
            new JobResult
            {
                Counts = new SyncCounts(Created: 3),
                Cursor = new JsonObject { ["place"] = "p1" },
            },
            Token
        );
        _fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        await _fixture.Service.Steps.FailAsync(new JobClaim(identities), new JobResult { Error = "no users" }, Token);
        await _fixture.Service.Steps.CompleteAsync(new JobClaim(content), new JobResult(), Token);

        var record = _fixture.Connector(connector);
        Assert.Equal(
            ("completed", "p1", 3),
            (
                record["last_sync_status"]!.GetValue<string>(),
                record["sync_cursor"]!["place"]!.GetValue<string>(),
                record["last_indexed_document_count"]!.GetValue<int>()
            )
        );
        Assert.Equal(
            ("error", "no users"),
            (record["last_access_control_sync_status"]!.GetValue<string>(), record["last_access_control_sync_error"]!.GetValue<string>())
        );
        Assert.Equal(("error", "no users"), (record["status"]!.GetValue<string>(), record["error"]!.GetValue<string>()));
    }

    private static SyncJobRecord Job(string id, string type, string status) =>
        new(
            new Connectors.Sync.Elasticsearch.StoredDocument(
                id,
                Some.Json(
                    $$$"""{"job_type": "{{{type}}}", "status": "{{{status}}}", "created_at": "2026-11-23T22:00:0{{{id}}}Z", "connector": {"id": "c1", "index_name": "search-c1"}}"""
                ),
                1,
                1
            )
        );
}
