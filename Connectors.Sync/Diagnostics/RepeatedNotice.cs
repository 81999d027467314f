namespace Connectors.Sync.Diagnostics;

/// <summary>Has what many calls meet at the same time told once, and again while it lasts. Safe for concurrent use.</summary>
/// <param name="time">The clock.</param>
internal sealed class RepeatedNotice(TimeProvider time)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);
    private readonly Lock _lock = new();
    private (string Matter, long At)? _told;

    /// <summary>Whether a matter is to be told now: it is another one than the last, or that was told a while ago.</summary>
    public bool IsDue(string matter)
    {
        lock (_lock)
        {
            if (_told is { } told && told.Matter == matter && time.GetElapsedTime(told.At) < Again)
            {
                return false;
            }

            _told = (matter, time.GetTimestamp());
            return true;
        }
    }
}
