using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Mapping;

/// <summary>Whether a value can be indexed in a field, by the field's type.</summary>
internal static class ValueChecks
{
    /// <summary>Longest keyword that Lucene takes, in UTF-8 bytes.</summary>
    public const int MaxKeywordBytes = 32_766;

    /// <summary>Checks the reader's current value, which is not null, and leaves the reader at its last token.</summary>
    /// <param name="reader">At the value.</param>
    /// <param name="source">The whole document, for the place in error messages.</param>
    /// <param name="node">A leaf field.</param>
    /// <param name="id">The document's id, for error messages.</param>
    /// <param name="number">The value of a date in milliseconds, or of a whole number.</param>
    /// <exception cref="ElasticErrorException">The value doesn't fit.</exception>
    public static void Check(ref Utf8JsonReader reader, ReadOnlySpan<byte> source, FieldNode node, Func<string> id, out long? number)
    {
        number = null;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            var at = reader.TokenStartIndex;
            reader.Skip();
            var preview = Preview(source[(int)at..(int)reader.BytesConsumed]);
            var cause = node.Kind switch
            {
                <= FieldKind.SemanticText => $"Expected text at {DocumentErrors.Place(source, at)} but found START_OBJECT",
                FieldKind.Date => "Cannot parse object as date",
                FieldKind.Boolean => "Failed to parse value [START_OBJECT] as only [true] or [false] are allowed.",
                _ => "Cannot parse object as number",
            };
            throw DocumentErrors
                .Value(source, reader.TokenStartIndex, node, id(), preview, new ElasticError(400, "illegal_argument_exception", cause))
                .Thrown();
        }

