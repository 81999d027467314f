using Connectors.Sync.Retries;

namespace Connectors.Sync.Service.Jobs;

/// <summary>Why and how a running job is to stop: in order, because the service stops or the user cancels; at once, because the host ends,
/// somebody else has the job, or the service stops and the page in flight does not end in time.</summary>
internal sealed class JobStop : IDisposable
{
    private readonly CancellationTokenSource _orderly;
    private readonly CancellationTokenSource _atOnce;
    private readonly ITimer _patience;
    private readonly CancellationTokenRegistration _stopping;
    private int _isCanceled;
    private volatile bool _isLost;
    private volatile bool _isForced;
    private volatile bool _isOutOfTime;

    public JobStop(TimeProvider time, CancellationToken stopReading, CancellationToken cancellationToken)
    {
        _orderly = CancellationTokenSource.CreateLinkedTokenSource(stopReading);
        _atOnce = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _patience = time.CreateTimer(_ => RunOutOfTime(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _stopping = stopReading.Register(() => _patience.Change(SourceCalls.Patience, Timeout.InfiniteTimeSpan));
        Stopping = stopReading;
    }

    /// <summary>The service stops.</summary>
    public CancellationToken Stopping { get; }

    public CancellationToken Orderly => _orderly.Token;

    public CancellationToken AtOnce => _atOnce.Token;

    public bool IsCanceled => Volatile.Read(ref _isCanceled) == 1;

    public bool IsTakenOver => _isLost;

    /// <summary>Whether the user's cancelling ended the work in the middle of a page.</summary>
    public bool IsForced => _isForced;

    /// <summary>Whether the work was ended in the middle of a page, because the service stops and the page did not end in time. What was
    /// kept before is gone on from.</summary>
    public bool IsOutOfTime => _isOutOfTime;

    /// <summary>The user cancelled the job.</summary>
    /// <returns>Whether this is the first call.</returns>
    public bool Cancel()
    {
        var isFirst = Interlocked.Exchange(ref _isCanceled, 1) == 0;
        _orderly.Cancel();
        return isFirst;
    }

    /// <summary>The user cancelled the job, and it did not stop in time.</summary>
    public void Force()
    {
        _isForced = true;
        _atOnce.Cancel();
    }

    /// <summary>Another worker has the job.</summary>
    public void TakeOver()
    {
        _isLost = true;
        _atOnce.Cancel();
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _patience.Dispose();
        _orderly.Dispose();
        _atOnce.Dispose();
    }

    private void RunOutOfTime()
    {
        _isOutOfTime = true;
        try
        {
            _atOnce.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at this very moment.
        }
    }
}
