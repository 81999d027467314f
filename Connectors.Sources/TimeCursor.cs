using System.Globalization;
using Connectors.Abstractions;

namespace Connectors.Sources;

/// <summary>
/// Changes by time stamp, for sources that have no history but know when each thing changed: what changed since the last reading began,
/// less an overlap for clocks that differ and for what was being written just then.
/// </summary>
/// <param name="StartedAt">When this reading began: where the next one begins.</param>
/// <param name="After">How far it is, in the source's words; empty at the start.</param>
internal sealed record TimeCursor(DateTimeOffset StartedAt, string After)
{
    /// <summary>A cursor for a reading that begins at that time.</summary>
    public static string At(DateTimeOffset began) => began.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>The time in a cursor; <see langword="null"/> when it is none that <see cref="At"/> wrote.</summary>
    public static DateTimeOffset? TimeOf(string cursor) =>
        DateTimeOffset.TryParseExact(
            cursor,
            "O",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time
        )
            ? time
            : null;

    /// <summary>Reads a page token; one that can't be read begins anew, which leaves nothing out.</summary>
    public static TimeCursor Parse(PageToken token, TimeProvider time)
    {
        var parts = token.ToString().Split('|', 2);
        return parts.Length == 2 && TimeOf(parts[0]) is { } began
            ? new TimeCursor(began, parts[1])
            : new TimeCursor(time.GetUtcNow(), string.Empty);
    }

    /// <summary>The token of the page after <paramref name="position"/>.</summary>
    public PageToken Token(string position) => new($"{At(StartedAt)}|{position}");
}
