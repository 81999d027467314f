using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.Jobs;
using Connectors.Testing;
using Connectors.Tests.Sync.Protocol;
using Xunit;

namespace Connectors.Tests.Sync.Service.Polling;

/// <summary>One round of the service: what is due or waits is run, once.</summary>
public sealed class RunOnceTests
{
    private readonly ServiceFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task APendingJobRunsAndIsReported()
    {
        var connector = _fixture.AddConnector(
            """{"pipeline": {"name": "p", "extract_binary_content": true, "reduce_whitespace": true, "run_ml_inference": false}}"""
        );
        var job = await _fixture.AddJobAsync(connector, """{"metadata": {"allow_mass_delete": true}}""");

        var result = Assert.Single(await _fixture.RunOnceAsync());

        Assert.Equal(SyncResultEnd.Completed, result.End);
        Assert.Equal("completed", _fixture.Status(job));
        Assert.Equal("completed", _fixture.Connector(connector)["last_sync_status"]!.GetValue<string>());
        Assert.Equal("connected", _fixture.Connector(connector)["status"]!.GetValue<string>());
        var request = Assert.Single(_fixture.Engine.Requests);
        Assert.Equal((job, connector, "fake", "search-c1"), (request.JobId, request.ConnectorId, request.ServiceType, request.IndexName));
        Assert.Equal(new PipelineSettings("p", true, true, false), request.Pipeline);
        Assert.True(request.AllowMassDelete);
        Assert.False(request.Reindex);
        Assert.Equal([job], _fixture.Engine.Forgotten);
        Assert.Equal(["started Connector 1 into search-c1", "ended Connector 1: Completed"], _fixture.Events);
        Assert.Equal(0, _fixture.Sources.Open);
    }

    [Fact]
    public async Task TheIndicesAreMadeOnAClusterWithoutThem()
    {
        Assert.Empty(await _fixture.RunOnceAsync());

        Assert.Equal([".elastic-connectors-v1", ".elastic-connectors-sync-jobs-v1"], _fixture.Store.Indices.Keys);
        var definition = _fixture.Store.Indices[".elastic-connectors-v1"];
        Assert.True(definition["aliases"]!.AsObject().ContainsKey(".elastic-connectors"));
        Assert.Equal("false", definition["mappings"]!["dynamic"]!.GetValue<string>());
        Assert.Equal(
            "keyword",
            definition["mappings"]!["properties"]!["filtering"]!["properties"]!["active"]!["properties"]!["rules"]!["properties"]!["id"]![
                "type"
            ]!.GetValue<string>()
        );
    }

    [Fact]
    public async Task EverythingThatWaitsRunsOneAtATimeForEachConnector()
    {
        var item = _fixture.AddConnector();
        var other = _fixture.AddConnector();
        string[] jobs = [await _fixture.AddJobAsync(item), await _fixture.AddJobAsync(item), await _fixture.AddJobAsync(other)];
        var running = new HashSet<string>();
        _fixture.Engine.Script = async (request, _, _, _) =>
        {
            lock (running)
            {
                Assert.True(running.Add(request.ConnectorId));
            }

            await Task.Yield();
            lock (running)
            {
                running.Remove(request.ConnectorId);
            }

            return ScriptedEngine.Completed(default);
        };

        var results = await _fixture.RunOnceAsync();

        Assert.Equal(3, results.Count);
        Assert.All(jobs, job => Assert.Equal("completed", _fixture.Status(job)));
        Assert.Equal(
            [jobs[0], jobs[1]],
            _fixture.Engine.Requests.Where(request => request.ConnectorId == item).Select(request => request.JobId)
        );
    }

