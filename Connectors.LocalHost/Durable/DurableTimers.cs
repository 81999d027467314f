using System.Collections.Concurrent;

namespace Connectors.LocalHost.Durable;

/// <summary>Runs callbacks at their time, by a clock that a test can control.</summary>
internal sealed class DurableTimers(TimeProvider time, PendingWork work) : IDisposable
{
    // A timer's own limit is 49 days.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    private readonly ConcurrentDictionary<(string InstanceId, int Key), ITimer> _timers = new();
    private volatile bool _isDisposed;

    /// <summary>Runs <paramref name="then"/> at <paramref name="at"/>, at once when that is past.</summary>
    /// <param name="key">Of the instance's timers: setting one again replaces it.</param>
    public void Set(string instanceId, int key, DateTime at, Func<Task> then)
    {
        var wait = at - time.GetUtcNow().UtcDateTime;
        if (wait <= TimeSpan.Zero)
        {
            work.Run(then);
            return;
        }

        var isWhole = wait <= LongestWait;
        var timer = time.CreateTimer(
            _ =>
            {
                Remove(instanceId, key);
                if (_isDisposed)
                {
                    return;
                }

                if (isWhole)
                {
                    work.Run(then);
                }
                else
                {
                    Set(instanceId, key, at, then);
                }
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        if (_timers.TryGetValue((instanceId, key), out var old))
        {
            old.Dispose();
        }

        // Known before it can fire.
        _timers[(instanceId, key)] = timer;
        timer.Change(isWhole ? wait : LongestWait, Timeout.InfiniteTimeSpan);
    }

    public void Remove(string instanceId, int key)
    {
        if (_timers.TryRemove((instanceId, key), out var timer))
        {
            timer.Dispose();
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        foreach (var timer in _timers.Values)
        {
            timer.Dispose();
        }
    }
}
