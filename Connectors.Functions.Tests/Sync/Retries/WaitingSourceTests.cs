using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Functions.Activities;
using Connectors.Sync.Api;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Retries;
using Connectors.Sync.Sources;
using Connectors.Tests.Functions;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Retries;

/// <summary>Sources that wait because the service behind them asked them to.</summary>
public sealed class WaitingSourceTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset? _until;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task ACallThatWaitsMayTakeLongerThanTheLimit()
    {
        var calls = Calls();
        var answer = new TaskCompletionSource<int>();
        var read = calls.RunAsync("a page", _ => Asked(answer.Task), progress: null, Token);
        await _asked.Task.WaitAsync(Token);
        _until = _clock.GetUtcNow() + TimeSpan.FromHours(1);
        PassMinutes(59);

        Assert.Equal((false, _until), (read.IsCompleted, calls.Wait?.Until));
        answer.SetResult(3);
        Assert.Equal(3, await read.WaitAsync(Token));
    }

    [Fact]
    public async Task AfterAWaitACallHasTheWholeLimitAgain()
    {
        var answer = new TaskCompletionSource<int>();
        var read = Calls().RunAsync("a page", _ => Asked(answer.Task), progress: null, Token);
        await _asked.Task.WaitAsync(Token);
        _until = _clock.GetUtcNow() + TimeSpan.FromMinutes(9);
        PassMinutes(9);
        _until = null;
        PassMinutes(9);

        Assert.False(read.IsCompleted);
        answer.SetResult(3);
        Assert.Equal(3, await read.WaitAsync(Token));
    }

    [Theory]
    [InlineData(24)]
    [InlineData(24 * 365 * 1000)]
    public async Task AWaitForADayHoldsNoCall(int hours)
    {
        var read = Calls().RunAsync("a page", WaitAsync, progress: null, Token);
        await _asked.Task.WaitAsync(Token);
        _until = _clock.GetUtcNow() + TimeSpan.FromHours(hours);

        PassMinutes(10);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => read.WaitAsync(Token));
        Assert.Equal((FailureKind.Retry, _until - _clock.GetUtcNow()), (failure.Kind, failure.RetryAfter));
    }

    [Fact]
    public async Task WhereItMayNotItFailsWithTheTimeThatIsLeft()
    {
        var read = Calls(outwaits: false).RunAsync("a page", WaitAsync, progress: null, Token);
        await _asked.Task.WaitAsync(Token);
        _until = _clock.GetUtcNow() + TimeSpan.FromHours(1);

        _clock.Advance(TimeSpan.FromMinutes(10));

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => read.WaitAsync(Token));
        Assert.Equal("Files asked to wait for a page. It is asked again when the time is over.", failure.Message);
        Assert.Equal((FailureKind.Retry, TimeSpan.FromMinutes(50)), (failure.Kind, failure.RetryAfter));
    }

    [Fact]
    public async Task AStopEndsACallThatWaitsAtOnce()
    {
        var read = Calls().RunAsync("a page", WaitAsync, progress: null, Token);
        await _asked.Task.WaitAsync(Token);
        _until = _clock.GetUtcNow() + TimeSpan.FromHours(1);

        await _stop.CancelAsync();
        _clock.Advance(TimeSpan.Zero);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Token));
    }

    [Fact]
    public async Task ThePauseBeforeARetryIsAWaitToo()
    {
        var calls = new SourceCalls(
            "Files",
            new BackoffPolicy(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5)),
            TimeSpan.FromMinutes(10),
            _clock,
            new Random(1),
            NullLogger.Instance,
            stop: _stop.Token
        );
        Assert.Null(calls.Wait?.Until);
        var read = calls.RunAsync<int>(
            "a page",
            _ => throw new ConnectorException(FailureKind.Retry, "slow down", retryAfter: TimeSpan.FromMinutes(3)),
            progress: null,
            Token
        );
        while (calls.Wait is null)
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        var now = _clock.GetUtcNow();
        Assert.Equal(new SourceWait(now + TimeSpan.FromMinutes(3), "slow down", now + TimeSpan.FromMinutes(5)), calls.Wait);
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Token));
    }

    [Fact]
    public async Task TheProgressOfASyncTellsUntilWhen()
    {
        using var bench = new EngineFixture();
        var seen = new List<DateTimeOffset?>();
        _until = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await bench.RunAsync(new WaitingSource(() => _until, () => seen.Add(bench.Progress.Wait?.Until)));
        await using var identities = new IdentitySource(new WaitingSource(() => _until, () => { }));

        Assert.Equal([_until, _until], [.. seen, identities.WaitsUntil]);
    }

    [Fact]
    public async Task AJobTellsUntilWhenAsLongAsItRuns()
    {
        var store = new InMemoryDocumentStore();
        var (connectors, jobs) = (new ConnectorIndex(store, _clock), new SyncJobIndex(store, _clock));
        var steps = new SyncJobSteps(connectors, jobs);
        store.Put(ProtocolIndices.Connectors, "c1", new JsonObject { ["service_type"] = "memory", ["index_name"] = "search-c1" });
        var connector = (await connectors.FindAsync("c1", Token))!;
        var made = await jobs.CreateAsync(connector, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token);
        var job = (await steps.ClaimAsync(made!, new JobWorker("vm", "worker-1"), adopt: false, Token))!;
        var until = _clock.GetUtcNow() + TimeSpan.FromMinutes(3);

        await steps.ProgressAsync(JobClaim.Of(job), new SyncCounts(Read: 7), new SourceWait(until, "nothing listens there", until), Token);
        await steps.ProgressAsync(JobClaim.Of(job), counts: null, wait: null, Token);

        var view = ApiViews.Job((await jobs.FindAsync(job.Id, Token))!);
        Assert.Equal((until, 7L), ((DateTimeOffset)view["waitsUntil"]!, (long)view["counts"]!["read"]!));
        Assert.Equal(("nothing listens there", until), ((string?)view["waitsReason"], (DateTimeOffset)view["waitsLimit"]!));
        Assert.DoesNotContain(view["counts"]!.AsObject(), count => count.Key.StartsWith("waits", StringComparison.Ordinal));
        await steps.ProgressAsync(JobClaim.Of(job), counts: null, SourceWait.Over, Token);
        var over = ApiViews.Job((await jobs.FindAsync(job.Id, Token))!);
        Assert.Equal([null, null, null], [over["waitsUntil"], over["waitsReason"], over["waitsLimit"]]);
        await steps.ProgressAsync(JobClaim.Of(job), counts: null, new SourceWait(until), Token);
        await steps.CompleteAsync(JobClaim.Of(job), new JobResult(), Token);
        Assert.Null(ApiViews.Job((await jobs.FindAsync(job.Id, Token))!)["waitsUntil"]);
    }

    [Fact]
    public async Task InTheFunctionAppTheWaitOfAStepIsToldInTheJob()
    {
        var asked = 0;
        await using var bed = await new MemoryAppFixture
        {
            Ping = () =>
                asked++ == 0
                    ? throw new ConnectorException(FailureKind.Retry, "slow down", retryAfter: TimeSpan.FromMinutes(3))
                    : Task.CompletedTask,
        }.StartAsync();
        bed.AddConnector();
        var until = bed.Clock.GetUtcNow() + TimeSpan.FromMinutes(3);

        var (jobId, summary) = await bed.SyncAsync();

        Assert.Equal("completed", summary.Status);
        var told = JobMetadata.WaitOf(bed.Job(jobId)["metadata"]!.AsObject())!;
        Assert.Equal((until, "slow down"), (told.Until, told.Reason));
        Assert.True(told.Limit >= until, $"{told.Limit:O}");
    }

    [Fact]
    public async Task AStepThatIsUnderWayTellsTheWaitOfItsSource()
    {
        await using var leases = new SourceLeases(_clock, NullLogger.Instance);
        _until = _clock.GetUtcNow() + TimeSpan.FromMinutes(3);
        await using (leases.Take("job-1/all", () => new WaitingSource(() => _until, () => { })))
        {
            Assert.Equal((_until, null), (leases.WaitOf("job-1")?.Until, leases.WaitOf("job-10")?.Until));
        }

        Assert.Null(leases.WaitOf("job-1"));
    }

    private SourceCalls Calls(bool outwaits = true) =>
        new(
            "Files",
            BackoffPolicy.None,
            TimeSpan.FromMinutes(10),
            _clock,
            new Random(1),
            NullLogger.Instance,
            new CallerScheduler(),
            () => _until,
            outwaits,
            stop: _stop.Token
        );

    private void PassMinutes(int minutes)
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
        }
    }

    private Task<T> Asked<T>(Task<T> answer)
    {
        _asked.TrySetResult();
        return answer;
    }

    private async Task<int> WaitAsync(CancellationToken token)
    {
        _asked.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, _clock, token);
        return 1;
    }

    private sealed class WaitingSource(Func<DateTimeOffset?> until, Action read)
        : EnumerableDataSource(SourceContext.Empty),
            IReportsWaiting,
            IAccessControlSource
    {
        public DateTimeOffset? WaitsUntil => until();

        public override SourceDescription Description { get; } =
            new()
            {
                ServiceType = "waiting",
                Name = "Waiting",
                Fields = [],
            };

        public override Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }

        protected override async IAsyncEnumerable<SimpleDocument> ReadAsync(
            SourcePartition partition,
            [EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            await Task.CompletedTask;
            read();
            yield return new SimpleDocument("a", new JsonObject());
        }
    }
}
