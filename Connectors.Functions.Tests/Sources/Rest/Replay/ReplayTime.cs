namespace Connectors.Tests.Sources.Rest.Replay;

/// <summary>
/// The clock of the recordings, for code that waits: a timer fires at once, and the clock moves on by what it would have taken. The time
/// limit of a request takes its
/// real time.
/// </summary>
internal sealed class ReplayTime : TimeProvider
{
    private static readonly TimeSpan LimitOfARequest = TimeSpan.FromSeconds(100);
    private long _ticks = new DateTimeOffset(2024, 6, 1, 12, 0, 0, TimeSpan.Zero).UtcTicks;

    /// <summary>What was waited altogether.</summary>
    public TimeSpan Waited => GetUtcNow() - new DateTimeOffset(2024, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == LimitOfARequest)
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
