using System.Globalization;
using System.Text;
using System.Text.Json;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Mapping;

/// <summary>The words in which Elasticsearch refuses a document. Only reached by documents that are refused.</summary>
internal static class DocumentErrors
{
    private const string Type = "document_parsing_exception";

    /// <summary><c>[line:column]</c>, both from 1, of a byte offset.</summary>
    public static string At(ReadOnlySpan<byte> source, long offset) => $"[{Place(source, offset)}]";

    public static string Place(ReadOnlySpan<byte> source, long offset)
    {
        var before = source[..(int)Math.Min(offset, source.Length)];
        return $"{before.Count((byte)'\n') + 1}:{offset - before.LastIndexOf((byte)'\n')}";
    }

    /// <summary>The tail that Jackson adds to its messages.</summary>
    public static string Source(ReadOnlySpan<byte> source, long offset)
    {
        var place = Place(source, offset).Split(':');
        var text = Encoding.UTF8.GetString(source[..Math.Min(source.Length, 500)]);
        return $"\n at [Source: (byte[])\"{text}\"; line: {place[0]}, column: {place[1]}]";
    }

    public static ElasticError Value(ReadOnlySpan<byte> source, long at, FieldNode node, string id, string shown, ElasticError cause) =>
        new(
            400,
            Type,
            $"{At(source, at)} failed to parse field [{node.Path}] of type [{FieldKinds.NameOf(node.Kind)}] in document with id '{id}'. "
                + $"Preview of field's value: '{shown}'",
            cause
        );

    public static ElasticError Limit(ReadOnlySpan<byte> source, long at, string reason) =>
        Caused(source, at, reason, new(400, "illegal_argument_exception", reason));

    /// <summary>JSON that can't be read: the document's error around the parser's.</summary>
    public static ElasticError Malformed(ReadOnlySpan<byte> source, long rootColumn, JsonException exception)
    {
        var cause = Json.SyntaxError(source, exception);
        return new ElasticError(400, Type, $"[1:{rootColumn}] failed to parse: {cause.Reason}", cause);
    }

    public static ElasticError Malformed(Func<string> id, ReadOnlySpan<byte> source, long rootColumn, string reason) =>
        Malformed(source, rootColumn, new JsonException(reason, id(), 0, Math.Max(0, FirstInvalid(source))));

    public static string InvalidUtf8(ReadOnlySpan<byte> source) =>
        FirstInvalid(source) is var at and >= 0 ? $"Invalid UTF-8 start byte 0x{source[at]:x2}" : "Invalid UTF-8";

    public static ElasticError Duplicate(ReadOnlySpan<byte> source, string name, long at)
    {
        var end = at + name.Length + 2;
        var reason = $"Duplicate field '{name}'" + Source(source, end);
        var placed = $"{At(source, end)} {reason}";
        return new ElasticError(
            400,
            Type,
            $"{At(source, at)} failed to parse: {placed}",
            new ElasticError(400, "x_content_parse_exception", placed, new ElasticError(400, "json_parse_exception", reason))
        );
    }

    public static ElasticError MetadataField(ReadOnlySpan<byte> source, string name, Func<string> id, ref Utf8JsonReader value)
    {
        var at = At(source, value.TokenStartIndex);
        return new ElasticError(
            400,
            Type,
            $"{at} failed to parse field [{name}] of type [{name}] in document with id '{id()}'. Preview of field's value: "
                + $"'{TextOf(ref value)}'",
            new ElasticError(
                400,
                Type,
                $"{at} Field [{name}] is a metadata field and cannot be added inside a document. Use the index API request parameters."
            )
        );
    }

    public static void CheckName(string name, ReadOnlySpan<byte> source, long at)
    {
        if (name.Length == 0)
        {
            throw Named(source, "field name cannot be an empty string").Thrown();
        }

        if (string.IsNullOrWhiteSpace(name))
        {
            throw new ElasticError(400, Type, $"{At(source, 1)} Field name cannot contain only whitespace: [{name}]").Thrown();
        }

        if (!name.Contains('.', StringComparison.Ordinal))
        {
            return;
        }

        var parts = name.TrimEnd('.').Split('.');
        if (parts is [""])
        {
            throw Named(source, "field name cannot contain only dots").Thrown();
        }

        if (parts.Any(string.IsNullOrWhiteSpace))
        {
            throw Named(source, $"field name cannot contain only whitespace: ['{name}']").Thrown();
        }
    }

    public static string NameOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate: Elasticsearch takes it as it is.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    /// <summary>The text of a scalar value.</summary>
    public static string TextOf(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.String or JsonTokenType.PropertyName => NameOf(ref reader),
            JsonTokenType.StartObject => "{}",
            JsonTokenType.StartArray => "[]",
            _ => Encoding.UTF8.GetString(reader.ValueSpan),
        };

    private static ElasticError Named(ReadOnlySpan<byte> source, string reason) =>
        Caused(source, 1, reason, new(400, "illegal_argument_exception", reason));

    /// <summary>A keyword is longer than Lucene takes.</summary>
    public static ElasticError Immense(ReadOnlySpan<byte> source, ref Utf8JsonReader reader, FieldNode node, string id)
    {
        var text = TextOf(ref reader);
        var prefix = string.Join(
            ", ",
            Encoding.UTF8.GetBytes(text).Take(30).Select(b => ((sbyte)b).ToString(CultureInfo.InvariantCulture))
        );
        return Value(
            source,
            reader.TokenStartIndex,
            node,
            id,
            text,
            new ElasticError(
                400,
                "illegal_argument_exception",
                $"Document contains at least one immense term in field=\"{node.Path}\" (whose UTF8 encoding is longer than the max "
                    + $"length {ValueChecks.MaxKeywordBytes}), all of which were skipped. "
                    + $"Please correct the analyzer to not produce such terms. The prefix of the first immense term is: '[{prefix}]...'"
            )
        );
    }

    private static ElasticError Caused(ReadOnlySpan<byte> source, long at, string reason, ElasticError cause) =>
        new(400, Type, $"{At(source, at)} failed to parse: {reason}", cause);

    private static int FirstInvalid(ReadOnlySpan<byte> source)
    {
        var at = 0;
        while (at < source.Length)
        {
            if (Rune.DecodeFromUtf8(source[at..], out _, out var used) != System.Buffers.OperationStatus.Done)
            {
                return at;
            }

            at += used;
        }

        return -1;
    }
}
