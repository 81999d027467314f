using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Notion;

/// <summary>Makes documents of Notion's objects: their fields as they are, without empty ones; the properties as one text of
/// JSON.</summary>
/// <param name="client">Asks for comments.</param>
/// <param name="hasComments">Whether there are any to be asked for.</param>
/// <param name="time">The clock.</param>
internal sealed class NotionDocuments(RestClient client, bool hasComments, TimeProvider time)
{
    /// <summary>Notion rounds times of changes to minutes, so the same time may stand for two changes within a minute.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(2);

    private static readonly string[] Media = ["file", "pdf", "image", "audio", "video"];

    /// <summary>Adds an object.</summary>
    public void Add(JsonElement item, StreamPage page)
    {
        var id = item.RequiredText("An object of Notion", "id");
        var changed =
            RestTime.Of(item.Text("last_edited_time")) is { } edited && time.GetUtcNow() - edited > Settled
                ? edited
                : default(DateTimeOffset?);
        var json = page.Begin(id, changed, FileOf(item, id));
        json.WriteStartObject();
        foreach (var field in item.EnumerateObject().Where(field => !IsEmpty(field.Value) && !field.NameEquals("id")))
        {
            if (field.NameEquals("properties"))
            {
                json.WriteString("details", field.Value.GetRawText());
            }
            else
            {
                JsonValues.WriteName(json, field.Name);
                JsonValues.Write(json, field.Value);
            }
        }

        json.WriteEndObject();
        page.End();
    }

    /// <summary>Adds a page or block with its comments. A block's are not among its page's.</summary>
    public async Task AddWithCommentsAsync(JsonElement item, StreamPage page, CancellationToken cancellationToken)
    {
        Add(item, page);
        if (!hasComments)
        {
            return;
        }

        var id = item.RequiredText("An object of Notion", "id");
        try
        {
            var request = RestRequest.Get($"/v1/comments?block_id={id}");
            await foreach (var comment in client.ListAsync(request, NotionApi.List, cancellationToken))
            {
                Add(comment, page);
            }
        }
        catch (ConnectorException closed) when (RestErrors.IsClosedPlace(closed))
        {
            page.AddGap($"comments of {id}", closed);
        }
    }

    /// <summary>The file of a block, if Notion keeps it. One that lies elsewhere is only an address.</summary>
    private NotionFile? FileOf(JsonElement block, string id) =>
        block.Text("type") is { } type
        && Media.Contains(type, StringComparer.Ordinal)
        && block.Find(type) is { } file
        && file.Text("file", "url") is { } address
        && Uri.TryCreate(address, UriKind.Absolute, out var url)
            ? new NotionFile(client, id, type, file.Text("name"), url, RestTime.Of(file.Text("file", "expiry_time")), time)
            : null;

    private static bool IsEmpty(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.False => true,
            JsonValueKind.String => value.ValueEquals(""u8),
            JsonValueKind.Array => value.GetArrayLength() == 0,
            JsonValueKind.Object => value.GetPropertyCount() == 0,
            _ => false,
        };
}
