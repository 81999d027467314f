namespace Connectors.Sync.Retries;

/// <summary>A <see cref="BackoffPolicy"/> on a clock that runs from its making on: one for each piece of work that is retried. One thread
/// at a time.</summary>
internal sealed class BackoffClock(BackoffPolicy policy, TimeProvider time, Random random)
{
    private readonly long _start = time.GetTimestamp();
    private int _retries;

    /// <summary>How long it is tried still.</summary>
    public TimeSpan Left => policy.TimeLimit - time.GetElapsedTime(_start) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>The pause before the next retry, or <see langword="null"/> when the time is up.</summary>
    public TimeSpan? Next(TimeSpan? retryAfter)
    {
        double jitter;
        lock (random)
        {
            jitter = random.NextDouble();
        }

        return policy.DelayBefore(_retries++, time.GetElapsedTime(_start), retryAfter, jitter);
    }
}