    [Fact]
    public async Task AtMostSoManySyncsRunAtATime()
    {
        var fixture = new ServiceFixture { MaxConcurrentSyncs = 2 };
        for (var i = 0; i < 5; i++)
        {
            await fixture.AddJobAsync(fixture.AddConnector());
        }

        var (now, most) = (0, 0);
        fixture.Engine.Script = async (_, _, _, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            await Task.Yield();
            Interlocked.Decrement(ref now);
            return ScriptedEngine.Completed(default);
        };

        Assert.Equal(5, (await fixture.RunOnceAsync()).Count);
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task AScheduleThatIsDueIsRunOnceHoweverOftenItFiredMeanwhile()
    {
        var connector = _fixture.AddConnector(
            """{"scheduling": {"full": {"enabled": true, "interval": "0 0 * * * ?"}}, "last_sync_scheduled_at": "2026-11-20T00:00:00Z"}"""
        );

        Assert.Single(await _fixture.RunOnceAsync());
        Assert.Empty(await _fixture.RunOnceAsync());

        Assert.Equal("2026-11-23T22:00:00+00:00", _fixture.Connector(connector)["last_sync_scheduled_at"]!.GetValue<string>());
        Assert.Equal("scheduled", _fixture.Job(Assert.Single(_fixture.JobIds))["trigger_method"]!.GetValue<string>());
    }

    [Fact]
    public async Task AScheduleThatIsNewWaitsForItsTime()
    {
        _fixture.AddConnector("""{"scheduling": {"full": {"enabled": true, "interval": "0 0 * * * ?"}}}""");
        _fixture.Clock.Advance(TimeSpan.FromMinutes(20));

        Assert.Empty(await _fixture.RunOnceAsync());
        _fixture.Clock.Advance(TimeSpan.FromMinutes(39));
        Assert.Empty(await _fixture.RunOnceAsync());
        _fixture.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Single(await _fixture.RunOnceAsync());
    }

    [Fact]
    public async Task TheOldFlagMakesAJobAndIsCleared()
    {
        var connector = _fixture.AddConnector("""{"sync_now": true, "scheduling": {"enabled": false, "interval": "0 0 0 * * ?"}}""");

        Assert.Single(await _fixture.RunOnceAsync());
        Assert.Empty(await _fixture.RunOnceAsync());

        Assert.False(_fixture.Connector(connector)["sync_now"]!.GetValue<bool>());
        Assert.Equal("on_demand", _fixture.Job(Assert.Single(_fixture.JobIds))["trigger_method"]!.GetValue<string>());
    }

    [Fact]
    public async Task ADueSyncWithAJobWaitingAlreadyIsServedByThatJob()
    {
        var connector = _fixture.AddConnector(
            """{"scheduling": {"full": {"enabled": true, "interval": "0 0 * * * ?"}}, "last_sync_scheduled_at": "2026-11-20T00:00:00Z"}"""
        );
        var job = await _fixture.AddJobAsync(connector);

        Assert.Single(await _fixture.RunOnceAsync());

        Assert.Equal([job], _fixture.JobIds);
        Assert.Equal("2026-11-23T22:00:00+00:00", _fixture.Connector(connector)["last_sync_scheduled_at"]!.GetValue<string>());
    }

    [Fact]
    public async Task ConnectorsOfOthersAreLeftAlone()
    {
        var theirs = _fixture.AddConnector("""{"service_type": "sharepoint", "status": "created"}""");
        await _fixture.AddJobAsync(theirs);

        Assert.Empty(await _fixture.RunOnceAsync());

        Assert.Empty(_fixture.Store.Updates);
    }

    [Fact]
    public async Task AFailureOfOneConnectorDoesNotStopTheOthers()
    {
        _fixture.AddConnector("""{"service_type": "broken"}""");
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());

        Assert.Single(await _fixture.RunOnceAsync());

        Assert.Equal("completed", _fixture.Status(job));
    }

