namespace Connectors.Sync.Bulk;

/// <summary>
/// How long to wait before the next try: doubled each time up to a limit, with full jitter above one half so that many writers don't come back at the
/// same moment, never shorter than the server asked for. Loop-free; one per piece of work. One thread at a time.
/// </summary>
internal sealed class BackoffClock(TimeSpan first, TimeSpan longest, TimeSpan timeLimit, TimeProvider time, Random random)
{
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _next = first;

    /// <summary>The pause before the next try, or <see langword="null"/> when the time is up.</summary>
    public TimeSpan? Next(TimeSpan? retryAfter)
    {
        var elapsed = time.GetElapsedTime(_start);
        if (elapsed >= timeLimit)
        {
            return null;
        }

        double share;
        lock (random)
        {
            share = 0.5 + (random.NextDouble() / 2);
        }

        var delay = _next * share;
        _next = _next * 2 < longest ? _next * 2 : longest;
        if (retryAfter > delay)
        {
            delay = retryAfter.Value;
        }

        var left = timeLimit - elapsed;
        return delay < left ? delay : left;
    }
}
