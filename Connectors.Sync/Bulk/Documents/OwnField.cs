using System.Text.Json;

namespace Connectors.Sync.Bulk.Documents;

/// <summary>A field of a document's own that has the name of one that the service adds to it. Twice the same field, and Elasticsearch
/// rejects the document.</summary>
internal static class OwnField
{
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = 1000 };

    /// <summary>The body with an underscore at the end of the name of such a field, as many as it takes; the same bytes when it has
    /// none.</summary>
    /// <param name="body">One JSON object.</param>
    /// <param name="name">The name, as UTF-8.</param>
    public static ReadOnlySpan<byte> Yield(ReadOnlySpan<byte> body, ReadOnlySpan<byte> name)
    {
        if (body.IndexOf(name) < 0)
        {
            return body;
        }

        byte[] other = [.. name, (byte)'_'];
        while (Find(body, other).Length > 0)
        {
            other = [.. other, (byte)'_'];
        }

        var (start, length) = Find(body, name);
        return length == 0 ? body : (byte[])[.. body[..start], (byte)'"', .. other, (byte)'"', .. body[(start + length)..]];
    }

    /// <summary>Where the name of a field stands at the top of a body, with its quotes; of no length when it does not.</summary>
    private static (int Start, int Length) Find(ReadOnlySpan<byte> body, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(body, Deep);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
            {
                return ((int)reader.TokenStartIndex, reader.ValueSpan.Length + 2);
            }

            reader.Skip();
        }

        return default;
    }
}
