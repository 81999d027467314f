using System.Text.Json;

namespace Connectors.Sync.Bulk.Documents;

/// <summary>
/// Mends bodies that Elasticsearch would refuse because of their own shape, whatever other documents look like (docs/documents.md). Ordinary bodies cost a look at their
/// bytes and go on as they are.
/// </summary>
internal static class BodyMender
{
    /// <summary>Elasticsearch's default for <c>index.mapping.depth.limit</c>: objects may lie one level less deep.</summary>
    public const int MaxDepth = 20;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 1000 };

    /// <summary>Whether a body may need mending. Says yes too often rather than too rarely, and no to what is ordinary, at the speed of a search for a few bytes.</summary>
    public static bool NeedsMending(ReadOnlySpan<byte> body) => HasOddName(body) || MayBeDeep(body) || MayMix(body);

    /// <summary>The body as Elasticsearch takes it; the very same bytes when it does so already, or when they are no JSON.</summary>
    public static ReadOnlySpan<byte> Mend(ReadOnlySpan<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body.ToArray(), Options);
            return document.RootElement.ValueKind == JsonValueKind.Object && new BodyMending().Mend(document.RootElement) is { } mended ? mended : body;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // Elasticsearch says what is wrong with it, and the document is reported.
            return body;
        }
    }

    private static bool HasOddName(ReadOnlySpan<byte> body)
    {
        for (var end = body.IndexOf("\":"u8); end >= 0; end = body.IndexOf("\":"u8))
        {
            // Names are short: going back byte by byte is quicker than two searches.
            var start = end;
            while (start > 0 && body[start - 1] != (byte)'"')
            {
                if (body[--start] == (byte)'.')
                {
                    return true;
                }
            }

            if (start == end || body[start] <= (byte)' ')
            {
                return true;
            }

            body = body[(end + 2)..];
        }

        return false;
    }

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
            // Not ours to judge.
        }

        return false;
    }

    /// <summary>Whether an array may hold objects and something else.</summary>
    private static bool MayMix(ReadOnlySpan<byte> body)
    {
        // In compact JSON only an element of an array begins with [{ or ,{.
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

        for (var rest = body; rest.IndexOf("},"u8) is var at and >= 0 && at + 2 < rest.Length; rest = rest[(at + 2)..])
        {
            if (rest[at + 2] != (byte)'{' && !BeginsWithName(rest[(at + 2)..]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether these bytes begin with a name, as after an object that is a field's value, rather than with the next element of an array.</summary>
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
