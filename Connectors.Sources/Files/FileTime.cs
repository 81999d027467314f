using System.Globalization;

namespace Connectors.Sources.Files;

/// <summary>Times of files in documents.</summary>
internal static class FileTime
{
    /// <summary>ISO 8601 in UTC, with as many digits of a second as there are.</summary>
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
