using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sync.Engine.Pages;

/// <summary>
/// Makes sure that each document says who may see it. One that does not, or whose list is empty, would be seen by everybody: the protocol's query asks whether the field exists,
/// and for Elasticsearch an empty list doesn't. Such a document is given to nobody. Pure.
/// </summary>
internal static class DocumentAccess
{
    private const int MaxDepth = 1000;

    /// <summary>What Elasticsearch refuses as it refuses any body that is cut off, and what would be closed if it didn't.</summary>
    private static ReadOnlySpan<byte> Refused => "{\"_allow_access_control\":[\"_nobody\"],\"broken"u8;

    private static readonly JsonReaderOptions Deep = new() { MaxDepth = MaxDepth };
    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = JsonBodies.WriterOptions.Encoder, MaxDepth = MaxDepth };

    /// <summary>Closes the documents of a page that say nothing.</summary>
    /// <returns>How many.</returns>
    public static int Close(SourcePage page)
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
                // Not passed on as it is: some of what is broken for us, such as a comment, Elasticsearch may take, and the document would be open.
                page.Replace(index, Refused);
            }

            closed++;
        }

        return closed;
    }

    /// <summary>Whether the body lists values that are compared as they stand, and nothing else.</summary>
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

            while (reader.Read() && reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length is > 0 and <= AccessControl.MaxValueBytes)
            {
                values++;
            }

            return values > 0 && reader.TokenType == JsonTokenType.EndArray;
        }

        return false;
    }

    /// <summary>The body with the values that it lists and that can be compared, or else with one that nobody has.</summary>
    private static byte[] Closed(ReadOnlySpan<byte> body)
    {
        var document = JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { MaxDepth = MaxDepth }) as JsonObject
            ?? throw new ConnectorException(FailureKind.Fatal, "The source gave a body that is not a JSON object. This is a fault of the source.");
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
