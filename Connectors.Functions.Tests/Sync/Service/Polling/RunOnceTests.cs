using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.Jobs;
using Connectors.Tests.Sync.Protocol;
using Xunit;

namespace Connectors.Tests.Sync.Service.Polling;

/// <summary>One round of the service: what is due or waits is run, once.</summary>
public sealed class RunOnceTests
{
    private readonly ServiceBed _bed = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task APendingJobRunsAndIsReported()
    {
        var connector = _bed.AddConnector(
            """{"pipeline": {"name": "p", "extract_binary_content": true, "reduce_whitespace": true, "run_ml_inference": false}}"""
        );
        var job = await _bed.AddJobAsync(connector, """{"metadata": {"allow_mass_delete": true}}""");

        var result = Assert.Single(await _bed.RunOnceAsync());

        Assert.Equal(SyncResultEnd.Completed, result.End);
        Assert.Equal("completed", _bed.Status(job));
        Assert.Equal("completed", _bed.Connector(connector)["last_sync_status"]!.GetValue<string>());
        Assert.Equal("connected", _bed.Connector(connector)["status"]!.GetValue<string>());
        var request = Assert.Single(_bed.Engine.Requests);
        Assert.Equal((job, connector, "fake", "search-c1"), (request.JobId, request.ConnectorId, request.ServiceType, request.IndexName));
        Assert.Equal(new PipelineSettings("p", true, true, false), request.Pipeline);
        Assert.True(request.AllowMassDelete);
        Assert.False(request.Reindex);
        Assert.Equal([job], _bed.Engine.Forgotten);
        Assert.Equal(["started Connector 1 into search-c1", "ended Connector 1: Completed"], _bed.Events);
        Assert.Equal(0, _bed.Sources.Open);
    }

    [Fact]
    public async Task TheIndicesAreMadeOnAClusterWithoutThem()
    {
        Assert.Empty(await _bed.RunOnceAsync());

        Assert.Equal([".elastic-connectors-v1", ".elastic-connectors-sync-jobs-v1"], _bed.Store.Indices.Keys);
        var definition = _bed.Store.Indices[".elastic-connectors-v1"];
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
        var item = _bed.AddConnector();
        var other = _bed.AddConnector();
        string[] jobs = [await _bed.AddJobAsync(item), await _bed.AddJobAsync(item), await _bed.AddJobAsync(other)];
        var running = new HashSet<string>();
        _bed.Engine.Script = async (request, _, _, _) =>
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

        var results = await _bed.RunOnceAsync();

        Assert.Equal(3, results.Count);
        Assert.All(jobs, job => Assert.Equal("completed", _bed.Status(job)));
        Assert.Equal(
            [jobs[0], jobs[1]],
            _bed.Engine.Requests.Where(request => request.ConnectorId == item).Select(request => request.JobId)
        );
    }

