using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Retries;
using Connectors.Tests.LocalHost.Durable;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Retries;

/// <summary>Sources that hang, do not heed their token, or fail for a while.</summary>
public sealed class SourceCallsTests : IDisposable
{
    private static readonly BackoffPolicy FiveMinutes = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5));
    private readonly FakeTimeProvider _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task APageThatComesTooLateIsDisposed()
    {
        using var cancel = new CancellationTokenSource();
        var answer = new TaskCompletionSource<Page>();
        var read = Calls().RunAsync("a page", _ => Asked(answer.Task), progress: null, cancel.Token);
        await _asked.Task.WaitAsync(Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PassTimeAsync(read));
        using var page = new Page();
        answer.SetResult(page);

        await page.Disposed.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task ASourceThatHeedsItsTokenIsWaitedFor()
    {
        using var cancel = new CancellationTokenSource();
        var answer = new TaskCompletionSource<Page>();
        var read = Calls().RunAsync("a page", _ => Asked(answer.Task), progress: null, cancel.Token);
        await _asked.Task.WaitAsync(Token);

        await cancel.CancelAsync();
        Assert.False(read.IsCompleted);
        answer.SetCanceled(cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Token));
    }

    [Fact]
    public async Task ACallThatHangsIsGivenUpByNameAndNotMadeAgainBesideItself()
    {
        var asked = 0;
        var (start, end) = (_clock.GetUtcNow(), default(DateTimeOffset));
        var read = Calls()
            .RunAsync(
                "its documents",
                token =>
                {
                    token.Register(() => end = _clock.GetUtcNow());
                    asked++;
                    return Asked(new TaskCompletionSource<Page>().Task);
                },
                progress: null,
                Token
            );

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => PassTimeAsync(read));

        Assert.Equal(
            (
                "Files did not answer within 10 minutes when it was asked for its documents. See whether it runs, and whether "
                    + "this machine can reach it.",
                FailureKind.Fatal
            ),
            (failure.Message, failure.Kind)
        );
        Assert.Equal(1, asked);
        Assert.Equal(TimeSpan.FromMinutes(10), end - start);
    }

    [Fact]
    public async Task ACallThatHangsAndEndsWhenAskedIsMadeAgain()
    {
        var asked = 0;
        var read = Calls()
            .RunAsync(
                "what changed",
                async token =>
                {
                    _asked.TrySetResult();
                    if (Interlocked.Increment(ref asked) == 1)
                    {
                        await Task.Delay(Timeout.InfiniteTimeSpan, _clock, token);
                    }

                    return 7;
                },
                progress: null,
                Token
            );

        Assert.Equal(7, await PassTimeAsync(read));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task ACallThatGetsOnMayTakeLongerThanTheLimit()
    {
        var (documents, answer) = (0L, new TaskCompletionSource<int>());
        var read = Calls().RunAsync("a page", _ => Asked(answer.Task), () => documents, Token);
        await _asked.Task.WaitAsync(Token);
        for (var minute = 0; minute < 60; minute++)
        {
            documents++;
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.False(read.IsCompleted);
        answer.SetResult(3);
        Assert.Equal(3, await read.WaitAsync(Token));
    }

    [Fact]
    public async Task WhatMayPassIsTriedAgainForItsTimeAndNotLonger()
    {
        var clock = new FastForwardTimeProvider();
        var (asked, start) = (0, clock.GetUtcNow());
        var calls = Calls(FiveMinutes, clock);
        var read = calls.RunAsync<int>(
            "its partitions",
            _ =>
            {
                asked++;
                throw new ConnectorException(FailureKind.Retry, "reset");
            },
            progress: null,
            Token
        );

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => read);

        Assert.True(calls.GaveUp(failure));
        Assert.InRange(asked, 10, 40);

        // The last pause is cut to what is left.
        Assert.Equal(TimeSpan.FromMinutes(5), clock.GetUtcNow() - start);
    }

    [Fact]
    public async Task OfCallsAtTheSameTimeEachIsKnownToHaveFailed()
    {
        var calls = Calls(BackoffPolicy.None);
        Task<int> Fail() =>
            calls.RunAsync<int>(
                "a content",
                _ => throw new ConnectorException(FailureKind.Retry, "429", retryAfter: TimeSpan.FromHours(3)),
                progress: null,
                Token
            );

        var first = await Assert.ThrowsAsync<ConnectorException>(Fail);
        var second = await Assert.ThrowsAsync<ConnectorException>(Fail);

        Assert.Equal((true, true), (calls.GaveUp(first), calls.GaveUp(second)));
        Assert.False(calls.GaveUp(new ConnectorException(FailureKind.Retry, "429")));
    }

    [Theory]
    [InlineData(FailureKind.Fatal)]
    [InlineData(FailureKind.Skip)]
    public async Task WhatNoRetryCanHelpIsNotTriedAgain(FailureKind kind)
    {
        var asked = 0;
        var calls = Calls();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            calls.RunAsync<int>(
                "a page",
                _ =>
                {
                    asked++;
                    throw new ConnectorException(kind, "The collection is gone.");
                },
                progress: null,
                Token
            )
        );

        Assert.Equal((1, false), (asked, calls.GaveUp(failure)));
    }

    [Fact]
    public async Task AStopEndsAPauseAtOnce()
    {
        var read = Calls()
            .RunAsync<int>(
                "a page",
                _ =>
                {
                    _asked.TrySetResult();
                    throw new ConnectorException(FailureKind.Retry, "slow down", retryAfter: TimeSpan.FromMinutes(3));
                },
                progress: null,
                Token
            );
        await _asked.Task.WaitAsync(Token);

        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Token));
    }

    [Fact]
    public async Task AStopGivesACallTenSecondsAndNotMore()
    {
        var ended = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var read = Calls()
            .RunAsync(
                "a page",
                async token =>
                {
                    _asked.TrySetResult();
                    try
                    {
                        await Task.Delay(Timeout.InfiniteTimeSpan, _clock, token);
                        return 1;
                    }
                    finally
                    {
                        ended.TrySetResult(token);
                    }
                },
                progress: null,
                Token
            );
        await _asked.Task.WaitAsync(Token);
        await _stop.CancelAsync();
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(ended.Task.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(1));

        await ended.Task.WaitAsync(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Token));
    }

    [Fact]
    public async Task ACallThatEndsWithinItsTenSecondsCounts()
    {
        var answer = new TaskCompletionSource<int>();
        var read = Calls().RunAsync("a page", _ => Asked(answer.Task), progress: null, Token);
        await _asked.Task.WaitAsync(Token);
        await _stop.CancelAsync();
        _clock.Advance(TimeSpan.FromSeconds(9));

        answer.SetResult(5);

        Assert.Equal(5, await read.WaitAsync(Token));
    }

    [Fact]
    public async Task ASyncEndsThoughItsSourceSitsInASystemCall()
    {
        using var fixture = new EngineFixture();
        using var cancel = new CancellationTokenSource();
        using var stuck = new ManualResetEventSlim();
        var late = new TaskCompletionSource();
        var source = MemorySource.Holding("a", "b", "c", "d");
        source.OnPage = number =>
        {
            if (number == 2)
            {
                _asked.SetResult();
                stuck.Wait(Token);
                late.SetResult();
            }

            return Task.CompletedTask;
        };

        var run = fixture.NewEngine().RunAsync(fixture.Request, source, new SyncProgress(), CancellationToken.None, cancel.Token);
        await _asked.Task.WaitAsync(Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(Token));
        Assert.DoesNotContain("d", fixture.Index.Documents.Keys);
        Assert.True(fixture.NewEngine().CanResume(fixture.Request.JobId));
        stuck.Set();
        await late.Task.WaitAsync(Token);
        Assert.DoesNotContain("d", fixture.Index.Documents.Keys);
    }

    [Fact]
    public async Task AFailureThatMayPassIsToldAtOnceAndThenNowAndThenWithTheTimeThatIsLeft()
    {
        using var log = new ListLoggerProvider();
        var clock = new FastForwardTimeProvider();
        var calls = Calls(FiveMinutes, clock, log.CreateLogger("calls"));
        var asked = 0;

        await Assert.ThrowsAsync<ConnectorException>(() =>
            calls.RunAsync<Page>(
                "an answer",
                _ => throw new ConnectorException(FailureKind.Retry, ++asked == 2 ? "It resets." : "Nothing listens there."),
                progress: null,
                Token
            )
        );

        var lines = log.Lines("calls", LogLevel.Warning);
        Assert.Matches(@"^The source is asked for an answer again in 0\.\d s, for 300 s more: Nothing listens there\.$", lines[0]);
        Assert.EndsWith(": It resets.", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(": Nothing listens there.", lines[2], StringComparison.Ordinal);
        Assert.InRange(lines.Count, 7, 13);
        Assert.True(asked > lines.Count, $"{asked} calls, {lines.Count} lines");
    }

    [Fact]
    public async Task WhereTheWaitIsToldTheLogLeavesItToThatAndTheWaitEndsWithTheCall()
    {
        using var log = new ListLoggerProvider();
        var clock = new FastForwardTimeProvider();
        var calls = Calls(FiveMinutes, clock, log.CreateLogger("calls"), isWaitTold: true);
        List<string?> reasons = [];

        var answer = await calls.RunAsync(
            "an answer",
            _ =>
            {
                reasons.Add(calls.Wait?.Reason);
                return reasons.Count < 3
                    ? throw new ConnectorException(FailureKind.Retry, "DB 127.0.0.1:1: nothing listens there. Check host.")
                    : Task.FromResult(reasons.Count);
            },
            progress: null,
            Token
        );

        Assert.Equal(3, answer);
        Assert.Equal([null, "DB 127.0.0.1:1: nothing listens there", "DB 127.0.0.1:1: nothing listens there"], reasons);
        Assert.Null(calls.Wait);
        Assert.Empty(log.Lines("calls", LogLevel.Warning));
    }

    [Theory]
    [InlineData("Nothing listens there", "Nothing listens there")]
    [InlineData("a.example: the name is unknown. Check host.", "a.example: the name is unknown")]
    [InlineData("It broke off (e.g. after 1. part). Ask again.", "It broke off (e.g. after 1. part)")]
    public void TheReasonOfAWaitIsTheFirstSentence(string message, string reason) =>
        Assert.Equal(reason, SourceWait.ReasonOf(message));

    private SourceCalls Calls(
        BackoffPolicy? retries = null,
        TimeProvider? clock = null,
        ILogger? logger = null,
        bool isWaitTold = false
    ) =>
        new(
            "Files",
            retries ?? FiveMinutes,
            TimeSpan.FromMinutes(10),
            clock ?? _clock,
            new Random(1),
            logger ?? NullLogger.Instance,
            new CallerScheduler(),
            isWaitTold: isWaitTold,
            stop: _stop.Token
        );

    private Task<T> Asked<T>(Task<T> answer)
    {
        _asked.TrySetResult();
        return answer;
    }

    private async Task<T> PassTimeAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            Token.ThrowIfCancellationRequested();
            _clock.Advance(TimeSpan.FromSeconds(1));
            for (var turn = 0; turn < 20 && !task.IsCompleted; turn++)
            {
                await Task.Yield();
            }
        }

        return await task;
    }

    private sealed class Page : IDisposable
    {
        public TaskCompletionSource Disposed { get; } = new();

        public void Dispose() => Disposed.TrySetResult();
    }
}
