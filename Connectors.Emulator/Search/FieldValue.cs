using System.Globalization;
using System.Text;
using System.Text.Json;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Search;

/// <summary>A value as a field's type sees it, so that values can be compared and sorted.</summary>
/// <param name="Text">For keywords; null otherwise.</param>
/// <param name="Whole">For whole numbers, dates (milliseconds) and booleans (0 or 1).</param>
/// <param name="Real">For all numbers.</param>
internal readonly record struct FieldValue(string? Text, long? Whole, double Real)
{
    public static FieldValue Of(string text) => new(text, null, 0);

    public static FieldValue Of(long whole) => new(null, whole, whole);

    public static FieldValue Of(double real) => new(null, null, real);

    /// <summary>Null: the value is none for this type.</summary>
    public static FieldValue? Read(FieldKind kind, JsonElement value) => Read(kind, TextOf(value));

    public static FieldValue? Read(FieldKind kind, string text, bool roundUp = false)
    {
        switch (kind)
        {
            case FieldKind.Keyword or FieldKind.Text or FieldKind.SemanticText:
                return Of(text);
            case FieldKind.Boolean:
                return text switch
                {
                    "true" => Of(1),
                    "false" or "" => Of(0),
                    _ => null,
                };
            case FieldKind.Date:
                return
                    DateText.TryParse(Encoding.UTF8.GetBytes(text), out var millis, roundUp)
                    || long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out millis)
                    ? Of(millis)
                    : null;
            default:
                if (
                    FieldKinds.IsWholeNumber(kind)
                    && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
                )
                {
                    return Of(whole);
                }

                return FieldKinds.IsNumber(kind) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
                    ? Of(real)
                    : null;
        }
    }

    public static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? SafeText(value) : value.GetRawText();

    public int Against(FieldValue other)
    {
        if (Text is not null || other.Text is not null)
        {
            return string.CompareOrdinal(Text, other.Text);
        }

        return Whole is { } mine && other.Whole is { } theirs ? mine.CompareTo(theirs) : Real.CompareTo(other.Real);
    }

    private static string SafeText(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return value.GetRawText()[1..^1];
        }
    }
}
