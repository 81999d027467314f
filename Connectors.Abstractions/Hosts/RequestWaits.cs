namespace Connectors.Abstractions;

/// <summary>Until when the requests of one source wait. Safe for concurrent use.</summary>
internal sealed class RequestWaits
{
    private long _until;

    /// <summary>A request waits until a time. The latest counts.</summary>
    public void Add(DateTimeOffset until)
    {
        var seen = Interlocked.Read(ref _until);
        while (until.UtcTicks > seen && Interlocked.CompareExchange(ref _until, until.UtcTicks, seen) is var now && now != seen)
        {
            seen = now;
        }
    }

    /// <summary>The time, as long as it is to come.</summary>
    public DateTimeOffset? After(DateTimeOffset now) =>
        Interlocked.Read(ref _until) is var ticks && ticks > now.UtcTicks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
}
