namespace Connectors.Sync.Service.Polling;

/// <summary>A pause that a signal can end early. Safe for concurrent use.</summary>
internal sealed class PollSignal(TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _wanted = New();

    /// <summary>Ends the current pause, or the next one.</summary>
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
