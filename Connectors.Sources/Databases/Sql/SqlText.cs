using System.Globalization;
using Connectors.Sources.Databases.Sql.Tables;

namespace Connectors.Sources.Databases.Sql;

/// <summary>Rewrites the texts of numbers and dates as JSON and Elasticsearch take them.</summary>
internal static class SqlText
{
    /// <summary>Digits before the point from which on a number is beyond what a double can hold.</summary>
    private const int MostDigits = 308;

    /// <summary>SQL's class of errors that lie in the statement, or in the user's rights to what it names (ISO/IEC 9075-2).</summary>
    private const string SyntaxOrAccess = "42";

    /// <summary>Whether a server's code for an error says that it does not take the statement.</summary>
    public static bool IsSyntaxOrAccess(string? sqlState) => sqlState?.StartsWith(SyntaxOrAccess, StringComparison.Ordinal) == true;

    /// <summary>A number as JSON, with a fraction or an exponent, so that Elasticsearch doesn't map its field as whole numbers;
    /// <see langword="null"/> for NaN and the infinities. <paramref name="isTooLarge"/>: it fits no number type, and stays a
    /// text.</summary>
    public static string? Fraction(string text, out bool isTooLarge)
    {
        isTooLarge = false;
        var digits = text.AsSpan().TrimStart('-');
        if (digits.IsEmpty || !char.IsAsciiDigit(digits[0]))
        {
            return null;
        }

        var whole = digits.IndexOfAnyExceptInRange('0', '9');
        whole = whole < 0 ? digits.Length : whole;
        isTooLarge = whole > MostDigits;

        // MySQL's ZEROFILL puts zeros before a number, which JSON forbids.
        var zeros = Math.Min(digits.IndexOfAnyExcept('0'), whole - 1);
        zeros = zeros < 0 ? whole - 1 : zeros;
        return $"{(text[0] == '-' ? "-" : string.Empty)}{digits[zeros..]}{(whole == digits.Length ? ".0" : string.Empty)}";
    }

    /// <summary>The shortest text that reads back to the same number of 32 bits; what is no number stays as it is.</summary>
    /// <param name="text">The number with as many digits as the server sends, of 32 or of 64 bits.</param>
    public static string Single(string text)
    {
        if (!float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !float.IsFinite(number))
        {
            return text;
        }

        // Without an exponent where people write none, as the servers and Python do.
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        return number == 0
            ? text[0] == '-'
                ? "-0"
                : "0"
            : MathF.Abs(number) is >= 1e-4f and < 1e16f
                ? decimal.Parse(shortest, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
                : shortest.Replace("E+", "e", StringComparison.Ordinal).Replace('E', 'e');
    }

    /// <summary>A date or time stamp as ISO 8601; one outside the years 1 to 9999 becomes the first or last of them, one that is no date
    /// <see langword="null"/>.</summary>
    public static string? Time(string text, SqlValueKind kind)
    {
        var zone = kind == SqlValueKind.TimestampUtc ? "Z" : string.Empty;
        if (text.StartsWith('-') || text.EndsWith(" BC", StringComparison.Ordinal))
        {
            return kind == SqlValueKind.Date ? "0001-01-01" : "0001-01-01T00:00:00" + zone;
        }

        if (text.Equals("infinity", StringComparison.OrdinalIgnoreCase) || text.IndexOf('-', StringComparison.Ordinal) > 4)
        {
            return kind == SqlValueKind.Date ? "9999-12-31" : "9999-12-31T23:59:59.999999" + zone;
        }

        // MySQL keeps dates without a year, a month or a day.
        if (text.Length < 10 || text.StartsWith("0000", StringComparison.Ordinal) || text.AsSpan(5, 2) is "00" || text.AsSpan(8, 2) is "00")
        {
            return null;
        }

        if (kind == SqlValueKind.Date)
        {
            return text[..10];
        }

        var time = text.AsSpan(Math.Min(11, text.Length));
        var end = time.IndexOfAny('+', '-', 'Z');
        time = end < 0 ? time : time[..end];
        time = time.Contains('.') ? time.TrimEnd('0').TrimEnd('.') : time;
        return $"{text.AsSpan(0, 10)}T{(time.IsEmpty ? "00:00:00" : time)}{zone}";
    }

    /// <summary>A value as Python's <c>str</c> prints it, which is what the Python service makes ids of.</summary>
    public static string Python(string text, SqlValueKind kind)
    {
        switch (kind)
        {
            case SqlValueKind.Single:
                return Python(Single(text), SqlValueKind.Float);
            case SqlValueKind.Boolean:
                return IsTrue(text) ? "True" : "False";
            case SqlValueKind.Float when text.Length > 0 && text.AsSpan().TrimStart('-').IndexOfAnyExceptInRange('0', '9') < 0:
                return text + ".0";
            case SqlValueKind.Timestamp or SqlValueKind.TimestampUtc:
                var zone = kind == SqlValueKind.TimestampUtc ? "+00:00" : string.Empty;
                var plain = text.EndsWith("+00", StringComparison.Ordinal) ? text[..^3] : text;
                var point = plain.IndexOf('.', StringComparison.Ordinal);
                if (point < 0 || plain.AsSpan(point + 1).Trim('0').IsEmpty)
                {
                    return (point < 0 ? plain : plain[..point]) + zone;
                }

                return plain.PadRight(point + 7, '0') + zone;
            default:
                return text;
        }
    }

    public static bool IsTrue(string text) => text is "t" or "true" or "1";

    /// <summary>The bytes that hexadecimal digits stand for.</summary>
    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.StartsWith("\\x", StringComparison.Ordinal) ? hex.AsSpan(2) : hex);
}
