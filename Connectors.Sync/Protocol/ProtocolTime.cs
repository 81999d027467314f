using System.Globalization;

namespace Connectors.Sync.Protocol;

/// <summary>Times in protocol documents: ISO 8601 in UTC, microseconds, as the Python service writes them; whatever Elasticsearch takes is
/// read.</summary>
internal static class ProtocolTime
{
    /// <summary><c>2026-11-23T22:35:35.764656+00:00</c>; whole seconds have no fraction.</summary>
    public static string Format(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        var hasFraction = utc.Ticks % TimeSpan.TicksPerSecond >= TimeSpan.TicksPerMicrosecond;
        return utc.ToString(hasFraction ? "yyyy-MM-dd'T'HH:mm:ss.ffffffzzz" : "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
    }

    /// <summary>The time that <paramref name="text"/> tells, or <see langword="null"/> when it tells none.</summary>
    public static DateTimeOffset? Parse(string? text) =>
        DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time
        )
            ? time
            : null;
}
