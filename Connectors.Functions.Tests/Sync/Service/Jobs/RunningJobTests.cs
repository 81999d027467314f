using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Retries;
using Connectors.Sync.Service.Jobs;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

/// <summary>What happens beside a sync while it runs: heartbeats, a user who cancels, a service that stops, somebody who takes the job
/// away.</summary>
public sealed class RunningJobTests
{
    private readonly ServiceFixture _fixture = new();
    private int _refused;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ARunningJobTellsThatItLivesAndHowFarItIs()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        _fixture.Engine.Script = async (_, progress, _, _) =>
        {
            progress.Add(new SyncCounts(Read: 10, Skipped: 3, Created: 7, Deleted: 1, Bytes: 5 * 1024 * 1024));
            begun.SetResult();
            await end.Task;
            return ScriptedEngine.Completed(progress.Counts);
        };

        var run = _fixture.RunOnceAsync();
        await begun.Task;
        await _fixture.PassTimeUntilAsync(() =>
            _fixture.Store.Updates.Count(update => update.Id == job && update.Partial.ContainsKey("last_seen")) >= 4
        );
        var heartbeats = _fixture.Store.Updates.Where(update => update.Id == job).Skip(1).ToList();
        Assert.All(heartbeats, heartbeat =>
            Assert.Equal(
                ["last_seen", "indexed_document_count", "indexed_document_volume", "deleted_document_count", "metadata"],
                heartbeat.Partial.Select(pair => pair.Key)
            )
        );
        Assert.Equal(
            ["7", "5", "1"],
            new[] { "indexed_document_count", "indexed_document_volume", "deleted_document_count" }.Select(name =>
                _fixture.Job(job)[name]!.ToString()
            )
        );
        Assert.Equal(10, _fixture.Job(job)["metadata"]!["read"]!.GetValue<int>());
        var times = heartbeats.Select(heartbeat => ProtocolTime.Parse(heartbeat.Partial["last_seen"]!.GetValue<string>())!.Value).ToList();
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.InRange((pair.Second - pair.First).TotalSeconds, 10, 60));
        Assert.Equal(7, Assert.Single(_fixture.Service.Running).Progress.Counts.Created);

        end.SetResult();
        Assert.Single(await _fixture.PassTimeAsync(run));
        Assert.Empty(_fixture.Service.Running);
    }

    [Fact]
    public async Task ASourceThatCanNotBeAskedIsToldAtOnceAndNoLongerThanItLasts()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        SourceWait? wait = null;
        _fixture.Engine.Script = async (_, progress, _, _) =>
        {
            progress.Waits = () => wait;
            await over.Task;
            return ScriptedEngine.Completed(default);
        };
        var run = _fixture.RunOnceAsync();
        await _fixture.PassTimeUntilAsync(() => _fixture.Status(job) == "in_progress");

        var began = _fixture.Clock.GetUtcNow();
        wait = new SourceWait(began.AddSeconds(4), "nothing listens there", began.AddMinutes(5));
        await _fixture.PassTimeUntilAsync(() => Told() == "nothing listens there");
        var told = _fixture.Clock.GetUtcNow() - began;
        wait = null;
        await _fixture.PassTimeUntilAsync(() => Told() is null);
        over.SetResult();
        await _fixture.PassTimeAsync(run);

        // Well before the next sign of life.
        Assert.True(told < TimeSpan.FromSeconds(5), $"told after {told}");
        Assert.Null(_fixture.Job(job)["metadata"]!["waits_until"]);

        string? Told() => (string?)_fixture.Job(job)["metadata"]?["waits_reason"];
    }

    [Fact]
    public async Task AServiceThatStopsGivesThePageInFlightTenSecondsAndSuspendsItsJob()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        using var stop = new CancellationTokenSource();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        DateTimeOffset? canceled = null;
        _fixture.Engine.Script = async (_, progress, _, cancel) =>
        {
            progress.Add(new SyncCounts(Read: 9, Created: 9));
            await using var registration = cancel.Register(() => canceled = _fixture.Clock.GetUtcNow());
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _fixture.Clock, cancel);
            return ScriptedEngine.Completed(progress.Counts);
        };
        var run = _fixture.Service.RunOnceAsync(stop.Token, Token);
        await started.Task;
        var stopped = _fixture.Clock.GetUtcNow();

        await stop.CancelAsync();
        var result = Assert.Single(await _fixture.PassTimeAsync(run, TimeSpan.FromSeconds(0.5)));

        Assert.Equal((SyncResultEnd.Suspended, "suspended"), (result.End, _fixture.Status(job)));
        Assert.InRange(canceled!.Value - stopped, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(11));
        Assert.Empty(_fixture.Engine.Forgotten);
        Assert.Equal(9, _fixture.Job(job)["indexed_document_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task AJobThatTheUserCancelsStopsInOrderAndIsCanceled()
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector);
        var started = new TaskCompletionSource();
        _fixture.Engine.RunUntilStopped(new SyncCounts(Created: 7500), started.SetResult);

        var run = _fixture.RunOnceAsync();
        await started.Task;
        await _fixture.Service.Jobs.RequestCancelAsync(job, Token);

        // One look at the job is enough.
        _fixture.Clock.Advance(TimeSpan.FromSeconds(3));
        var result = Assert.Single(await run);

        Assert.Equal(SyncResultEnd.Canceled, result.End);
        Assert.Equal("canceled", _fixture.Status(job));
        Assert.Equal(7500, _fixture.Job(job)["indexed_document_count"]!.GetValue<int>());
        Assert.Equal("canceled", _fixture.Connector(connector)["last_sync_status"]!.GetValue<string>());
        Assert.Equal("connected", _fixture.Connector(connector)["status"]!.GetValue<string>());
        Assert.Equal([job], _fixture.Engine.Forgotten);
    }

    [Fact]
    public async Task AJobThatIsCanceledInThisProcessStopsWithoutTimePassing()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        var started = new TaskCompletionSource();
        _fixture.Engine.RunUntilStopped(new SyncCounts(Created: 1), started.SetResult);
        var run = _fixture.RunOnceAsync();
        await started.Task;

        await _fixture.Service.Jobs.RequestCancelAsync(job, Token);
        Assert.Single(_fixture.Service.Running).LookAtJob();

        Assert.Equal(SyncResultEnd.Canceled, Assert.Single(await run).End);
    }

    [Fact]
    public async Task TheTimeOfAJobIsThatOfItsPartsAndNotOfTheDaysBetween()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        using var stop = new CancellationTokenSource();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _fixture.Engine.RunUntilStopped(new SyncCounts(Read: 9, Created: 9), started.SetResult);
        var run = _fixture.Service.RunOnceAsync(stop.Token, Token);
        await started.Task;
        _fixture.Clock.Advance(TimeSpan.FromSeconds(40));
        await stop.CancelAsync();
        await _fixture.PassTimeAsync(run, TimeSpan.Zero);
        _fixture.Clock.Advance(TimeSpan.FromDays(2));

        _fixture.Engine.Script = async (_, progress, _, _) =>
        {
            progress.Add(new SyncCounts(Read: 9, Created: 9));
            progress.Resume();
            Assert.Equal(TimeSpan.FromSeconds(40), Assert.Single(_fixture.Service.Running).EarlierTime);
            _fixture.Clock.Advance(TimeSpan.FromSeconds(2));
            return ScriptedEngine.Completed(progress.Counts);
        };
        var ended = Assert.Single(await _fixture.PassTimeAsync(_fixture.RunOnceAsync(), TimeSpan.Zero)).Job!;

        Assert.Equal(TimeSpan.FromSeconds(42), ended.TimeWorked(_fixture.Clock.GetUtcNow()));
        Assert.Contains("resumed Connector 1 after 9", _fixture.Events);
    }

    [Theory]
    [InlineData("in_progress")]
    [InlineData("canceling")]
    public async Task WhatADeadProcessWorkedEndsWhenItWasLastHeardOf(string status)
    {
        var started = _fixture.Clock.GetUtcNow();
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(
            connector,
            $$"""
            {"status": "{{status}}", "worker_hostname": "host-9", "started_at": "{{ProtocolTime.Format(started)}}",
             "last_seen": "{{ProtocolTime.Format(started.AddSeconds(40))}}"}
            """
        );
        _fixture.Clock.Advance(TimeSpan.FromSeconds(140));
        Assert.Equal(TimeSpan.FromSeconds(40), (await FindAsync(job)).TimeWorked(_fixture.Clock.GetUtcNow()));
        _fixture.Clock.Advance(TimeSpan.FromMinutes(10));

        await _fixture.PassTimeAsync(_fixture.RunOnceAsync(), TimeSpan.Zero);

        Assert.Equal("error", _fixture.Status(job));
        Assert.Equal(TimeSpan.FromSeconds(40), (await FindAsync(job)).TimeWorked(_fixture.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task TheTimeThatASuspendedJobWaitedBeforeItWasCanceledIsNoWork()
    {
        var started = _fixture.Clock.GetUtcNow();
        var job = await _fixture.AddJobAsync(
            _fixture.AddConnector(),
            $$"""
            {"status": "suspended", "started_at": "{{ProtocolTime.Format(started)}}",
             "last_seen": "{{ProtocolTime.Format(started.AddSeconds(40))}}"}
            """
        );
        _fixture.Clock.Advance(TimeSpan.FromHours(1));

        await _fixture.Service.Jobs.RequestCancelAsync(job, Token);

        Assert.Equal(TimeSpan.FromSeconds(40), (await FindAsync(job)).TimeWorked(_fixture.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task AJobThatIsTakenWaitsForItsSourceNoMore()
    {
        var until = ProtocolTime.Format(_fixture.Clock.GetUtcNow().AddMinutes(30));
        var job = await _fixture.AddJobAsync(
            _fixture.AddConnector(),
            $$"""
            {"status": "suspended", "started_at": "2026-11-23T20:00:00Z", "last_seen": "2026-11-23T20:00:10Z",
             "metadata": {"read": 3, "waits_until": "{{until}}", "waits_limit": "{{until}}", "waits_reason": "it answered 500"} }
            """
        );
        SourceWait? wait = new(default);
        _fixture.Engine.Script = async (_, progress, _, _) =>
        {
            wait = (await FindAsync(job)).Wait;
            return ScriptedEngine.Completed(progress.Counts);
        };

        await _fixture.PassTimeAsync(_fixture.RunOnceAsync(), TimeSpan.Zero);

        Assert.Null(wait);
        Assert.Equal("completed", _fixture.Status(job));
    }

    private async Task<SyncJobRecord> FindAsync(string job) => (await _fixture.Service.Jobs.FindAsync(job, Token))!;

    [Fact]
    public async Task AJobWhoseSourceHangsIsCanceledAllTheSame()
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector);
        var started = new TaskCompletionSource();
        _fixture.Engine.Script = async (_, progress, _, cancel) =>
        {
            progress.Add(new SyncCounts(Created: 7));
            started.SetResult();

            // It does not heed the orderly stop.
            await Task.Delay(Timeout.InfiniteTimeSpan, _fixture.Clock, cancel);
            return ScriptedEngine.Completed(default);
        };

        var run = _fixture.RunOnceAsync();
        await started.Task;
        await _fixture.Service.Jobs.RequestCancelAsync(job, Token);
        var from = _fixture.Clock.GetUtcNow();
        var result = Assert.Single(await _fixture.PassTimeAsync(run));

        Assert.Equal(SyncResultEnd.Canceled, result.End);
        Assert.Equal("canceled", _fixture.Status(job));
        Assert.Equal(7, _fixture.Job(job)["indexed_document_count"]!.GetValue<int>());
        Assert.Equal("canceled", _fixture.Connector(connector)["last_sync_status"]!.GetValue<string>());
        Assert.True(_fixture.Clock.GetUtcNow() - from > TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task ASourceThatCantBeDisposedHoldsNoJob()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        var closing = new TaskCompletionSource();
        _fixture.Engine.Script = (_, _, _, _) =>
        {
            _fixture.Sources.Closing = closing.Task;
            return Task.FromResult(ScriptedEngine.Completed(default));
        };

        var result = Assert.Single(await _fixture.PassTimeAsync(_fixture.RunOnceAsync()));
        closing.SetResult();

        Assert.Equal((SyncResultEnd.Completed, "completed"), (result.End, _fixture.Status(job)));
    }

    [Fact]
    public async Task AJobThatEndsBeforeTheCancelIsSeenIsCanceledAllTheSame()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        _fixture.Engine.Script = async (_, _, _, _) =>
        {
            await _fixture.Service.Jobs.RequestCancelAsync(job, Token);
            return ScriptedEngine.Completed(new SyncCounts(Created: 3));
        };

        Assert.Equal(SyncResultEnd.Canceled, Assert.Single(await _fixture.RunOnceAsync()).End);
        Assert.Equal("canceled", _fixture.Status(job));
    }

    [Fact]
    public async Task AStoppedServiceSuspendsItsJobsAndTheNextTakesThemUp()
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector);
        using var stop = new CancellationTokenSource();
        _fixture.Engine.RunUntilStopped(new SyncCounts(Created: 7500), stop.Cancel);

        var result = Assert.Single(await _fixture.Service.RunOnceAsync(stop.Token, Token));
        Assert.Equal(SyncResultEnd.Suspended, result.End);
        Assert.Equal("suspended", _fixture.Status(job));
        Assert.Equal("suspended", _fixture.Connector(connector)["last_sync_status"]!.GetValue<string>());
        Assert.False(_fixture.Job(job).ContainsKey("completed_at"));
        Assert.Empty(_fixture.Engine.Forgotten);

        var next = new ServiceFixture
        {
            Store = _fixture.Store,
            Clock = _fixture.Clock,
            Worker = new JobWorker("host-2", "worker-2"),
        };
        Assert.Equal(SyncResultEnd.Completed, Assert.Single(await next.RunOnceAsync()).End);
        Assert.Equal(job, Assert.Single(next.Engine.Requests).JobId);
        Assert.Equal("host-2", _fixture.Job(job)["worker_hostname"]!.GetValue<string>());
    }

    [Fact]
    public async Task AServiceThatIsStoppedDuringThePingSuspendsToo()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        using var stop = new CancellationTokenSource();
        var pings = 0;
        _fixture.Sources.Ping = async token =>
        {
            if (++pings == 2)
            {
                await stop.CancelAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, _fixture.Clock, token);
            }
        };

        await _fixture.Service.RunOnceAsync(stop.Token, Token);

        Assert.Equal("suspended", _fixture.Status(job));
        Assert.Empty(_fixture.Engine.Requests);
    }

    [Fact]
    public async Task AKilledServiceWritesNothingAndItsSuccessorGoesOn()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        using var kill = new CancellationTokenSource();
        _fixture.Engine.RunUntilStopped(new SyncCounts(Created: 7500), kill.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _fixture.Service.RunOnceAsync(Token, kill.Token));
        Assert.Equal("in_progress", _fixture.Status(job));
        Assert.Equal("ended Connector 1: Interrupted", _fixture.Events[^1]);

        var successor = new ServiceFixture { Store = _fixture.Store, Clock = _fixture.Clock };
        Assert.Equal(SyncResultEnd.Completed, Assert.Single(await successor.RunOnceAsync()).End);
    }

    [Theory]
    [InlineData("""{"status": "error", "error": "The job has not seen any update for some time."}""")]
    [InlineData(null)]
    public async Task AJobThatAnotherWorkerEndedIsReleasedAtOnce(string? change)
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        var started = new TaskCompletionSource();
        _fixture.Engine.Script = async (_, _, stop, cancel) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _fixture.Clock, cancel);
            return ScriptedEngine.Completed(default);
        };

        var run = _fixture.RunOnceAsync();
        await started.Task;
        if (change is null)
        {
            _fixture.Store.Remove(ProtocolIndices.SyncJobs, job);
        }
        else
        {
            _fixture.Store.Edit(ProtocolIndices.SyncJobs, job, change);
        }

        Assert.Equal(SyncResultEnd.Lost, Assert.Single(await _fixture.PassTimeAsync(run)).End);
        Assert.DoesNotContain(_fixture.Store.Updates, update => update.Partial.ContainsKey("completed_at"));
    }

    [Theory]
    [InlineData("""{"deleted": true}""")]
    [InlineData(null)]
    public async Task AJobWhoseConnectorIsDeletedEndsAndSaysWhy(string? change)
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector);
        var started = new TaskCompletionSource();
        _fixture.Engine.Script = async (_, progress, _, cancel) =>
        {
            progress.Add(new SyncCounts(Created: 7));
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _fixture.Clock, cancel);
            return ScriptedEngine.Completed(default);
        };

        var run = _fixture.RunOnceAsync();
        await started.Task;
        if (change is null)
        {
            _fixture.Store.Remove(ProtocolIndices.Connectors, connector);
        }
        else
        {
            _fixture.Store.Edit(ProtocolIndices.Connectors, connector, change);
        }

        Assert.Equal(SyncResultEnd.Lost, Assert.Single(await _fixture.PassTimeAsync(run)).End);
        Assert.Equal("error", _fixture.Status(job));
        Assert.Equal(
            "The connector was deleted while this job ran. What it had written by then is still in the index.",
            _fixture.Job(job)["error"]!.GetValue<string>()
        );
        Assert.Equal(7, _fixture.Job(job)["indexed_document_count"]!.GetValue<int>());
        Assert.NotNull(_fixture.Job(job)["completed_at"]);
        Assert.Equal([job], _fixture.Engine.Forgotten);
    }

    [Fact]
    public async Task AHeartbeatThatFailsDoesNotEndTheSync()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        var started = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        _fixture.Engine.Script = async (_, _, _, _) =>
        {
            started.SetResult();
            await end.Task;
            return ScriptedEngine.Completed(default);
        };
        var run = _fixture.RunOnceAsync();
        await started.Task;
        _fixture.Store.Outage = new ConnectorException(FailureKind.Retry, "Elasticsearch is away.");
        var from = _fixture.Clock.GetUtcNow();
        await _fixture.PassTimeUntilAsync(() => _fixture.Clock.GetUtcNow() - from > TimeSpan.FromMinutes(2));
        _fixture.Store.Outage = null;
        end.SetResult();

        Assert.Equal(SyncResultEnd.Completed, Assert.Single(await _fixture.PassTimeAsync(run)).End);
        Assert.Equal("completed", _fixture.Status(job));
    }

    [Fact]
    public async Task AJobWhoseEndIsRefusedForLongIsTakenUpAgainWhenTheCredentialsAreBack()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        var from = default(DateTimeOffset);
        _fixture.Engine.Script = (_, _, _, _) =>
        {
            _fixture.Engine.Script = (_, _, _, _) => Task.FromResult(ScriptedEngine.Completed(new SyncCounts(Created: 7)));
            var failure = RefuseJobs();
            from = _fixture.Clock.GetUtcNow();
            throw failure;
        };
        using var stop = new CancellationTokenSource();
        var service = _fixture.Service.RunAsync(stop.Token, Token);

        // Five tries to write the end, and one to take the job up again or a sign of life.
        await _fixture.PassTimeUntilAsync(() =>
            Volatile.Read(ref _refused) >= 6 && _fixture.Clock.GetUtcNow() - from > TimeSpan.FromMinutes(2)
        );
        Assert.Equal("in_progress", _fixture.Status(job));
        _fixture.Store.BeforeUpdate = null;

        await _fixture.PassTimeUntilAsync(() => _fixture.Status(job) == "completed");
        Assert.Equal(7, _fixture.Job(job)["indexed_document_count"]!.GetValue<int>());
        await stop.CancelAsync();
        await service;
    }

    [Fact]
    public async Task AnEndThatIsRefusedForAWhileIsWrittenAllTheSame()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        var from = default(DateTimeOffset);
        _fixture.Engine.Script = (_, _, _, _) =>
        {
            var failure = RefuseJobs();
            from = _fixture.Clock.GetUtcNow();
            throw failure;
        };
        var run = _fixture.RunOnceAsync();
        await _fixture.PassTimeUntilAsync(() =>
            Volatile.Read(ref _refused) >= 3 && _fixture.Clock.GetUtcNow() - from > TimeSpan.FromSeconds(9)
        );
        _fixture.Store.BeforeUpdate = null;

        Assert.Equal(SyncResultEnd.Failed, Assert.Single(await _fixture.PassTimeAsync(run)).End);
        Assert.Equal(
            ("error", "Elasticsearch does not accept the credentials (401)."),
            (_fixture.Status(job), _fixture.Job(job)["error"]!.GetValue<string>())
        );
    }

    [Fact]
    public async Task TheServiceServesUntilItIsStopped()
    {
        using var stop = new CancellationTokenSource();
        var first = _fixture.AddConnector();
        var service = _fixture.Service.RunAsync(stop.Token, Token);

        // Kibana makes jobs while it runs; a schedule falls due; a connector is added.
        var job = await _fixture.AddJobAsync(first);
        await _fixture.PassTimeUntilAsync(() => _fixture.Status(job) == "completed");
        var second = _fixture.AddConnector("""{"scheduling": {"full": {"enabled": true, "interval": "0 * * * * ?"}}}""");
        await _fixture.PassTimeUntilAsync(() => _fixture.Connector(second).ContainsKey("last_synced"));
        Assert.True(_fixture.JobIds.Count >= 2);

        var running = new TaskCompletionSource();
        _fixture.Engine.RunUntilStopped(default, () => running.TrySetResult());
        var last = await _fixture.AddJobAsync(first);
        await _fixture.PassTimeUntilAsync(() => _fixture.Status(last) == "in_progress" && running.Task.IsCompleted);
        await stop.CancelAsync();
        await _fixture.PassTimeUntilAsync(() => service.IsCompleted);
        await service;

        Assert.Equal("suspended", _fixture.Status(last));
    }

    [Fact]
    public async Task TheServiceSurvivesAnOutageAndEndsWhenItLasts()
    {
        _fixture.AddConnector();
        var service = _fixture.Service.RunAsync(Token, Token);
        await _fixture.PassTimeUntilAsync(() => _fixture.Connector("c1").ContainsKey("last_seen"));

        _fixture.Store.Outage = new ConnectorException(FailureKind.Retry, "Elasticsearch is away.");
        var from = _fixture.Clock.GetUtcNow();
        await _fixture.PassTimeUntilAsync(() => _fixture.Clock.GetUtcNow() - from > TimeSpan.FromMinutes(2));
        _fixture.Store.Outage = null;
        var job = await _fixture.AddJobAsync("c1");
        await _fixture.PassTimeUntilAsync(() => _fixture.Status(job) == "completed");

        _fixture.Store.Outage = new ConnectorException(FailureKind.Retry, "Elasticsearch is away.");
        await _fixture.PassTimeUntilAsync(() => service.IsCompleted);
        var exception = await Assert.ThrowsAsync<ConnectorException>(() => service);
        Assert.Equal(
            "The service ends, because more than 20 polls failed within 600 seconds (service.max_errors, service.max_errors_span). The "
                + "last failure: Elasticsearch is away.",
            exception.Message
        );
    }

    /// <summary>A key that is being changed: bulk requests are refused with it, and so is the end. The searches of the service itself are
    /// not: they may be under way at this moment.</summary>
    private ConnectorException RefuseJobs()
    {
        var refused = new ConnectorException("Elasticsearch does not accept the credentials (401).");
        _fixture.Store.BeforeUpdate = (index, _) =>
        {
            if (index != ProtocolIndices.SyncJobs)
            {
                return Task.CompletedTask;
            }

            Interlocked.Increment(ref _refused);
            throw refused;
        };
        return refused;
    }
}
