using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.Jobs;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

/// <summary>What happens beside a sync while it runs: heartbeats, a user who cancels, a service that stops, somebody who takes the job
/// away.</summary>
public sealed class RunningJobTests
{
    private readonly ServiceBed _bed = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ARunningJobTellsThatItLivesAndHowFarItIs()
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector());
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        _bed.Engine.Script = async (_, progress, _, _) =>
        {
            progress.Add(new SyncCounts(Read: 10, Skipped: 3, Created: 7, Deleted: 1, Bytes: 5 * 1024 * 1024));
            begun.SetResult();
            await end.Task;
            return ScriptedEngine.Completed(progress.Counts);
        };

        var run = _bed.RunOnceAsync();
        await begun.Task;
        await _bed.PassTimeUntilAsync(() =>
            _bed.Store.Updates.Count(update => update.Id == job && update.Partial.ContainsKey("last_seen")) >= 4
        );
        var heartbeats = _bed.Store.Updates.Where(update => update.Id == job).Skip(1).ToList();
        Assert.All(heartbeats, heartbeat =>
            Assert.Equal(
                ["last_seen", "indexed_document_count", "indexed_document_volume", "deleted_document_count", "metadata"],
                heartbeat.Partial.Select(pair => pair.Key)
            )
        );
        Assert.Equal(
            ["7", "5", "1"],
            new[] { "indexed_document_count", "indexed_document_volume", "deleted_document_count" }.Select(name =>
                _bed.Job(job)[name]!.ToString()
            )
        );
        Assert.Equal(10, _bed.Job(job)["metadata"]!["read"]!.GetValue<int>());
        var times = heartbeats.Select(heartbeat => ProtocolTime.Parse(heartbeat.Partial["last_seen"]!.GetValue<string>())!.Value).ToList();
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.InRange((pair.Second - pair.First).TotalSeconds, 1, 60));
        Assert.Equal(7, Assert.Single(_bed.Service.Running).Progress.Counts.Created);

        end.SetResult();
        Assert.Single(await _bed.PassTimeAsync(run));
        Assert.Empty(_bed.Service.Running);
    }

    [Fact]
    public async Task AServiceThatStopsGivesThePageInFlightTenSecondsAndSuspendsItsJob()
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector());
        using var stop = new CancellationTokenSource();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        DateTimeOffset? canceled = null;
        _bed.Engine.Script = async (_, progress, _, cancel) =>
        {
            progress.Add(new SyncCounts(Read: 9, Created: 9));
            await using var registration = cancel.Register(() => canceled = _bed.Clock.GetUtcNow());
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _bed.Clock, cancel);
            return ScriptedEngine.Completed(progress.Counts);
        };
        var run = _bed.Service.RunOnceAsync(stop.Token, Token);
        await started.Task;
        var stopped = _bed.Clock.GetUtcNow();

        await stop.CancelAsync();
        var result = Assert.Single(await _bed.PassTimeAsync(run, TimeSpan.FromSeconds(0.5)));

        Assert.Equal((SyncResultEnd.Suspended, "suspended"), (result.End, _bed.Status(job)));
        Assert.InRange(canceled!.Value - stopped, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(11));
        Assert.Empty(_bed.Engine.Forgotten);
        Assert.Equal(9, _bed.Job(job)["indexed_document_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task AJobThatTheUserCancelsStopsInOrderAndIsCanceled()
    {
        var connector = _bed.AddConnector();
        var job = await _bed.AddJobAsync(connector);
        var started = new TaskCompletionSource();
        _bed.Engine.RunUntilStopped(new SyncCounts(Created: 7500), started.SetResult);

        var run = _bed.RunOnceAsync();
        await started.Task;
        await _bed.Service.Jobs.RequestCancelAsync(job, Token);

        // One look at the job is enough.
        _bed.Clock.Advance(TimeSpan.FromSeconds(3));
        var result = Assert.Single(await run);

        Assert.Equal(SyncResultEnd.Canceled, result.End);
        Assert.Equal("canceled", _bed.Status(job));
        Assert.Equal(7500, _bed.Job(job)["indexed_document_count"]!.GetValue<int>());
        Assert.Equal("canceled", _bed.Connector(connector)["last_sync_status"]!.GetValue<string>());
        Assert.Equal("connected", _bed.Connector(connector)["status"]!.GetValue<string>());
        Assert.Equal([job], _bed.Engine.Forgotten);
    }

    [Fact]
    public async Task AJobThatIsCanceledInThisProcessStopsWithoutTimePassing()
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector());
        var started = new TaskCompletionSource();
        _bed.Engine.RunUntilStopped(new SyncCounts(Created: 1), started.SetResult);
        var run = _bed.RunOnceAsync();
        await started.Task;

        await _bed.Service.Jobs.RequestCancelAsync(job, Token);
        Assert.Single(_bed.Service.Running).LookAtJob();

        Assert.Equal(SyncResultEnd.Canceled, Assert.Single(await run).End);
    }

    [Fact]
    public async Task TheTimeOfAJobIsThatOfItsPartsAndNotOfTheDaysBetween()
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector());
        using var stop = new CancellationTokenSource();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bed.Engine.RunUntilStopped(new SyncCounts(Read: 9, Created: 9), started.SetResult);
        var run = _bed.Service.RunOnceAsync(stop.Token, Token);
        await started.Task;
        _bed.Clock.Advance(TimeSpan.FromSeconds(40));
        await stop.CancelAsync();
        await _bed.PassTimeAsync(run, TimeSpan.Zero);
        _bed.Clock.Advance(TimeSpan.FromDays(2));

        _bed.Engine.Script = async (_, progress, _, _) =>
        {
            progress.Add(new SyncCounts(Read: 9, Created: 9));
            progress.Resume();
            Assert.Equal(TimeSpan.FromSeconds(40), Assert.Single(_bed.Service.Running).EarlierTime);
            _bed.Clock.Advance(TimeSpan.FromSeconds(2));
            return ScriptedEngine.Completed(progress.Counts);
        };
        var ended = Assert.Single(await _bed.PassTimeAsync(_bed.RunOnceAsync(), TimeSpan.Zero)).Job!;

        Assert.Equal(TimeSpan.FromSeconds(42), ended.TimeWorked(_bed.Clock.GetUtcNow()));
        Assert.Contains("resumed Connector 1 after 9", _bed.Events);
    }

    [Fact]
    public async Task AJobWhoseSourceHangsIsCanceledAllTheSame()
    {
        var connector = _bed.AddConnector();
        var job = await _bed.AddJobAsync(connector);
        var started = new TaskCompletionSource();
        _bed.Engine.Script = async (_, progress, _, cancel) =>
        {
            progress.Add(new SyncCounts(Created: 7));
            started.SetResult();

            // It does not heed the orderly stop.
            await Task.Delay(Timeout.InfiniteTimeSpan, _bed.Clock, cancel);
            return ScriptedEngine.Completed(default);
        };

        var run = _bed.RunOnceAsync();
        await started.Task;
        await _bed.Service.Jobs.RequestCancelAsync(job, Token);
        var from = _bed.Clock.GetUtcNow();
        var result = Assert.Single(await _bed.PassTimeAsync(run));

        Assert.Equal(SyncResultEnd.Canceled, result.End);
        Assert.Equal("canceled", _bed.Status(job));
        Assert.Equal(7, _bed.Job(job)["indexed_document_count"]!.GetValue<int>());
        Assert.Equal("canceled", _bed.Connector(connector)["last_sync_status"]!.GetValue<string>());
        Assert.True(_bed.Clock.GetUtcNow() - from > TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task ASourceThatCantBeDisposedHoldsNoJob()
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector());
        var closing = new TaskCompletionSource();
        _bed.Engine.Script = (_, _, _, _) =>
        {
            _bed.Sources.Closing = closing.Task;
            return Task.FromResult(ScriptedEngine.Completed(default));
        };

        var result = Assert.Single(await _bed.PassTimeAsync(_bed.RunOnceAsync()));
        closing.SetResult();

        Assert.Equal((SyncResultEnd.Completed, "completed"), (result.End, _bed.Status(job)));
    }

    [Fact]
    public async Task AJobThatEndsBeforeTheCancelIsSeenIsCanceledAllTheSame()
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector());
        _bed.Engine.Script = async (_, _, _, _) =>
        {
            await _bed.Service.Jobs.RequestCancelAsync(job, Token);
            return ScriptedEngine.Completed(new SyncCounts(Created: 3));
        };

        Assert.Equal(SyncResultEnd.Canceled, Assert.Single(await _bed.RunOnceAsync()).End);
        Assert.Equal("canceled", _bed.Status(job));
    }

    [Fact]
    public async Task AStoppedServiceSuspendsItsJobsAndTheNextTakesThemUp()
    {
        var connector = _bed.AddConnector();
        var job = await _bed.AddJobAsync(connector);
        using var stop = new CancellationTokenSource();
        _bed.Engine.RunUntilStopped(new SyncCounts(Created: 7500), stop.Cancel);

        var result = Assert.Single(await _bed.Service.RunOnceAsync(stop.Token, Token));
        Assert.Equal(SyncResultEnd.Suspended, result.End);
        Assert.Equal("suspended", _bed.Status(job));
        Assert.Equal("suspended", _bed.Connector(connector)["last_sync_status"]!.GetValue<string>());
        Assert.False(_bed.Job(job).ContainsKey("completed_at"));
        Assert.Empty(_bed.Engine.Forgotten);

        var next = new ServiceBed
        {
            Store = _bed.Store,
            Clock = _bed.Clock,
            Worker = new JobWorker("host-2", "worker-2"),
        };
        Assert.Equal(SyncResultEnd.Completed, Assert.Single(await next.RunOnceAsync()).End);
        Assert.Equal(job, Assert.Single(next.Engine.Requests).JobId);
        Assert.Equal("host-2", _bed.Job(job)["worker_hostname"]!.GetValue<string>());
    }

    [Fact]
    public async Task AServiceThatIsStoppedDuringThePingSuspendsToo()
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector());
        using var stop = new CancellationTokenSource();
        var pings = 0;
        _bed.Sources.Ping = async token =>
        {
            if (++pings == 2)
            {
                await stop.CancelAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, _bed.Clock, token);
            }
        };

        await _bed.Service.RunOnceAsync(stop.Token, Token);

        Assert.Equal("suspended", _bed.Status(job));
        Assert.Empty(_bed.Engine.Requests);
    }

    [Fact]
    public async Task AKilledServiceWritesNothingAndItsSuccessorGoesOn()
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector());
        using var kill = new CancellationTokenSource();
        _bed.Engine.RunUntilStopped(new SyncCounts(Created: 7500), kill.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bed.Service.RunOnceAsync(Token, kill.Token));
        Assert.Equal("in_progress", _bed.Status(job));

        var successor = new ServiceBed { Store = _bed.Store, Clock = _bed.Clock };
        Assert.Equal(SyncResultEnd.Completed, Assert.Single(await successor.RunOnceAsync()).End);
    }

    [Theory]
    [InlineData("""{"status": "error", "error": "The job has not seen any update for some time."}""")]
    [InlineData(null)]
    public async Task AJobThatAnotherWorkerEndedIsReleasedAtOnce(string? change)
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector());
        var started = new TaskCompletionSource();
        _bed.Engine.Script = async (_, _, stop, cancel) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _bed.Clock, cancel);
            return ScriptedEngine.Completed(default);
        };

        var run = _bed.RunOnceAsync();
        await started.Task;
        if (change is null)
        {
            _bed.Store.Remove(ProtocolIndices.SyncJobs, job);
        }
        else
        {
            _bed.Store.Edit(ProtocolIndices.SyncJobs, job, change);
        }

        Assert.Equal(SyncResultEnd.Lost, Assert.Single(await _bed.PassTimeAsync(run)).End);
        Assert.DoesNotContain(_bed.Store.Updates, update => update.Partial.ContainsKey("completed_at"));
    }

    [Theory]
    [InlineData("""{"deleted": true}""")]
    [InlineData(null)]
    public async Task AJobWhoseConnectorIsDeletedEndsAndSaysWhy(string? change)
    {
        var connector = _bed.AddConnector();
        var job = await _bed.AddJobAsync(connector);
        var started = new TaskCompletionSource();
        _bed.Engine.Script = async (_, progress, _, cancel) =>
        {
            progress.Add(new SyncCounts(Created: 7));
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _bed.Clock, cancel);
            return ScriptedEngine.Completed(default);
        };

        var run = _bed.RunOnceAsync();
        await started.Task;
        if (change is null)
        {
            _bed.Store.Remove(ProtocolIndices.Connectors, connector);
        }
        else
        {
            _bed.Store.Edit(ProtocolIndices.Connectors, connector, change);
        }

        Assert.Equal(SyncResultEnd.Lost, Assert.Single(await _bed.PassTimeAsync(run)).End);
        Assert.Equal("error", _bed.Status(job));
        Assert.Equal(
            "The connector was deleted while this job ran. What it had written by then is still in the index.",
            _bed.Job(job)["error"]!.GetValue<string>()
        );
        Assert.Equal(7, _bed.Job(job)["indexed_document_count"]!.GetValue<int>());
        Assert.NotNull(_bed.Job(job)["completed_at"]);
        Assert.Equal([job], _bed.Engine.Forgotten);
    }

    [Fact]
    public async Task AHeartbeatThatFailsDoesNotEndTheSync()
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector());
        var started = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        _bed.Engine.Script = async (_, _, _, _) =>
        {
            started.SetResult();
            await end.Task;
            return ScriptedEngine.Completed(default);
        };
        var run = _bed.RunOnceAsync();
        await started.Task;
        _bed.Store.Outage = new ConnectorException(FailureKind.Retry, "Elasticsearch is away.");
        var from = _bed.Clock.GetUtcNow();
        await _bed.PassTimeUntilAsync(() => _bed.Clock.GetUtcNow() - from > TimeSpan.FromMinutes(2));
        _bed.Store.Outage = null;
        end.SetResult();

        Assert.Equal(SyncResultEnd.Completed, Assert.Single(await _bed.PassTimeAsync(run)).End);
        Assert.Equal("completed", _bed.Status(job));
    }

    [Fact]
    public async Task AJobWhoseEndIsRefusedForLongIsTakenUpAgainWhenTheCredentialsAreBack()
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector());
        var from = default(DateTimeOffset);
        _bed.Engine.Script = (_, _, _, _) =>
        {
            from = _bed.Clock.GetUtcNow();
            _bed.Engine.Script = (_, _, _, _) => Task.FromResult(ScriptedEngine.Completed(new SyncCounts(Created: 7)));
            throw RefuseJobs();
        };
        using var stop = new CancellationTokenSource();
        var service = _bed.Service.RunAsync(stop.Token, Token);
        await _bed.PassTimeUntilAsync(() => from != default && _bed.Clock.GetUtcNow() - from > TimeSpan.FromMinutes(2));
        Assert.Equal("in_progress", _bed.Status(job));
        _bed.Store.BeforeUpdate = null;

        await _bed.PassTimeUntilAsync(() => _bed.Status(job) == "completed");
        Assert.Equal(7, _bed.Job(job)["indexed_document_count"]!.GetValue<int>());
        await stop.CancelAsync();
        await service;
    }

    [Fact]
    public async Task AnEndThatIsRefusedForAWhileIsWrittenAllTheSame()
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector());
        var from = default(DateTimeOffset);
        _bed.Engine.Script = (_, _, _, _) =>
        {
            from = _bed.Clock.GetUtcNow();
            throw RefuseJobs();
        };
        var run = _bed.RunOnceAsync();
        await _bed.PassTimeUntilAsync(() => from != default && _bed.Clock.GetUtcNow() - from > TimeSpan.FromSeconds(9));
        _bed.Store.BeforeUpdate = null;

        Assert.Equal(SyncResultEnd.Failed, Assert.Single(await _bed.PassTimeAsync(run)).End);
        Assert.Equal(
            ("error", "Elasticsearch does not accept the credentials (401)."),
            (_bed.Status(job), _bed.Job(job)["error"]!.GetValue<string>())
        );
    }

    [Fact]
    public async Task TheServiceServesUntilItIsStopped()
    {
        using var stop = new CancellationTokenSource();
        var first = _bed.AddConnector();
        var service = _bed.Service.RunAsync(stop.Token, Token);

        // Kibana makes jobs while it runs; a schedule falls due; a connector is added.
        var job = await _bed.AddJobAsync(first);
        await _bed.PassTimeUntilAsync(() => _bed.Status(job) == "completed");
        var second = _bed.AddConnector("""{"scheduling": {"full": {"enabled": true, "interval": "0 * * * * ?"}}}""");
        await _bed.PassTimeUntilAsync(() => _bed.Connector(second).ContainsKey("last_synced"));
        Assert.True(_bed.JobIds.Count >= 2);

        var running = new TaskCompletionSource();
        _bed.Engine.RunUntilStopped(default, () => running.TrySetResult());
        var last = await _bed.AddJobAsync(first);
        await _bed.PassTimeUntilAsync(() => _bed.Status(last) == "in_progress" && running.Task.IsCompleted);
        await stop.CancelAsync();
        await _bed.PassTimeUntilAsync(() => service.IsCompleted);
        await service;

        Assert.Equal("suspended", _bed.Status(last));
    }

    [Fact]
    public async Task TheServiceSurvivesAnOutageAndEndsWhenItLasts()
    {
        _bed.AddConnector();
        var service = _bed.Service.RunAsync(Token, Token);
        await _bed.PassTimeUntilAsync(() => _bed.Connector("c1").ContainsKey("last_seen"));

        _bed.Store.Outage = new ConnectorException(FailureKind.Retry, "Elasticsearch is away.");
        var from = _bed.Clock.GetUtcNow();
        await _bed.PassTimeUntilAsync(() => _bed.Clock.GetUtcNow() - from > TimeSpan.FromMinutes(2));
        _bed.Store.Outage = null;
        var job = await _bed.AddJobAsync("c1");
        await _bed.PassTimeUntilAsync(() => _bed.Status(job) == "completed");

        _bed.Store.Outage = new ConnectorException(FailureKind.Retry, "Elasticsearch is away.");
        await _bed.PassTimeUntilAsync(() => service.IsCompleted);
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
        _bed.Store.BeforeUpdate = (index, _) => index == ProtocolIndices.SyncJobs ? throw refused : Task.CompletedTask;
        return refused;
    }
}
