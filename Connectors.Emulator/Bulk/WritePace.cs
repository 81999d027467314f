namespace Connectors.Emulator.Bulk;

/// <summary>
/// Lets writes take as long as they would on a cluster that indexes, or infers, a given number a second: bulk requests are carried out at
/// once, and answered when their turn would have ended. Requests share one queue. Safe for concurrent use.
/// </summary>
internal sealed class WritePace(int writesPerSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _free;

    /// <summary>Waits for the turn of a request of so many operations.</summary>
    public Task WaitAsync(int operations, CancellationToken cancellationToken)
    {
        if (writesPerSecond == 0 || operations == 0)
        {
            return Task.CompletedTask;
        }

        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            _free = (_free > now ? _free : now) + TimeSpan.FromSeconds((double)operations / writesPerSecond);
            wait = _free - now;
        }

        return Task.Delay(wait, time, cancellationToken);
    }
}
