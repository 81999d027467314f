using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Protocol.Schedules;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Protocol;

/// <summary>Several services, a user in Kibana, calls that are made twice: nobody's write is lost, and each job is one worker's.</summary>
public sealed class ConcurrentWritesTests
{
    private readonly InMemoryDocumentStore _store = new();
    private readonly FakeTimeProvider _clock = new(Some.Time("2026-11-23T22:00:00Z"));
    private readonly ConnectorIndex _connectors;
    private readonly SyncJobIndex _jobs;
    private readonly SyncJobSteps _steps;

    public ConcurrentWritesTests()
    {
        _connectors = new ConnectorIndex(_store, _clock);
        _jobs = new SyncJobIndex(_store, _clock);
        _steps = new SyncJobSteps(_connectors, _jobs);
        _store.Put(
            ProtocolIndices.Connectors,
            "c1",
            Some.Json("""{"service_type": "mongodb", "index_name": "search-c1", "status": "created", "configuration": {}}""")
        );
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AConfigurationThatTheUserEntersMeanwhileIsNotOverwrittenByTheDefaultOne()
    {
        EditOnce("""{"status": "configured", "configuration": {"host": {"value": "mongodb://mine"}}}""");

        var connector = await _connectors.PrepareAsync("c1", "mongodb", Some.MongoPreparation, Token);

        Assert.Equal(ConnectorStatus.Configured, connector!.Status);
        Assert.Equal("mongodb://mine", connector.Configuration!["host"]!["value"]!.GetValue<string>());
        Assert.Equal("Database", connector.Configuration["database"]!["label"]!.GetValue<string>());
    }

    [Fact]
    public async Task PreparingTwiceWritesOnce()
    {
        await _connectors.PrepareAsync("c1", "mongodb", Some.MongoPreparation, Token);
        await _connectors.PrepareAsync("c1", "mongodb", Some.MongoPreparation, Token);
        await _connectors.MarkErrorAsync("c1", "broken", Token);
        await _connectors.MarkErrorAsync("c1", "broken", Token);
        await _connectors.MarkConnectedAsync("c1", Token);
        await _connectors.MarkConnectedAsync("c1", Token);
        await _connectors.CheckInAsync("c1", TimeSpan.FromMinutes(5), Token);
        _clock.Advance(TimeSpan.FromMinutes(4));
        await _connectors.CheckInAsync("c1", TimeSpan.FromMinutes(5), Token);

        Assert.Equal(
            ["configuration status features", "status error", "status error", "last_seen"],
            _store.Updates.Select(update => string.Join(' ', update.Partial.Select(pair => pair.Key)))
        );
    }

    [Fact]
    public async Task AServiceTypeThatIsMissingIsFilledIn()
    {
        _store.Put(ProtocolIndices.Connectors, "c1", Some.Json("""{"index_name": "search-c1", "status": "created"}"""));

        Assert.Equal("mongodb", (await _connectors.PrepareAsync("c1", "mongodb", Some.MongoPreparation, Token))!.ServiceType);
    }

    [Fact]
    public async Task ACompleteConfigurationWithoutAStateIsConfigured()
    {
        var configuration = ConnectorConfiguration.Render(Some.MongoFields);
        foreach (var name in (string[])["host", "database", "collection"])
        {
            configuration[name]!["value"] = "x";
        }

        _store.Put(ProtocolIndices.Connectors, "c1", new() { ["service_type"] = "mongodb", ["configuration"] = configuration });

        Assert.Equal(ConnectorStatus.Configured, (await _connectors.PrepareAsync("c1", "mongodb", Some.MongoPreparation, Token))!.Status);
    }

    [Fact]
    public async Task ADeletedConnectorIsLeftAlone()
    {
        _store.Edit(ProtocolIndices.Connectors, "c1", """{"deleted": true}""");

        Assert.Null(await _connectors.FindAsync("c1", Token));
        Assert.Null(await _connectors.PrepareAsync("c1", "mongodb", Some.MongoPreparation, Token));
        await _connectors.MarkErrorAsync("c1", "broken", Token);
        await foreach (var connector in _connectors.ListAsync(Token))
        {
            Assert.Fail($"{connector.Id} is deleted.");
        }

        Assert.Empty(_store.Updates);
    }

    [Fact]
    public async Task OfTwoWorkersOneGetsTheJob()
    {
        var job = await CreateJobAsync();
        var others = new SyncJobSteps(_connectors, _jobs);
        SyncJobRecord? theirs = null;
        var isFirst = true;
        _store.BeforeUpdate = async (index, _) =>
        {
            if (index == ProtocolIndices.SyncJobs && isFirst)
            {
                // The other one claims between our read and our write.
                isFirst = false;
                theirs = await others.ClaimAsync(job, new JobWorker("theirs", "2"), adopt: false, Token);
            }
        };

        var ours = await _steps.ClaimAsync(job, new JobWorker("ours", "1"), adopt: false, Token);

        Assert.Null(ours);
        Assert.Equal("theirs", theirs!.WorkerHostname);
        Assert.Equal("2", theirs.WorkerId);
    }

    [Fact]
    public async Task ASlowClaimDoesNotReopenAJobThatWasGivenUpMeanwhile()
    {
        var job = await CreateJobAsync();
        var others = new SyncJobSteps(_connectors, _jobs);
        var isFirst = true;
        _store.BeforeUpdate = async (index, _) =>
        {
            if (index == ProtocolIndices.Connectors && isFirst)
            {
                // The claim is written, the connector not yet, and that for longer than a job may be silent.
                isFirst = false;
                _clock.Advance(TimeSpan.FromMinutes(6));
                await others.FailIdleAsync((await _jobs.FindAsync(job.Id, Token))!, Token);
            }
        };

        await _steps.ClaimAsync(job, new JobWorker("slow"), adopt: false, Token);

        Assert.Equal(
            ("error", "error"),
            (
                _store[ProtocolIndices.SyncJobs, job.Id]["status"]!.GetValue<string>(),
                _store[ProtocolIndices.Connectors, "c1"]["last_sync_status"]!.GetValue<string>()
            )
        );
    }

    [Theory]
    [InlineData(false, "in_progress")]
    [InlineData(true, "error")]
    public async Task ASlowSuspensionDoesNotHideTheJobsNextRun(bool hasEnded, string expected)
    {
        var job = (await _steps.ClaimAsync(await CreateJobAsync(), new JobWorker("slow"), adopt: false, Token))!;
        var others = new SyncJobSteps(_connectors, _jobs);
        var isFirst = true;
        _store.BeforeUpdate = async (index, _) =>
        {
            if (index == ProtocolIndices.Connectors && isFirst)
            {
                // The suspension is written, the connector not yet: the job is anybody's.
                isFirst = false;
                _clock.Advance(TimeSpan.FromSeconds(1));
                var suspended = (await _jobs.FindAsync(job.Id, Token))!;
                var next = (await others.ClaimAsync(suspended, new JobWorker("quick"), adopt: false, Token))!;
                if (hasEnded)
                {
                    await others.FailAsync(JobClaim.Of(next), new JobResult { Error = "broken" }, Token);
                }
            }
        };

        await _steps.SuspendAsync(JobClaim.Of(job), new JobResult(), Token);

        Assert.False(isFirst);
        Assert.Equal(
            (expected, expected),
            (
                _store[ProtocolIndices.SyncJobs, job.Id]["status"]!.GetValue<string>(),
                _store[ProtocolIndices.Connectors, "c1"]["last_sync_status"]!.GetValue<string>()
            )
        );
    }

    [Fact]
    public async Task AJobThatEndedDoesNotHideALaterOne()
    {
        var job = (await _steps.ClaimAsync(await CreateJobAsync(), new JobWorker("slow"), adopt: false, Token))!;
        var others = new SyncJobSteps(_connectors, _jobs);
        var isFirst = true;
        _store.BeforeUpdate = async (index, _) =>
        {
            if (index == ProtocolIndices.Connectors && isFirst)
            {
                isFirst = false;
                _clock.Advance(TimeSpan.FromSeconds(1));
                var next = (await others.ClaimAsync(await CreateJobAsync(), new JobWorker("quick"), adopt: false, Token))!;
                await others.FailAsync(JobClaim.Of(next), new JobResult { Error = "broken" }, Token);
            }
        };

        await _steps.CompleteAsync(JobClaim.Of(job), new JobResult(), Token);

        Assert.False(isFirst);
        Assert.Equal("error", _store[ProtocolIndices.Connectors, "c1"]["last_sync_status"]!.GetValue<string>());
    }

    [Fact]
    public async Task AJobInProgressIsAdoptedOnlyWhenItsWorkerGaveNoSignOfLifeSince()
    {
        var job = (await _steps.ClaimAsync(await CreateJobAsync(), new JobWorker("dead"), adopt: false, Token))!;

        Assert.Null(await _steps.ClaimAsync(job, new JobWorker("ours"), adopt: false, Token));
        await _steps.ProgressAsync(JobClaim.Of(job), new SyncCounts(Created: 5), wait: null, Token);
        Assert.Null(await _steps.ClaimAsync(job, new JobWorker("ours"), adopt: true, Token));

        var seen = (await _jobs.FindAsync(job.Id, Token))!;
        _clock.Advance(TimeSpan.FromMinutes(1));
        var adopted = (await _steps.ClaimAsync(seen, new JobWorker("ours"), adopt: true, Token))!;
        Assert.Equal("ours", adopted.WorkerHostname);
        Assert.Equal(job.StartedAt, adopted.StartedAt);
        Assert.Equal(5, adopted.IndexedDocumentCount);
    }

    [Fact]
    public async Task AWorkerMayClaimTwiceWhatItHas()
    {
        var worker = new JobWorker("ours", "1");
        var job = await CreateJobAsync();

        Assert.NotNull(await _steps.ClaimAsync(job, worker, adopt: false, Token));
        Assert.NotNull(await _steps.ClaimAsync(job, worker, adopt: false, Token));
        Assert.Null(await _steps.ClaimAsync(job, new JobWorker("ours", "2"), adopt: false, Token));
    }

    [Fact]
    public async Task AnEndThatDiedBetweenTheDocumentsIsFinishedByTheSecondCall()
    {
        var job = (await _steps.ClaimAsync(await CreateJobAsync(), new JobWorker("ours"), adopt: false, Token))!;
        _clock.Advance(TimeSpan.FromSeconds(1));
        var result = new JobResult { Counts = new SyncCounts(Created: 3), TotalDocuments = 3 };
        Assert.NotNull(await _jobs.EndAsync(JobClaim.Of(job), JobStatus.Completed, result, Token));
        Assert.Equal("in_progress", _store[ProtocolIndices.Connectors, "c1"]["last_sync_status"]!.GetValue<string>());

        _clock.Advance(TimeSpan.FromSeconds(1));
        var ended = (await _steps.CompleteAsync(JobClaim.Of(job), result, Token))!;
        await _steps.CompleteAsync(JobClaim.Of(job), result, Token);

        var connector = _store[ProtocolIndices.Connectors, "c1"];
        Assert.Equal("completed", connector["last_sync_status"]!.GetValue<string>());
        Assert.Equal(3, connector["last_indexed_document_count"]!.GetValue<long>());
        Assert.Equal(ended.Document.Source["completed_at"]!.GetValue<string>(), connector["last_synced"]!.GetValue<string>());
        Assert.Single(_store.Updates, update => update.Partial.ContainsKey("last_synced"));
    }

    [Fact]
    public async Task WhatSomebodyElseEndedStaysAsItIs()
    {
        var job = (await _steps.ClaimAsync(await CreateJobAsync(), new JobWorker("ours"), adopt: false, Token))!;
        await _steps.FailIdleAsync(job, Token);

        Assert.Null(await _steps.CompleteAsync(JobClaim.Of(job), new JobResult { Counts = new SyncCounts(Created: 3) }, Token));
        Assert.Null(await _steps.SuspendAsync(JobClaim.Of(job), new JobResult(), Token));
        Assert.Equal(JobStatus.Error, await _steps.ProgressAsync(JobClaim.Of(job), new SyncCounts(Created: 3), wait: null, Token));
        Assert.Equal("The job has not seen any update for some time.", (await _jobs.FindAsync(job.Id, Token))!.Error);
        Assert.Equal("The job has not seen any update for some time.", (await _connectors.FindAsync("c1", Token))!.Error);
    }

    [Fact]
    public async Task AJobThatMovedIsNotIdle()
    {
        var job = (await _steps.ClaimAsync(await CreateJobAsync(), new JobWorker("ours"), adopt: false, Token))!;
        await _steps.ProgressAsync(JobClaim.Of(job), default(SyncCounts), wait: null, Token);

        Assert.Null(await _steps.FailIdleAsync(job, Token));
        Assert.Equal(JobStatus.InProgress, (await _jobs.FindAsync(job.Id, Token))!.Status);
    }

    [Fact]
    public async Task WaitingJobsAreCancelledAtOnceAndFinishedOnesNotAtAll()
    {
        var job = await CreateJobAsync();

        Assert.Equal(JobStatus.Canceled, await _jobs.RequestCancelAsync(job.Id, Token));
        Assert.Equal(JobStatus.Canceled, await _jobs.RequestCancelAsync(job.Id, Token));
        Assert.Null(await _jobs.RequestCancelAsync("no such job", Token));
        var written = Assert.Single(_store.Updates).Partial;
        Assert.Equal(["status", "cancelation_requested_at", "canceled_at", "completed_at"], written.Select(pair => pair.Key));
        Assert.Null(await _steps.ClaimAsync(job, new JobWorker("ours", "1"), adopt: true, Token));
    }

    [Fact]
    public async Task AnOldServicesFlagMakesOneJobHoweverManyLook()
    {
        _store.Edit(ProtocolIndices.Connectors, "c1", """{"sync_now": true}""");
        var connector = (await _connectors.FindAsync("c1", Token))!;
        var due = Assert.Single(DueSyncs.Of(connector, _clock.GetUtcNow()).Syncs);

        var first = await _steps.CreateAsync(connector, due, isPending: false, Token);
        var second = await _steps.CreateAsync(connector, due, isPending: false, Token);

        Assert.NotNull(first);
        Assert.Null(second);
        Assert.Single(_store.Ids(ProtocolIndices.SyncJobs));
        Assert.False((await _connectors.FindAsync("c1", Token))!.SyncNow);
    }

    [Fact]
    public async Task EndlessConflictsEndInAClearError()
    {
        _store.BeforeUpdate = (index, id) =>
        {
            _store.Edit(index, id, """{"name": "again"}""");
            return Task.CompletedTask;
        };

        var exception = await Assert.ThrowsAsync<ConnectorException>(() => _connectors.MarkErrorAsync("c1", "broken", Token));

        Assert.Equal(FailureKind.Retry, exception.Kind);
        Assert.Equal(
            ".elastic-connectors: document 'c1' was changed by others 20 times in a row while it was to be updated. Look for a program "
                + "that rewrites it in a loop.",
            exception.Message
        );
    }

    [Fact]
    public async Task ATextThatElasticsearchWouldRefuseIsCut()
    {
        await _connectors.MarkErrorAsync("c1", new string('x', 3_999) + "\U0001F600 and so on", Token);

        var error = (await _connectors.FindAsync("c1", Token))!.Error!;
        Assert.Equal(new string('x', 3_999) + "...", error);
    }

    [Fact]
    public async Task WhatIsNotOursSurvivesEveryStep()
    {
        _store.Edit(
            ProtocolIndices.Connectors,
            "c1",
            """{"custom": {"a": [1, 2]}, "pipeline": {"name": "p", "more": true}, "language": "en", "sync_cursor": {"at": 5}}"""
        );
        var job = (await _steps.ClaimAsync(await CreateJobAsync(), new JobWorker("ours"), adopt: false, Token))!;
        _store.Edit(ProtocolIndices.SyncJobs, job.Id, """{"metadata": {"theirs": 1}}""");
        await _steps.CompleteAsync(JobClaim.Of(job), new JobResult { Counts = default(SyncCounts) }, Token);

        var connector = _store[ProtocolIndices.Connectors, "c1"];
        Assert.Equal("""{"a":[1,2]}""", connector["custom"]!.ToJsonString());
        var document = _store[ProtocolIndices.SyncJobs, job.Id];
        Assert.Equal("""{"name":"p","more":true}""", document["connector"]!["pipeline"]!.ToJsonString());
        Assert.Equal("en", document["connector"]!["language"]!.GetValue<string>());
        Assert.Equal("""{"at":5}""", document["connector"]!["sync_cursor"]!.ToJsonString());
        Assert.Equal(1, document["metadata"]!["theirs"]!.GetValue<int>());
    }

    private async Task<SyncJobRecord> CreateJobAsync() =>
        (
            await _jobs.CreateAsync(
                (await _connectors.FindAsync("c1", Token))!,
                JobType.Full,
                TriggerMethod.OnDemand,
                new SyncJobOptions(),
                key: null,
                Token
            )
        )!;

    private void EditOnce(string partial) =>
        _store.BeforeUpdate = (index, id) =>
        {
            _store.BeforeUpdate = null;
            _store.Edit(index, id, partial);
            return Task.CompletedTask;
        };
}