        switch (node.Kind)
        {
            case FieldKind.Keyword:
                var length =
                    reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped && reader.ValueSpan.Length > MaxKeywordBytes
                        ? Encoding.UTF8.GetByteCount(DocumentErrors.TextOf(ref reader))
                        : reader.ValueSpan.Length;
                if (
                    length > MaxKeywordBytes
                    && (node.IgnoreAbove == int.MaxValue || DocumentErrors.TextOf(ref reader).Length <= node.IgnoreAbove)
                )
                {
                    throw DocumentErrors.Immense(source, ref reader, node, id()).Thrown();
                }

                return;
            case FieldKind.Boolean:
                if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False) && !IsBooleanText(ref reader))
                {
                    throw NotBoolean(source, ref reader, node, id()).Thrown();
                }

                return;
            case FieldKind.Date:
                number = Date(ref reader, source, node, id);
                return;
            case FieldKind.Text or FieldKind.SemanticText:
                return;
            default:
                number = Number(ref reader, source, node, id);
                return;
        }
    }

    /// <summary>Smallest and largest value of a whole-number field.</summary>
    public static (long Least, long Most) RangeOf(FieldKind kind) =>
        kind switch
        {
            FieldKind.Integer => (int.MinValue, int.MaxValue),
            FieldKind.Short => (short.MinValue, short.MaxValue),
            FieldKind.Byte => (sbyte.MinValue, sbyte.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };

    private static long? Date(ref Utf8JsonReader reader, ReadOnlySpan<byte> source, FieldNode node, Func<string> id)
    {
        // Writers may escape the + of an offset.
        var text = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
        if (reader.TokenType == JsonTokenType.Number && Utf8Parser.TryParse(text, out long whole, out var used) && used == text.Length)
        {
            return whole;
        }

        if (reader.TokenType == JsonTokenType.String && (DateText.TryParse(text, out var millis) || text.Length == 0))
        {
            return text.Length == 0 ? null : millis;
        }

        var shown = DocumentErrors.TextOf(ref reader);
        var format = Json.Text(node.Definition["format"]) ?? "strict_date_optional_time||epoch_millis";
        throw DocumentErrors
            .Value(
                source,
                reader.TokenStartIndex,
                node,
                id(),
                shown,
                new ElasticError(
                    400,
                    "illegal_argument_exception",
                    $"failed to parse date field [{shown}] with format [{format}]",
                    new ElasticError(400, "date_time_parse_exception", "Failed to parse with all enclosed parsers")
                )
            )
            .Thrown();
    }

    private static long? Number(ref Utf8JsonReader reader, ReadOnlySpan<byte> source, FieldNode node, Func<string> id)
    {
        var text = reader.ValueSpan;
        if (reader.TokenType is JsonTokenType.Number or JsonTokenType.String)
        {
            if (FieldKinds.IsWholeNumber(node.Kind) && Utf8Parser.TryParse(text, out long whole, out var used) && used == text.Length)
            {
                var (least, most) = RangeOf(node.Kind);
                if (whole >= least && whole <= most)
                {
                    return whole;
                }

                throw OutOfRange(ref reader, source, node, id()).Thrown();
            }

            if (text.Length == 0)
            {
                return null;
            }

            if (Utf8Parser.TryParse(text, out double real, out used) && used == text.Length)
            {
                if (FieldKinds.IsWholeNumber(node.Kind))
                {
                    var (least, most) = RangeOf(node.Kind);
                    return real >= least && real < (double)most + 1
                        ? (long)real
                        : throw OutOfRange(ref reader, source, node, id()).Thrown();
                }

                var finite = node.Kind switch
                {
                    FieldKind.Float => float.IsFinite((float)real),
                    FieldKind.HalfFloat => Half.IsFinite((Half)real),
                    _ => double.IsFinite(real),
                };
                if (finite)
                {
                    return null;
                }

                var shown =
                    double.IsFinite(real) ? DocumentErrors.TextOf(ref reader)
                    : real > 0 ? "Infinity"
                    : "-Infinity";
                throw DocumentErrors
                    .Value(
                        source,
                        reader.TokenStartIndex,
                        node,
                        id(),
                        shown,
                        new ElasticError(
                            400,
                            "illegal_argument_exception",
                            $"[{FieldKinds.NameOf(node.Kind)}] supports only finite values, but got "
                                + $"[{(real > 0 ? "Infinity" : "-Infinity")}]"
                        )
                    )
                    .Thrown();
            }
        }

        var value = DocumentErrors.TextOf(ref reader);
        var cause = reader.TokenType is JsonTokenType.True or JsonTokenType.False
            ? new ElasticError(
                400,
                "x_content_parse_exception",
                $"{DocumentErrors.At(source, reader.TokenStartIndex)} Current token (VALUE_{value.ToUpperInvariant()}) not numeric, "
                    + "can not use numeric value accessors"
            )
            : new ElasticError(400, "illegal_argument_exception", $"For input string: \"{value}\"");
        throw DocumentErrors.Value(source, reader.TokenStartIndex, node, id(), value, cause).Thrown();
    }

    private static ElasticError OutOfRange(ref Utf8JsonReader reader, ReadOnlySpan<byte> source, FieldNode node, string id)
    {
        var shown = DocumentErrors.TextOf(ref reader);
        var (least, most) = RangeOf(node.Kind);
        var end = reader.BytesConsumed;
        if (reader.TokenType == JsonTokenType.Number && node.Kind is FieldKind.Long or FieldKind.Integer)
        {
            var reason =
                $"Numeric value ({shown}) out of range of {(node.Kind == FieldKind.Long ? "long" : "int")} "
                + $"({least.ToString(CultureInfo.InvariantCulture)} - {most.ToString(CultureInfo.InvariantCulture)})"
                + DocumentErrors.Source(source, end);
            return DocumentErrors.Value(
                source,
                reader.TokenStartIndex,
                node,
                id,
                shown,
                new ElasticError(
                    400,
                    "x_content_parse_exception",
                    $"{DocumentErrors.At(source, end)} {reason}",
                    new ElasticError(400, "input_coercion_exception", reason)
                )
            );
        }

        return DocumentErrors.Value(
            source,
            reader.TokenStartIndex,
            node,
            id,
            shown,
            new ElasticError(400, "illegal_argument_exception", $"Value [{shown}] is out of range for a {FieldKinds.NameOf(node.Kind)}")
        );
    }

    private static bool IsBooleanText(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String
        && (reader.ValueSpan.SequenceEqual("true"u8) || reader.ValueSpan.SequenceEqual("false"u8) || reader.ValueSpan.Length == 0);

    private static ElasticError NotBoolean(ReadOnlySpan<byte> source, ref Utf8JsonReader reader, FieldNode node, string id)
    {
        var shown = DocumentErrors.TextOf(ref reader);
        if (reader.TokenType == JsonTokenType.String)
        {
            return DocumentErrors.Value(
                source,
                reader.TokenStartIndex,
                node,
                id,
                shown,
                new ElasticError(
                    400,
                    "illegal_argument_exception",
                    $"Failed to parse value [{shown}] as only [true] or [false] are allowed."
                )
            );
        }

        var token = shown.AsSpan().IndexOfAny('.', 'e', 'E') >= 0 ? "VALUE_NUMBER_FLOAT" : "VALUE_NUMBER_INT";
        var reason = $"Current token ({token}) not of boolean type" + DocumentErrors.Source(source, reader.BytesConsumed);
        return DocumentErrors.Value(
            source,
            reader.TokenStartIndex,
            node,
            id,
            shown,
            new ElasticError(
                400,
                "x_content_parse_exception",
                $"{DocumentErrors.At(source, reader.BytesConsumed)} {reason}",
                new ElasticError(400, "json_parse_exception", reason)
            )
        );
    }

    private static string Preview(ReadOnlySpan<byte> json) =>
        Encoding
            .UTF8.GetString(json)
            .Replace("\"", "", StringComparison.Ordinal)
            .Replace(":", "=", StringComparison.Ordinal)
            .Replace(" ", "", StringComparison.Ordinal);
}
