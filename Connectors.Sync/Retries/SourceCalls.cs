using System.Collections.Concurrent;
using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Retries;

/// <summary>
/// The one way in which a source is called: limited in time, reported by name when it hangs, and retried while that can help. A source need
/// not heed its token: a file system that is gone keeps a system call for ever, and must not keep its job with it. Safe for concurrent use.
/// </summary>
/// <param name="source">What the source is called in messages.</param>
/// <param name="retries">When a call is made again.</param>
/// <param name="timeLimit">How long a call may take; of one that reports progress or waits, how long since it last did.</param>
/// <param name="time">The clock.</param>
/// <param name="random">For the jitter of retries.</param>
/// <param name="logger">Is told of retries.</param>
/// <param name="callsOn">Where calls are made; <see langword="null"/> for the thread pool.</param>
/// <param name="waits">Until when calls under way wait within the source; <see langword="null"/> when that is not known.</param>
/// <param name="outwaits">Whether a call that waits, for no more than <see cref="LongestWait"/>, may take longer than the time limit. If
/// not, it fails with the time that is left.</param>
/// <param name="isWaitTold">Whether a person is told elsewhere than in the log that the source is waited for.</param>
/// <param name="origin">The source itself, whose secrets are kept out of what is told of its failures; <see langword="null"/> when there
/// are none to keep.</param>
/// <param name="stop">Ends pauses at once, a call that waits as well, and any other call under way after <see cref="Patience"/>.</param>
internal sealed class SourceCalls(
    string source,
    BackoffPolicy retries,
    TimeSpan timeLimit,
    TimeProvider time,
    Random random,
    ILogger logger,
    TaskScheduler? callsOn = null,
    Func<DateTimeOffset?>? waits = null,
    bool outwaits = true,
    bool isWaitTold = false,
    IDataSource? origin = null,
    CancellationToken stop = default
)
{
    // How often a call is looked at within its time limit. Between two looks a wait may begin and end unseen.
    private const int Looks = 10;

    private readonly ConcurrentDictionary<BackoffClock, SourceWait> _failing = new();
    private readonly RepeatedNotice _notice = new(time);
    private readonly ConcurrentQueue<ConnectorException> _failures = new();

    /// <summary>How long a call that is to end has to do so before it is abandoned.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait that a call may sit out: limits that are lifted by the hour are waited for. For those of a day a job would
    /// keep its place for a day.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(2);

    /// <summary>Asks for an orderly stop: nothing new is to be asked.</summary>
    public CancellationToken Stop => stop;

    /// <summary>The wait for the source, within a call or since one failed that is made again; <see langword="null"/> when there is
    /// none.</summary>
    public SourceWait? Wait
    {
        get
        {
            var failing = _failing.Values.MaxBy(wait => wait.Until);
            return waits?.Invoke() is { } within && (failing is null || within > failing.Until) ? new SourceWait(within) : failing;
        }
    }

    /// <summary>Notes where a failure happened that is about to be told: see <see cref="FaultySource.Note"/>.</summary>
    public void Note(Exception failure)
    {
        if (origin is not null)
        {
            FaultySource.Note(origin, failure);
        }
    }

    /// <summary>The source's class, for sentences about a bug in it.</summary>
    public string Class => origin is null ? "The source" : FaultySource.NameOf(origin);

    /// <summary>Tells that many pages in a row held nothing and led to another one.</summary>
    public void TellEmptyPages(string what, int pages) => SyncLog.EmptyPages(logger, what, pages);

    /// <summary>Whether this is the failure of a call for which no retry is left here, though one may help. Several calls made at the same
    /// time may fail.</summary>
    public bool GaveUp(ConnectorException failure) => _failures.Contains(failure);

    /// <summary>Makes a call.</summary>
    /// <param name="what">What is asked for, for messages: <c>partition 'a'</c>.</param>
    /// <param name="call">The call. An answer that comes after the call was abandoned is disposed.</param>
    /// <param name="progress">A number that changes as long as the call gets on; <see langword="null"/> when that can't be told.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <param name="limit">Its own time limit; <see langword="null"/> for that of all calls.</param>
    /// <exception cref="ConnectorException">It failed, and retries did not help; or it took too long.</exception>
    /// <exception cref="OperationCanceledException">The token, or <see cref="Stop"/>, was cancelled; the call may still be under
    /// way.</exception>
    public async Task<T> RunAsync<T>(
        string what,
        Func<CancellationToken, Task<T>> call,
        Func<long>? progress,
        CancellationToken cancellationToken,
        TimeSpan? limit = null
    )
    {
        BackoffClock? clock = null;
        try
        {
            while (true)
            {
                try
                {
                    return await TryMaskedAsync(what, call, progress, limit ?? timeLimit, cancellationToken);
                }
                catch (ConnectorException failure) when (failure.Kind is FailureKind.Retry)
                {
                    clock ??= new BackoffClock(retries, time, random);
                    if (clock.Next(failure.RetryAfter) is not { } delay)
                    {
                        _failures.Enqueue(failure);
                        throw;
                    }

                    await PauseAsync(what, failure, clock, delay, cancellationToken);
                }
            }
        }
        finally
        {
            if (clock is not null)
            {
                _failing.TryRemove(clock, out _);
            }
        }
    }

    /// <summary>Waits before a call is made again, and tells it.</summary>
    private async Task PauseAsync(
        string what,
        ConnectorException failure,
        BackoffClock clock,
        TimeSpan delay,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        _failing[clock] = new SourceWait(now + delay, SourceWait.ReasonOf(failure.Message), now + clock.Left);
        var seconds = LogSeconds.Of(delay);
        SyncLog.SourceTriedAgain(logger, what, seconds, failure.Message);
        if (!isWaitTold && _notice.IsDue(failure.Message))
        {
            SyncLog.SourceRetried(logger, what, seconds, Math.Ceiling(clock.Left.TotalSeconds), failure.Message);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken);
        await Task.Delay(delay, time, either.Token);
    }

    /// <summary>The same; a secret of the source that stands in a sentence about its failure is taken out before anybody sees it.</summary>
    private async Task<T> TryMaskedAsync<T>(
        string what,
        Func<CancellationToken, Task<T>> call,
        Func<long>? progress,
        TimeSpan limit,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await TryAsync(what, call, progress, limit, cancellationToken);
        }
        catch (ConnectorException failure) when (origin is not null && FaultySource.TellsSecret(origin, failure))
        {
            throw FaultySource.Masked(failure);
        }
    }

    private async Task<T> TryAsync<T>(
        string what,
        Func<CancellationToken, Task<T>> call,
        Func<long>? progress,
        TimeSpan limit,
        CancellationToken cancellationToken
    )
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (isLate, last, looks) = (false, progress?.Invoke(), Looks);
        await using var watch = time.CreateTimer(
            _ =>
            {
                var now = progress?.Invoke();
                if (now != last || SitsOutWait())
                {
                    (last, looks) = (now, Looks);
                }
                else if (--looks <= 0)
                {
                    isLate = true;
                    End(ending);
                }
            },
            null,
            limit / Looks,
            limit / Looks
        );
        await using var patience = time.CreateTimer(_ => End(ending), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using var stopping = stop.Register(() =>
            patience.Change(waits?.Invoke() is null ? Patience : TimeSpan.Zero, Timeout.InfiniteTimeSpan)
        );

        // On its own thread, because a source may block before it returns a task.
        var calling = Task
            .Factory.StartNew(
                () => call(ending.Token),
                cancellationToken,
                TaskCreationOptions.DenyChildAttach,
                callsOn ?? TaskScheduler.Default
            )
            .Unwrap();
        try
        {
            return await calling.WaitAsync(ending.Token);
        }
        catch (Exception) when (ending.IsCancellationRequested)
        {
            var hasEnded = await AbandonAsync(calling);
            cancellationToken.ThrowIfCancellationRequested();
            throw isLate ? TooLate(what, limit, hasEnded) : new OperationCanceledException(stop);
        }
    }

    private bool SitsOutWait() => outwaits && waits?.Invoke() is { } until && until - time.GetUtcNow() <= LongestWait;

    /// <summary>Asks a call to end. A timer may fire while its call is over already.</summary>
    private static void End(CancellationTokenSource ending)
    {
        try
        {
            ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Nothing is under way any more.
        }
    }

    /// <summary>Waits a little for a call that was asked to end; whatever it gives is dropped, now or later.</summary>
    /// <returns>Whether it has ended.</returns>
    private async Task<bool> AbandonAsync<T>(Task<T> calling)
    {
        // A source that heeds its token is through in no time, and has to be before it is called again or disposed.
        // While the process stops nobody waits longer than that takes.
        var patience = stop.IsCancellationRequested ? TimeSpan.FromSeconds(1) : Patience;
        await ((Task)calling).WaitAsync(patience, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var hasEnded = calling.IsCompleted;
        _ = calling.ContinueWith(Discard, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return hasEnded;
    }

    private ConnectorException TooLate(string what, TimeSpan timeLimit, bool hasEnded)
    {
        if (hasEnded && waits?.Invoke() is { } until)
        {
            return new ConnectorException(
                FailureKind.Retry,
                $"{source} asked to wait for {what}. It is asked again when the time is over.",
                retryAfter: until - time.GetUtcNow()
            );
        }

        var told =
            timeLimit < TimeSpan.FromMinutes(2)
                ? Quantity.Of(timeLimit.TotalSeconds, "second")
                : Quantity.Of(timeLimit.TotalMinutes, "minute");

        // What still sits in the source can't be called again beside itself.
        return new ConnectorException(
            hasEnded ? FailureKind.Retry : FailureKind.Fatal,
            $"{source} did not answer within {told} when it was asked for {what}. See whether it runs, and whether this machine can "
                + "reach it."
        );
    }

    private static void Discard<T>(Task<T> late)
    {
        if (late.IsCompletedSuccessfully)
        {
            (late.Result as IDisposable)?.Dispose();
        }

        // Observed, so that it is not reported as an unobserved exception.
        _ = late.Exception;
    }
}