    [Fact]
    public async Task ARefusedSyncIsAnErrorWithTheGuardsWords()
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector);
        var rejections = new RejectionReport();
        rejections.Add(new Rejection("d1", "document_parsing_exception", new string('r', 400)));
        _fixture.Engine.Script = (_, _, _, _) =>
            Task.FromResult(
                new SyncOutcome(
                    SyncEnd.Refused,
                    new SyncCounts(Read: 9, Updated: 2, Rejected: 1, Duplicates: 4),
                    100,
                    rejections,
                    "90 of 100 documents would be deleted."
                )
            );

        var result = Assert.Single(await _fixture.RunOnceAsync());

        Assert.Equal(SyncResultEnd.Failed, result.End);
        Assert.Equal("90 of 100 documents would be deleted.", _fixture.Job(job)["error"]!.GetValue<string>());
        Assert.Equal("90 of 100 documents would be deleted.", _fixture.Connector(connector)["last_sync_error"]!.GetValue<string>());
        Assert.Equal(
            $$$"""{"read":9,"skipped":0,"created":0,"updated":2,"already_gone":0,"duplicates":4,"unreadable":0,"rejected":1,"without_text":0,"rejections":{"reasons":{"document_parsing_exception":1},"samples":[{"id":"d1","type":"document_parsing_exception","reason":"{{{new string('r', 300)}}}..."}]}}""",
            WithoutWorker(_fixture.Job(job)["metadata"]!.AsObject())
        );
    }

    [Theory]
    [InlineData("document_parsing_exception", "no date", null, "")]
    [InlineData("unreadable", "permission denied.", "Nothing was deleted: folder: permission denied. Fix it.", "")]
    [InlineData("unreadable", "permission denied.", null, "; the first: d1: permission denied.")]
    [InlineData("content .pdf", "it is damaged", "Nothing was deleted: another reason.", "; the first: d1: it is damaged")]
    public async Task TheLogDoesNotRepeatWhatItHasToldOfADocument(string type, string reason, string? refusal, string first)
    {
        var log = new RecordingLoggerFactory();
        var fixture = new ServiceFixture { LoggerFactory = log };
        await fixture.AddJobAsync(fixture.AddConnector());
        var rejections = new RejectionReport();
        rejections.Add(new Rejection("d1", type, reason));
        var end = refusal is null ? SyncEnd.Completed : SyncEnd.Refused;
        fixture.Engine.Script = (_, _, _, _) => Task.FromResult(new SyncOutcome(end, default, 100, rejections, refusal));

        await fixture.RunOnceAsync();

        var line = Assert.Single(log.Text.Split('\n'), line => line.Contains("stored without text", StringComparison.Ordinal));
        Assert.EndsWith($"stored without text: 1 ({type}: 1){first}", line.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatNobodyExpectedFailsTheJobWithoutTellingSecrets()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        _fixture.Engine.Script = (_, progress, _, _) =>
        {
            progress.Add(new SyncCounts(Created: 7));
            throw new InvalidOperationException("mongodb://user:hunter2@host");
        };

        Assert.Equal(SyncResultEnd.Failed, Assert.Single(await _fixture.RunOnceAsync()).End);

        Assert.Matches(
            @"^Unexpected error \(InvalidOperationException\)\. See the log of the service under error id [0-9a-f]{8}; please report it\.$",
            _fixture.Job(job)["error"]!.GetValue<string>()
        );
        Assert.Equal(7, _fixture.Job(job)["indexed_document_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task AnEndThatCouldNotBeWrittenIsWrittenByTheNextRun()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        _fixture.Engine.Script = (_, _, _, _) =>
        {
            _fixture.Store.Outage = new ConnectorException(FailureKind.Retry, "Elasticsearch is away.");
            return Task.FromResult(ScriptedEngine.Completed(new SyncCounts(Created: 3)));
        };
        await Assert.ThrowsAsync<ConnectorException>(() => _fixture.PassTimeAsync(_fixture.RunOnceAsync()));
        _fixture.Store.Outage = null;
        Assert.Equal("in_progress", _fixture.Status(job));
        Assert.Empty(_fixture.Engine.Forgotten);

        _fixture.Engine.Script = (_, _, _, _) => Task.FromResult(ScriptedEngine.Completed(new SyncCounts(Created: 3)));
        Assert.Single(await _fixture.RunOnceAsync());

        Assert.Equal("completed", _fixture.Status(job));
        Assert.Equal([job, job], _fixture.Engine.Requests.Select(request => request.JobId));
    }

    [Theory]
    [InlineData("""{"status": "in_progress", "worker_hostname": "host-1", "metadata": {"worker": "worker-1"}}""", false, true)]
    [InlineData("""{"status": "in_progress", "worker_hostname": "host-1", "metadata": {"worker": "worker-2"}}""", false, false)]
    [InlineData("""{"status": "in_progress", "worker_hostname": "host-1", "metadata": {"worker": "worker-2"}}""", true, false)]
    [InlineData(
        """{"status": "in_progress", "worker_hostname": "host-1", "metadata": {"worker": "worker-2"}, "last_seen": "2026-11-23T21:59:29Z"}""",
        true,
        true
    )]
    [InlineData("""{"status": "in_progress", "worker_hostname": "host-1", "last_seen": "2026-11-23T21:59:29Z"}""", false, false)]
    [InlineData("""{"status": "in_progress", "worker_hostname": "host-2", "last_seen": "2026-11-23T21:59:29Z"}""", true, false)]
    [InlineData("""{"status": "suspended", "worker_hostname": "host-2"}""", false, true)]
    [InlineData("""{"status": "in_progress"}""", false, false)]
    [InlineData("""{"status": "odd"}""", true, false)]
    public async Task AJobOfADeadProcessIsTakenUpWhenItIsSurelyDead(string job, bool isKeptHere, bool isTaken)
    {
        var id = await _fixture.AddJobAsync(_fixture.AddConnector(), job);
        if (isKeptHere)
        {
            _fixture.Engine.Kept[id] = true;
        }

        var results = await _fixture.RunOnceAsync();

        Assert.Equal(isTaken ? 1 : 0, results.Count);
        Assert.Equal(isTaken ? "completed" : Some.Json(job)["status"]!.GetValue<string>(), _fixture.Status(id));
    }

    [Fact]
    public async Task AJobOfADeadProcessThatTheUserCancelledIsCanceledWithoutARun()
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(
            connector,
            """{"status": "canceling", "worker_hostname": "host-1", "metadata": {"worker": "worker-1"}, "indexed_document_count": 5}"""
        );

        Assert.Empty(await _fixture.RunOnceAsync());

        Assert.Equal("canceled", _fixture.Status(job));
        Assert.Equal(5, _fixture.Job(job)["indexed_document_count"]!.GetValue<int>());
        Assert.Equal("canceled", _fixture.Connector(connector)["last_sync_status"]!.GetValue<string>());
        Assert.Equal([job], _fixture.Engine.Forgotten);
    }

    [Fact]
    public async Task SilentJobsOfOthersAreFailedAfterFiveMinutes()
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector, """{"status": "in_progress", "worker_hostname": "host-2"}""");
        _fixture.Store.Put(
            ProtocolIndices.SyncJobs,
            "orphan",
            Some.Json("""{"status": "canceling", "connector": {"id": "deleted"}, "last_seen": "2020-01-01T00:00:00Z"}""")
        );
        _fixture.Clock.Advance(TimeSpan.FromMinutes(4.9));
        await _fixture.RunOnceAsync();
        Assert.Equal(["in_progress", "error"], [_fixture.Status(job), _fixture.Status("orphan")]);

        _fixture.Clock.Advance(TimeSpan.FromMinutes(0.2));
        await _fixture.RunOnceAsync();

        Assert.Equal("The job has not seen any update for some time.", _fixture.Job(job)["error"]!.GetValue<string>());
        Assert.Equal("error", _fixture.Connector(connector)["last_sync_status"]!.GetValue<string>());
    }

    [Fact]
    public async Task TwoServicesRunEachJobOnce()
    {
        var other = new ServiceFixture
        {
            Store = _fixture.Store,
            Clock = _fixture.Clock,
            Engine = _fixture.Engine,
            Worker = new JobWorker("host-2", "worker-2"),
        };
        for (var i = 0; i < 20; i++)
        {
            var connector = _fixture.AddConnector(
                """{"scheduling": {"full": {"enabled": true, "interval": "0 0 * * * ?"}}, "last_sync_scheduled_at": "2026-11-20T00:00:00Z"}"""
            );
            if (i % 2 == 0)
            {
                await _fixture.AddJobAsync(connector);
                await _fixture.AddJobAsync(connector);
            }
        }

        var running = new HashSet<string>();
        _fixture.Engine.Script = async (request, _, _, _) =>
        {
            lock (running)
            {
                Assert.True(running.Add(request.ConnectorId), $"{request.ConnectorId} runs twice");
            }

            await Task.Yield();
            lock (running)
            {
                running.Remove(request.ConnectorId);
            }

            return ScriptedEngine.Completed(default);
        };

        var results = await Task.WhenAll(Task.Run(_fixture.RunOnceAsync, Token), Task.Run(other.RunOnceAsync, Token));
        await _fixture.RunOnceAsync();

        Assert.Equal(30, _fixture.JobIds.Count);
        Assert.All(_fixture.JobIds, job => Assert.Equal("completed", _fixture.Status(job)));
        Assert.Equal(30, _fixture.Engine.Requests.Select(request => request.JobId).Distinct().Count());
        Assert.Equal(30, _fixture.Engine.Requests.Count);
        Assert.All(results.SelectMany(result => result), result => Assert.Equal(SyncResultEnd.Completed, result.End));
    }

    private static string WithoutWorker(System.Text.Json.Nodes.JsonObject metadata)
    {
        metadata.Remove("worker");
        return metadata.ToJsonString();
    }
}
