using System.Globalization;
using System.Text;

namespace Connectors.Sync.Filtering;

/// <summary>Dates as sources write them: ISO 8601, from the day alone down to fractions of seconds; without a zone they are UTC.</summary>
internal static class IsoDate
{
    private const int DayLength = 10;
    private const int MaxLength = 40;

    public static DateTimeOffset? Parse(ReadOnlySpan<byte> text)
    {
        if (text.Length is < DayLength or > MaxLength || text[4] != (byte)'-' || text[7] != (byte)'-')
        {
            return null;
        }

        Span<char> characters = stackalloc char[MaxLength];
        return Ascii.ToUtf16(text, characters, out var length) == System.Buffers.OperationStatus.Done ? Parse(characters[..length]) : null;
    }

    public static DateTimeOffset? Parse(ReadOnlySpan<char> text)
    {
        if (text.Length < DayLength || text[4] != '-' || text[7] != '-')
        {
            return null;
        }

        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Styles, out var time) ? time : null;
    }
}
