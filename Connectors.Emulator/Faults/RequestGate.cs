namespace Connectors.Emulator.Faults;

/// <summary>Holds requests until the test lets them on: slowness without a clock. Thread-safe.</summary>
public sealed class RequestGate
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _open = New();
    private TaskCompletionSource _arrival = New();
    private int _waiting;

    /// <summary>Requests that wait now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Completes when at least <paramref name="count"/> requests wait.</summary>
    public async Task WaitForAsync(int count, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next;
            lock (_lock)
            {
                if (_waiting >= count)
                {
                    return;
                }

                next = _arrival.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Lets on all that wait now; later ones wait again.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (_open.TrySetResult())
            {
                _open = New();
            }
        }
    }

    /// <summary>Lets on all that wait and all that will come.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _open.TrySetResult();
        }
    }

    internal async Task PassAsync(CancellationToken cancellationToken)
    {
        Task open;
        lock (_lock)
        {
            _waiting++;
            _arrival.SetResult();
            _arrival = New();
            open = _open.Task;
        }

        try
        {
            await open.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
