using System.Globalization;
using System.Text.Json;

namespace Connectors.Sources.Rest.Documents;

/// <summary>Times as services write them.</summary>
internal static class RestTime
{
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    /// <summary>The time in a text: ISO 8601 and its kin (<c>2024-05-17 09:00:00</c>, <c>+0000</c> without a colon), without a zone in
    /// UTC; or in a number, as
    /// seconds or milliseconds since 1970. <see langword="null"/> when it is none.</summary>
    public static DateTimeOffset? Of(JsonElement? value) =>
        value switch
        {
            { ValueKind: JsonValueKind.String } text => Of(text.GetString()),
            { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var since) => Since(since),
            _ => null,
        };

    /// <summary>The time in a text.</summary>
    public static DateTimeOffset? Of(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var time) ? time
        : null;

    /// <summary>A time as documents hold it: <c>2024-05-17T09:00:00Z</c>.</summary>
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    // Seconds reach this number in the year 5138, milliseconds passed it in 1973.
    private static DateTimeOffset? Since(double number) =>
        number is < 0 or > 253402300799999 or double.NaN ? null
        : number < 100_000_000_000 ? DateTimeOffset.UnixEpoch.AddSeconds(number)
        : DateTimeOffset.UnixEpoch.AddMilliseconds(number);
}
