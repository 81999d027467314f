namespace Connectors.Sync.Service.Polling;

/// <summary>A pause that can be cut short. Safe for concurrent use.</summary>
internal sealed class Wakeup(TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _wanted = New();

    /// <summary>Ends the pause under way, or the next one when there is none.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _wanted.TrySetResult();
        }
    }

    /// <summary>Waits for the time, or until woken; returns at once when <paramref name="stop"/> is cancelled.</summary>
    public async Task PauseAsync(TimeSpan time, CancellationToken stop)
    {
        Task wanted;
        lock (_lock)
        {
            wanted = _wanted.Task;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(wanted, Task.Delay(time, timeProvider, ended.Token));
        await ended.CancelAsync();
        lock (_lock)
        {
            if (_wanted.Task.IsCompleted)
            {
                _wanted = New();
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