    [Fact]
    public async Task AtMostSoManySyncsRunAtATime()
    {
        var bed = new ServiceBed { MaxConcurrentSyncs = 2 };
        for (var i = 0; i < 5; i++)
        {
            await bed.AddJobAsync(bed.AddConnector());
        }

        var (now, most) = (0, 0);
        bed.Engine.Script = async (_, _, _, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            await Task.Yield();
            Interlocked.Decrement(ref now);
            return ScriptedEngine.Completed(default);
        };

        Assert.Equal(5, (await bed.RunOnceAsync()).Count);
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task AScheduleThatIsDueIsRunOnceHoweverOftenItFiredMeanwhile()
    {
        var connector = _bed.AddConnector(
            """{"scheduling": {"full": {"enabled": true, "interval": "0 0 * * * ?"}}, "last_sync_scheduled_at": "2026-11-20T00:00:00Z"}"""
        );

        Assert.Single(await _bed.RunOnceAsync());
        Assert.Empty(await _bed.RunOnceAsync());

        Assert.Equal("2026-11-23T22:00:00+00:00", _bed.Connector(connector)["last_sync_scheduled_at"]!.GetValue<string>());
        Assert.Equal("scheduled", _bed.Job(Assert.Single(_bed.JobIds))["trigger_method"]!.GetValue<string>());
    }

    [Fact]
    public async Task AScheduleThatIsNewWaitsForItsTime()
    {
        _bed.AddConnector("""{"scheduling": {"full": {"enabled": true, "interval": "0 0 * * * ?"}}}""");
        _bed.Clock.Advance(TimeSpan.FromMinutes(20));

        Assert.Empty(await _bed.RunOnceAsync());
        _bed.Clock.Advance(TimeSpan.FromMinutes(39));
        Assert.Empty(await _bed.RunOnceAsync());
        _bed.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Single(await _bed.RunOnceAsync());
    }

    [Fact]
    public async Task TheOldFlagMakesAJobAndIsCleared()
    {
        var connector = _bed.AddConnector("""{"sync_now": true, "scheduling": {"enabled": false, "interval": "0 0 0 * * ?"}}""");

        Assert.Single(await _bed.RunOnceAsync());
        Assert.Empty(await _bed.RunOnceAsync());

        Assert.False(_bed.Connector(connector)["sync_now"]!.GetValue<bool>());
        Assert.Equal("on_demand", _bed.Job(Assert.Single(_bed.JobIds))["trigger_method"]!.GetValue<string>());
    }

    [Fact]
    public async Task ADueSyncWithAJobWaitingAlreadyIsServedByThatJob()
    {
        var connector = _bed.AddConnector(
            """{"scheduling": {"full": {"enabled": true, "interval": "0 0 * * * ?"}}, "last_sync_scheduled_at": "2026-11-20T00:00:00Z"}"""
        );
        var job = await _bed.AddJobAsync(connector);

        Assert.Single(await _bed.RunOnceAsync());

        Assert.Equal([job], _bed.JobIds);
        Assert.Equal("2026-11-23T22:00:00+00:00", _bed.Connector(connector)["last_sync_scheduled_at"]!.GetValue<string>());
    }

    [Fact]
    public async Task ConnectorsOfOthersAreLeftAlone()
    {
        var theirs = _bed.AddConnector("""{"service_type": "sharepoint", "status": "created"}""");
        await _bed.AddJobAsync(theirs);

        Assert.Empty(await _bed.RunOnceAsync());

        Assert.Empty(_bed.Store.Updates);
    }

    [Fact]
    public async Task AFailureOfOneConnectorDoesNotStopTheOthers()
    {
        _bed.AddConnector("""{"service_type": "broken"}""");
        var job = await _bed.AddJobAsync(_bed.AddConnector());

        Assert.Single(await _bed.RunOnceAsync());

        Assert.Equal("completed", _bed.Status(job));
    }

    [Fact]
    public async Task ARefusedSyncIsAnErrorWithTheGuardsWords()
    {
        var connector = _bed.AddConnector();
        var job = await _bed.AddJobAsync(connector);
        var rejections = new RejectionReport();
        rejections.Add(new Rejection("d1", "document_parsing_exception", new string('r', 400)));
        _bed.Engine.Script = (_, _, _, _) =>
            Task.FromResult(
                new SyncOutcome(
                    SyncEnd.Refused,
                    new SyncCounts(Read: 9, Updated: 2, Rejected: 1, Duplicates: 4),
                    100,
                    rejections,
                    "90 of 100 documents would be deleted."
                )
            );

        var result = Assert.Single(await _bed.RunOnceAsync());

        Assert.Equal(SyncResultEnd.Failed, result.End);
        Assert.Equal("90 of 100 documents would be deleted.", _bed.Job(job)["error"]!.GetValue<string>());
        Assert.Equal("90 of 100 documents would be deleted.", _bed.Connector(connector)["last_sync_error"]!.GetValue<string>());
        Assert.Equal(
            $$$"""{"read":9,"skipped":0,"created":0,"updated":2,"already_gone":0,"duplicates":4,"unreadable":0,"rejected":1,"rejections":{"reasons":{"document_parsing_exception":1},"samples":[{"id":"d1","type":"document_parsing_exception","reason":"{{{new string('r', 300)}}}..."}]}}""",
            WithoutWorker(_bed.Job(job)["metadata"]!.AsObject())
        );
    }

    [Fact]
    public async Task WhatNobodyExpectedFailsTheJobWithoutTellingSecrets()
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector());
        _bed.Engine.Script = (_, progress, _, _) =>
        {
            progress.Add(new SyncCounts(Created: 7));
            throw new InvalidOperationException("mongodb://user:hunter2@host");
        };

        Assert.Equal(SyncResultEnd.Failed, Assert.Single(await _bed.RunOnceAsync()).End);

