using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sync.Engine.Pages;

/// <summary>
/// Makes sure that every document has an access list. A document with none, or an empty one, would be visible to everyone: the protocol's
/// query tests whether the field exists, and for Elasticsearch an empty list does not. Such a document is restricted to no one. Pure.
/// </summary>
internal static class DocumentAccess
{
    private const int MaxDepth = 1000;

    /// <summary>Elasticsearch rejects it like any truncated body; if it were accepted, the document would be restricted.</summary>
    private static ReadOnlySpan<byte> Refused => "{\"_allow_access_control\":[\"_nobody\"],\"broken"u8;

    private static readonly JsonReaderOptions Deep = new() { MaxDepth = MaxDepth };
    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = JsonBodies.WriterOptions.Encoder, MaxDepth = MaxDepth };

    /// <summary>Restricts the documents of a page that have no access list.</summary>
    /// <returns>Their number.</returns>
    public static int Restrict(SourcePage page)
    {
        var closed = 0;
        for (var index = 0; index < page.Count; index++)
        {
            try
            {
                if (SaysWho(page[index].Body.Span))
                {
                    continue;
                }

                page.Replace(index, Closed(page[index].Body.Span));
            }
            catch (Exception broken) when (broken is JsonException or ArgumentException)
            {
                // Not passed through: Elasticsearch may accept a body that we can't parse, such as one with a comment, and the document
                // would be visible to everyone.
                page.Replace(index, Refused);
            }

            closed++;
        }

        return closed;
    }

    /// <summary>Whether the body's list consists of comparable values only.</summary>
    private static bool SaysWho(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, Deep);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals(AccessControl.FieldName))
            {
                reader.Skip();
                continue;
            }

            var values = 0;
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return false;
            }

            while (
                reader.Read()
                && reader.TokenType == JsonTokenType.String
                && reader.ValueSpan.Length is > 0 and <= AccessControl.MaxValueBytes
            )
            {
                values++;
            }

            return values > 0 && reader.TokenType == JsonTokenType.EndArray;
        }

        return false;
    }

    /// <summary>The body with its comparable values, or with a value that no identity has.</summary>
    private static byte[] Closed(ReadOnlySpan<byte> body)
    {
        var document =
            JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { MaxDepth = MaxDepth }) as JsonObject
            ?? throw new JsonException("It is not an object.");
        var values = document[AccessControl.FieldName] switch
        {
            JsonArray list => list.Select(TextOf),
            var single => [TextOf(single)],
        };
        document[AccessControl.FieldName] = new JsonArray([.. AccessControl.ListOf(values).Select(value => JsonValue.Create(value))]);
        return JsonSerializer.SerializeToUtf8Bytes(document, AsWritten);
    }

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
