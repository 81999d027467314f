using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.HttpJson.Streams;

/// <summary>The items of an answer, each of which becomes a document.</summary>
internal static class HttpJsonItems
{
    /// <summary>Looks for items and their ids.</summary>
    /// <param name="configuration">Where they stand.</param>
    /// <param name="page">The answer.</param>
    /// <param name="before">A hash of the ids before it.</param>
    /// <returns>How many there are, and a hash of their ids and of those before.</returns>
    /// <exception cref="ConnectorException">There is no list of items, or an item without an id.</exception>
    public static (int Count, ulong Hash) Check(HttpJsonConfiguration configuration, RestResponse page, ulong before = 0)
    {
        var (count, hash) = (0, before);
        foreach (var item in Of(configuration, page).EnumerateArray())
        {
            (count, hash) = (count + 1, Hash(Id(configuration, page, item), hash));
        }

        return (count, hash);
    }

    /// <summary>Adds the documents.</summary>
    /// <inheritdoc cref="Check"/>
    public static (int Count, ulong Hash) Write(HttpJsonConfiguration configuration, RestResponse page, StreamPage documents, ulong before)
    {
        var (count, hash) = (0, before);
        foreach (var item in Of(configuration, page).EnumerateArray())
        {
            var id = Id(configuration, page, item);
            (count, hash) = (count + 1, Hash(id, hash));
            Write(documents, id, item, Timestamp(configuration, item));
        }

        return (count, hash);
    }

    /// <summary>The list of items.</summary>
    /// <exception cref="ConnectorException">There is none.</exception>
    public static JsonElement Of(HttpJsonConfiguration configuration, RestResponse page) =>
        configuration.Items.Find(page.Json) is { ValueKind: JsonValueKind.Array } items
            ? items
            : throw new ConnectorException(
                configuration.Items.ToString().StartsWith('\'')
                    ? $"items_pointer: there is no array at {configuration.Items} in the answer of {RestErrors.Name(page.Address)}."
                    : $"items_pointer: the answer of {RestErrors.Name(page.Address)} is no array. Name the array in it, /data/items for "
                        + "example."
            );

    private static string Id(HttpJsonConfiguration configuration, RestResponse page, JsonElement item)
    {
        var id = configuration.Id.Find(item) switch
        {
            { ValueKind: JsonValueKind.String } text => HttpJsonBody.Text(text),
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            _ => null,
        };
        return string.IsNullOrEmpty(id)
            ? throw new ConnectorException(
                $"id_pointer: an item in the answer of {RestErrors.Name(page.Address)} has no text or number at "
                    + $"{configuration.Id}, so it can't be told apart."
            )
            : id;
    }

    private static ulong Hash(string id, ulong before) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(id.AsSpan()), unchecked((long)before));

    private static DateTimeOffset? Timestamp(HttpJsonConfiguration configuration, JsonElement item) =>
        configuration.Timestamp?.Find(item) is { ValueKind: JsonValueKind.String } text
        && DateTimeOffset.TryParse(
            HttpJsonBody.Text(text),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time
        )
            ? time
            : null;

    /// <summary>Writes an item as Elasticsearch takes it.</summary>
    private static void Write(StreamPage documents, string id, JsonElement item, DateTimeOffset? changed)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            throw new ConnectorException($"items_pointer: item '{id}' is a JSON {item.ValueKind}, not an object.");
        }

        using var clean = new PooledBuffer(1024);
        using (var json = new Utf8JsonWriter(clean, JsonBodies.WriterOptions))
        {
            CleanJson.Write(json, item.GetRawText());
        }

        using var body = JsonDocument.Parse(clean.WrittenMemory, new JsonDocumentOptions { MaxDepth = HttpJsonBody.Deepest });

        // What holds half a character can only be cleaned into a text.
        if (body.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new ConnectorException($"Document '{id}': its body is a JSON {body.RootElement.ValueKind}, not an object.");
        }

        var document = documents.Begin(id, changed);
        document.WriteStartObject();
        foreach (var property in body.RootElement.EnumerateObject())
        {
            JsonValues.WriteName(document, property.Name);
            property.Value.WriteTo(document);
        }

        document.WriteEndObject();
        documents.End();
    }
}
