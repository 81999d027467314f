using Microsoft.Extensions.Time.Testing;

namespace Connectors.Tests.Support;

/// <summary>A clock that the test moves, and that knows how many wait for it.</summary>
internal sealed class WatchedClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private int _waiting;

    /// <summary>Timers that are set and have not fired yet.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Watched(this, callback, state, dueTime, period);

    private ITimer CreateUnwatched(TimerCallback callback, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, null, dueTime, period);

    private sealed class Watched : ITimer
    {
        private readonly WatchedClock _clock;
        private readonly ITimer _timer;
        private int _isSet;

        public Watched(WatchedClock clock, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _clock = clock;
            Set(dueTime);
            _timer = clock.CreateUnwatched(
                _ =>
                {
                    if (period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero)
                    {
                        Unset();
                    }

                    callback(state);
                },
                dueTime,
                period
            );
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Unset();
            Set(dueTime);
            return _timer.Change(dueTime, period);
        }

        public void Dispose()
        {
            Unset();
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Unset();
            return _timer.DisposeAsync();
        }

        private void Set(TimeSpan dueTime)
        {
            if (dueTime != Timeout.InfiniteTimeSpan && Interlocked.Exchange(ref _isSet, 1) == 0)
            {
                Interlocked.Increment(ref _clock._waiting);
            }
        }

        private void Unset()
        {
            if (Interlocked.Exchange(ref _isSet, 0) == 1)
            {
                Interlocked.Decrement(ref _clock._waiting);
            }
        }
    }
}
