namespace Connectors.Sync.Diagnostics;

/// <summary>Has what many calls meet at the same time told once, and again while it lasts. Safe for concurrent use.</summary>
/// <param name="time">The clock.</param>
/// <param name="again">After how long; <see langword="null"/> for 30 seconds.</param>
internal sealed class RepeatedNotice(TimeProvider time, TimeSpan? again = null)
{
    private readonly TimeSpan _again = again ?? TimeSpan.FromSeconds(30);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _told = new(StringComparer.Ordinal);

    /// <summary>Whether a matter is to be told now: it was not yet, or a while ago.</summary>
    public bool IsDue(string matter)
    {
        lock (_lock)
        {
            if (_told.TryGetValue(matter, out var at) && time.GetElapsedTime(at) < _again)
            {
                return false;
            }

            foreach (var (old, _) in _told.Where(told => time.GetElapsedTime(told.Value) >= _again).ToList())
            {
                _told.Remove(old);
            }

            _told[matter] = time.GetTimestamp();
            return true;
        }
    }
}
