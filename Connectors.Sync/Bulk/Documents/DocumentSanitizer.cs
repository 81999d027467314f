using System.Text.Json;

namespace Connectors.Sync.Bulk.Documents;

/// <summary>
/// Rewrites bodies that Elasticsearch would reject because of their own shape, regardless of other documents (docs/documents.md). Ordinary
/// bodies are scanned once and passed through unchanged.
/// </summary>
internal static class DocumentSanitizer
{
    /// <summary>Elasticsearch's default for <c>index.mapping.depth.limit</c>; objects may be nested one level less.</summary>
    public const int MaxDepth = 20;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 1000 };

    /// <summary>
    /// Whether a body of compact JSON may need sanitizing. May report false positives, never false negatives; scans for a few bytes only.
    /// </summary>
    public static bool NeedsSanitizing(ReadOnlySpan<byte> body) => HasOddName(body) || MayBeDeep(body) || MayMix(body);

    /// <summary>The body as Elasticsearch accepts it; the same bytes when nothing has to change or they are not JSON.</summary>
    public static ReadOnlySpan<byte> Sanitize(ReadOnlySpan<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body.ToArray(), Options);
            return
                document.RootElement.ValueKind == JsonValueKind.Object
                && new DocumentSanitizerPass().Sanitize(document.RootElement) is { } sanitized
                ? sanitized
                : body;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // Elasticsearch reports the error, and the document is rejected.
            return body;
        }
    }

    /// <summary>Whether a name has a dot, is empty or begins with white space (<c>FieldNames.WithoutBlankParts</c>). Names are many,
    /// and dots and white space at the beginning of a text are few: they are looked for first.</summary>
    private static bool HasOddName(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf("\"\":"u8) >= 0 || body.IndexOf("\\u002e"u8) >= 0 || body.IndexOf("\\u002E"u8) >= 0)
        {
            return true;
        }

        for (var rest = body; rest.IndexOf((byte)'.') is var dot and >= 0;)
        {
            rest = rest[(dot + 1)..];
            var end = EndOfText(rest);
            if (EndsName(rest, end))
            {
                return true;
            }

            rest = rest[end..];
        }

        // A blank; one that is escaped; the first bytes of U+0085 and U+00A0, of U+2000 to U+205F; U+1680; U+3000.
        return BeginsName(body, "\" "u8)
            || BeginsName(body, "\"\\"u8)
            || BeginsName(body, [(byte)'"', 0xC2])
            || BeginsName(body, [(byte)'"', 0xE2])
            || BeginsName(body, "\"\u1680"u8)
            || BeginsName(body, "\"\u3000"u8);
    }

    /// <summary>Whether a name begins so.</summary>
    /// <param name="body">The body.</param>
    /// <param name="beginning">The quote, and what follows it.</param>
    private static bool BeginsName(ReadOnlySpan<byte> body, ReadOnlySpan<byte> beginning)
    {
        for (var rest = body; rest.IndexOf(beginning) is var start and >= 0; rest = rest[(start + 1)..])
        {
            // A quote that is escaped begins nothing.
            if ((start == 0 || rest[start - 1] != (byte)'\\') && rest[(start + 1)..] is var text && EndsName(text, EndOfText(text)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The place of the quote that ends the text in which the bytes begin, or that begins the next one; their end when there is
    /// none.</summary>
    private static int EndOfText(ReadOnlySpan<byte> bytes)
    {
        var place = 0;
        while (place < bytes.Length && bytes[place..].IndexOfAny((byte)'"', (byte)'\\') is var next and >= 0)
        {
            place += next;
            if (bytes[place] == (byte)'"')
            {
                return place;
            }

            place += 2;
        }

        return bytes.Length;
    }

    private static bool EndsName(ReadOnlySpan<byte> bytes, int quote) => quote + 1 < bytes.Length && bytes[quote + 1] == (byte)':';

    private static bool MayBeDeep(ReadOnlySpan<byte> body)
    {
        if (body.Count((byte)'{') < MaxDepth)
        {
            return false;
        }

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Options.MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth >= MaxDepth)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // Left to Elasticsearch.
        }

        return false;
    }

    /// <summary>Whether an array may mix objects with other values.</summary>
    private static bool MayMix(ReadOnlySpan<byte> body)
    {
        // In compact JSON, [{ and ,{ begin array elements only.
        for (var rest = body; rest.IndexOf(",{"u8) is var at and >= 0; rest = rest[(at + 2)..])
        {
            if (at > 0 && rest[at - 1] != (byte)'}')
            {
                return true;
            }
        }

        if (body.IndexOf("[{"u8) < 0)
        {
            return false;
        }

        // Elasticsearch makes one array of those within arrays, and what stands beside such a one may be of any kind.
        if (body.IndexOf(",[{"u8) >= 0 || body.IndexOf("[[{"u8) >= 0)
        {
            return true;
        }

        for (var rest = body; rest.IndexOf("},"u8) is var at and >= 0 && at + 2 < rest.Length; rest = rest[(at + 2)..])
        {
            if (rest[at + 2] != (byte)'{' && !BeginsWithName(rest[(at + 2)..]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a property name follows, rather than the next element of an array.</summary>
    private static bool BeginsWithName(ReadOnlySpan<byte> bytes)
    {
        if (bytes[0] != (byte)'"')
        {
            return false;
        }

        var end = bytes[1..].IndexOfAny((byte)'"', (byte)'\\') + 1;
        return end > 0 && bytes[end] == (byte)'"' && end + 1 < bytes.Length && bytes[end + 1] == (byte)':';
    }
}
