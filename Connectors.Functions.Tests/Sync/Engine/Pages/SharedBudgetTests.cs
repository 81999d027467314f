using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Engine.Planning;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Pages;

/// <summary>Syncs that share a budget of bytes: none holds up another one for good, and none leaves anything behind in it.</summary>
public sealed class SharedBudgetTests : IDisposable
{
    private static readonly TimeSpan Guard = TimeSpan.FromMinutes(1);

    private readonly EngineFixture _fixture = new();
    private FlightBudget _budget = new(1024 * 1024);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task ASyncThatWaitsForTheBudgetStopsAtOnce()
    {
        using var others = await _budget.TakeAsync(_budget.Limit, held: null, Token);
        using var stop = new CancellationTokenSource();
        var run = RunAsync(_fixture.Index, _fixture.Request, MemorySource.Holding("a"), stop.Token, Token);

        await stop.CancelAsync();

        Assert.Equal(SyncEnd.Stopped, (await run.WaitAsync(Guard, Token)).End);
        Assert.Equal(_budget.Limit, _budget.Used);
    }

    [Fact]
    public async Task AnIncrementalSyncTakesItsShareToo()
    {
        var feed = new MemoryFeed(MemorySource.Holding("a"));
        var full = await RunAsync(_fixture.Index, _fixture.Request, feed, CancellationToken.None, Token);
        feed.Then("v2", "a", "b", "-c").Then("v3", "a");
        var shares = new List<long>();
        feed.OnChanges = _ =>
        {
            shares.Add(_budget.Used);
            return Task.CompletedTask;
        };
        var request = _fixture.Request with { JobId = "changes", Kind = SyncKind.Incremental, Cursor = full.Cursor };

        var outcome = await RunAsync(_fixture.Index, request, feed, CancellationToken.None, Token);

        Assert.Equal((SyncEnd.Completed, 1L, 2L), (outcome.End, outcome.Counts.Created, outcome.Counts.Updated));
        Assert.Equal(2, shares.Count);
        Assert.All(shares, share => Assert.True(share > 0));
        Assert.Equal(0, _budget.Used);
    }

    [Fact]
    public async Task ASourceThatHangsDoesNotHoldUpTheSyncOfAnotherOne()
    {
        var (entered, goesOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var hanging = MemorySource.Holding("a");
        hanging.OnPage = _ =>
        {
            entered.TrySetResult();
            return goesOn.Task;
        };
        var first = RunAsync(_fixture.Index, _fixture.Request, hanging, CancellationToken.None, Token);
        await entered.Task.WaitAsync(Guard, Token);
        var request = _fixture.Request with { JobId = "job-2" };
        var second = RunAsync(new MemoryIndex(), request, MemorySource.Holding("b"), CancellationToken.None, Token);

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(SyncEnd.Completed, (await second.WaitAsync(Guard, Token)).End);
        goesOn.SetResult();
        Assert.Equal((SyncEnd.Completed, 1L), ((await first.WaitAsync(Guard, Token)).End, (await first).Counts.Created));
        Assert.Equal(0, _budget.Used);
    }

    [Fact]
    public async Task NoWriteOutlivesItsSync()
    {
        _budget = new FlightBudget(_fixture.Options.MaxBytesInFlight);
        _fixture.Options = _fixture.Options with { PagesInFlight = 1 };
        var (third, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        Task<SyncOutcome>? run = null;
        var outlived = false;
        var sink = new SinkIndex
        {
            // Requests that don't heed their token.
            OnBody = async body =>
            {
                var isThird = body.Contains("\"e\"", StringComparison.Ordinal);
                if (isThird)
                {
                    third.TrySetResult();
                }

                await go.Task;
                for (var looks = 0; isThird && !outlived && looks < 10_000; looks++)
                {
                    await Task.Yield();
                    outlived = run!.IsCompleted;
                }
            },
        };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var source = new MemorySource
        {
            PageSize = 2,
            Partitions =
            [
                [.. "abcdefgh".Select(letter => new MemoryDocument($"{letter}", "v1"))],
            ],
        };
        run = RunAsync(sink, _fixture.Request, source, CancellationToken.None, end.Token);
        await third.Task.WaitAsync(Guard, Token);

        await end.CancelAsync();
        go.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.False(outlived);
        Assert.Equal(0, _budget.Used);
    }

    private Task<SyncOutcome> RunAsync(
        IContentIndex index,
        SyncRequest request,
        IDataSource source,
        CancellationToken stopReading,
        CancellationToken cancellationToken
    ) =>
        EngineFixture
            .EngineOf(index, _fixture.Options, _time, budget: _budget)
            .RunAsync(request, source, new SyncProgress(), stopReading, cancellationToken);
}
