namespace Connectors.Sync.Service;

/// <summary>Why and how a running job is to stop: in order, because the service stops or the user cancels; at once, because the host ends or somebody else has
/// the job.</summary>
internal sealed class JobStop : IDisposable
{
    private readonly CancellationTokenSource _orderly;
    private readonly CancellationTokenSource _atOnce;
    private int _isCanceled;
    private volatile bool _isLost;
    private volatile bool _isForced;

    public JobStop(CancellationToken stopReading, CancellationToken cancellationToken)
    {
        _orderly = CancellationTokenSource.CreateLinkedTokenSource(stopReading);
        _atOnce = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    public CancellationToken Orderly => _orderly.Token;

    public CancellationToken AtOnce => _atOnce.Token;

    public bool IsCanceled => Volatile.Read(ref _isCanceled) == 1;

    public bool IsLost => _isLost;

    /// <summary>Whether the user's cancelling ended the work in the middle of a page.</summary>
    public bool IsForced => _isForced;

    /// <summary>The user cancelled the job.</summary>
    /// <returns>Whether this is the first time that it is told.</returns>
    public bool Cancel()
    {
        var isFirst = Interlocked.Exchange(ref _isCanceled, 1) == 0;
        _orderly.Cancel();
        return isFirst;
    }

    /// <summary>The user cancelled the job, and it does not stop in order.</summary>
    public void Force()
    {
        _isForced = true;
        _atOnce.Cancel();
    }

    /// <summary>The job is no longer ours.</summary>
    public void Lose()
    {
        _isLost = true;
        _atOnce.Cancel();
    }

    public void Dispose()
    {
        _orderly.Dispose();
        _atOnce.Dispose();
    }
}
