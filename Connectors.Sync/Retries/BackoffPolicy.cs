namespace Connectors.Sync.Retries;

/// <summary>When a call that failed in a way that may pass is made again. Pure, so that a host that does not wait on a clock of its own
/// decides the same.</summary>
/// <param name="FirstDelay">The first pause. It doubles with each retry.</param>
/// <param name="MaxDelay">The longest pause, unless the other side asks for a longer one.</param>
/// <param name="TimeLimit">Time after the first failure in which retries are made. Zero: none is.</param>
internal sealed record BackoffPolicy(TimeSpan FirstDelay, TimeSpan MaxDelay, TimeSpan TimeLimit)
{
    /// <summary>For callers that retry by themselves, or whose user waits.</summary>
    public static BackoffPolicy None { get; } = new(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>The pause before a retry, or <see langword="null"/> when the time is up.</summary>
    /// <param name="retry">Number of the retry, from 0.</param>
    /// <param name="elapsed">Time since the first failure.</param>
    /// <param name="retryAfter">How long the other side asked to wait (Retry-After): never less, as far as the time lasts.</param>
    /// <param name="jitter">0 to 1. The pause is between one half and all of what was doubled, so that many callers don't come back at the
    /// same moment.</param>
    public TimeSpan? DelayBefore(int retry, TimeSpan elapsed, TimeSpan? retryAfter, double jitter)
    {
        if (elapsed >= TimeLimit)
        {
            return null;
        }

        var doubled = FirstDelay.TotalSeconds * Math.Pow(2, Math.Min(retry, 40));
        var delay = TimeSpan.FromSeconds(Math.Min(doubled, MaxDelay.TotalSeconds)) * (0.5 + (jitter / 2));
        if (retryAfter > delay)
        {
            delay = retryAfter.Value;
        }

        var left = TimeLimit - elapsed;
        return delay < left ? delay : left;
    }
}