        Assert.Matches(
            @"^Unexpected error \(InvalidOperationException\)\. See the log of the service under error id [0-9a-f]{8}; please report it\.$",
            _bed.Job(job)["error"]!.GetValue<string>()
        );
        Assert.Equal(7, _bed.Job(job)["indexed_document_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task AnEndThatCouldNotBeWrittenIsWrittenByTheNextRun()
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector());
        _bed.Engine.Script = (_, _, _, _) =>
        {
            _bed.Store.Outage = new ConnectorException(FailureKind.Retry, "Elasticsearch is away.");
            return Task.FromResult(ScriptedEngine.Completed(new SyncCounts(Created: 3)));
        };
        await Assert.ThrowsAsync<ConnectorException>(() => _bed.PassTimeAsync(_bed.RunOnceAsync()));
        _bed.Store.Outage = null;
        Assert.Equal("in_progress", _bed.Status(job));
        Assert.Empty(_bed.Engine.Forgotten);

        _bed.Engine.Script = (_, _, _, _) => Task.FromResult(ScriptedEngine.Completed(new SyncCounts(Created: 3)));
        Assert.Single(await _bed.RunOnceAsync());

        Assert.Equal("completed", _bed.Status(job));
        Assert.Equal([job, job], _bed.Engine.Requests.Select(request => request.JobId));
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
        var id = await _bed.AddJobAsync(_bed.AddConnector(), job);
        if (isKeptHere)
        {
            _bed.Engine.Kept[id] = true;
        }

        var results = await _bed.RunOnceAsync();

        Assert.Equal(isTaken ? 1 : 0, results.Count);
        Assert.Equal(isTaken ? "completed" : Some.Json(job)["status"]!.GetValue<string>(), _bed.Status(id));
    }

    [Fact]
    public async Task AJobOfADeadProcessThatTheUserCancelledIsCanceledWithoutARun()
    {
        var connector = _bed.AddConnector();
        var job = await _bed.AddJobAsync(
            connector,
            """{"status": "canceling", "worker_hostname": "host-1", "metadata": {"worker": "worker-1"}, "indexed_document_count": 5}"""
        );

        Assert.Empty(await _bed.RunOnceAsync());

        Assert.Equal("canceled", _bed.Status(job));
        Assert.Equal(5, _bed.Job(job)["indexed_document_count"]!.GetValue<int>());
        Assert.Equal("canceled", _bed.Connector(connector)["last_sync_status"]!.GetValue<string>());
        Assert.Equal([job], _bed.Engine.Forgotten);
    }

    [Fact]
    public async Task SilentJobsOfOthersAreFailedAfterFiveMinutes()
    {
        var connector = _bed.AddConnector();
        var job = await _bed.AddJobAsync(connector, """{"status": "in_progress", "worker_hostname": "host-2"}""");
        _bed.Store.Put(
            ProtocolIndices.SyncJobs,
            "orphan",
            Some.Json("""{"status": "canceling", "connector": {"id": "deleted"}, "last_seen": "2020-01-01T00:00:00Z"}""")
        );
        _bed.Clock.Advance(TimeSpan.FromMinutes(4.9));
        await _bed.RunOnceAsync();
        Assert.Equal(["in_progress", "error"], [_bed.Status(job), _bed.Status("orphan")]);

        _bed.Clock.Advance(TimeSpan.FromMinutes(0.2));
        await _bed.RunOnceAsync();

        Assert.Equal("The job has not seen any update for some time.", _bed.Job(job)["error"]!.GetValue<string>());
        Assert.Equal("error", _bed.Connector(connector)["last_sync_status"]!.GetValue<string>());
    }

    [Fact]
    public async Task TwoServicesRunEachJobOnce()
    {
        var other = new ServiceBed
        {
            Store = _bed.Store,
            Clock = _bed.Clock,
            Engine = _bed.Engine,
            Worker = new JobWorker("host-2", "worker-2"),
        };
        for (var i = 0; i < 20; i++)
        {
            var connector = _bed.AddConnector(
                """{"scheduling": {"full": {"enabled": true, "interval": "0 0 * * * ?"}}, "last_sync_scheduled_at": "2026-11-20T00:00:00Z"}"""
            );
            if (i % 2 == 0)
            {
                await _bed.AddJobAsync(connector);
                await _bed.AddJobAsync(connector);
            }
        }

        var running = new HashSet<string>();
        _bed.Engine.Script = async (request, _, _, _) =>
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

        var results = await Task.WhenAll(Task.Run(_bed.RunOnceAsync, Token), Task.Run(other.RunOnceAsync, Token));
        await _bed.RunOnceAsync();

        Assert.Equal(30, _bed.JobIds.Count);
        Assert.All(_bed.JobIds, job => Assert.Equal("completed", _bed.Status(job)));
        Assert.Equal(30, _bed.Engine.Requests.Select(request => request.JobId).Distinct().Count());
        Assert.Equal(30, _bed.Engine.Requests.Count);
        Assert.All(results.SelectMany(result => result), result => Assert.Equal(SyncResultEnd.Completed, result.End));
    }

    private static string WithoutWorker(System.Text.Json.Nodes.JsonObject metadata)
    {
        metadata.Remove("worker");
        return metadata.ToJsonString();
    }
}
