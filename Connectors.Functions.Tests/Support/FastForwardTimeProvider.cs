namespace Connectors.Tests.Support;

/// <summary>
/// A clock for code that waits: every timer of less than a minute fires at once, and the clock moves on by what it would have taken. Those
/// of a minute and more guard against something that hangs (time limits of requests and pings) and take their real time.
/// </summary>
/// <param name="shortestGuard">From how long on a timer is a guard; a minute when it is <see langword="null"/>.</param>
internal class FastForwardTimeProvider(TimeSpan? shortestGuard = null) : TimeProvider
{
    private readonly TimeSpan _shortestGuard = shortestGuard ?? TimeSpan.FromMinutes(1);
    private long _ticks = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero).UtcTicks;

    /// <summary>A clock that begins at another time.</summary>
    protected FastForwardTimeProvider(DateTimeOffset start)
        : this() => _ticks = start.UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (IsGuard(dueTime))
        {
            return System.CreateTimer(callback, state, dueTime, period);
        }

        var timer = new FiredTimer();
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            Interlocked.Add(ref _ticks, dueTime.Ticks);
            ThreadPool.QueueUserWorkItem(_ =>
            {
                if (!timer.IsDisposed)
                {
                    callback(state);
                }
            });
        }

        return timer;
    }

    /// <summary>Whether a timer takes its real time.</summary>
    protected virtual bool IsGuard(TimeSpan dueTime) => dueTime >= _shortestGuard;

    private sealed class FiredTimer : ITimer
    {
        public bool IsDisposed { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period) => !IsDisposed;

        public void Dispose() => IsDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
