using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.Microsoft.Drives;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.OneDrive;

/// <summary>Makes documents of the items of a drive. The top folder is none.</summary>
/// <param name="client">Fetches contents.</param>
/// <param name="drive">The drive's address: <c>users/U/drive</c>.</param>
/// <param name="permissions">Asks who may see items; <see langword="null"/> when access control is off.</param>
/// <param name="isMeant">Whether the rules let an item in.</param>
internal sealed class OneDriveItems(RestClient client, string drive, GraphBatch? permissions, Func<JsonElement, bool> isMeant)
{
    /// <summary>What is asked for of an item.</summary>
    public const string Fields = "id,name,lastModifiedDateTime,createdDateTime,size,webUrl,parentReference,file,folder,root,deleted";

    private static readonly DocumentFields Document = DocumentFields.Of(
        DocumentField.Made("type", (json, item) =>
            json.WriteStringValue(item.Find("file") is null && item.Find("folder") is not null ? "folder" : "file")
        ),
        DocumentField.Value("title", "name"),
        DocumentField.Value("created_at", "createdDateTime"),
        DocumentField.Value("size"),
        DocumentField.Value("url", "webUrl"),
        DocumentField.Value("mime_type", "file", "mimeType")
    );

    /// <summary>Writes the documents of a page.</summary>
    public async Task WriteAsync(IReadOnlyList<JsonElement> items, StreamPage page, CancellationToken cancellationToken)
    {
        var meant = items.Where(item => item.Find("root") is null && isMeant(item)).ToList();
        var lists = permissions is null
            ? null
            : await permissions.ListsAsync(
                [.. meant.Select(item => $"/{drive}/items/{Uri.EscapeDataString(IdOf(item))}/permissions?$top=999")],
                cancellationToken
            );
        for (var index = 0; index < meant.Count; index++)
        {
            var item = meant[index];
            if (lists is not null && lists[index] is null)
            {
                page.AddUnreadable(IdOf(item), "Who may see it can't be asked: it is not there any more (404).");
                continue;
            }

            page.Add(
                IdOf(item),
                item,
                Document,
                RestTime.Of(item.Text("lastModifiedDateTime")),
                ContentOf(item),
                lists is null ? null : DrivePermissions.ValuesOf(lists[index]!)
            );
        }
    }

    private static string IdOf(JsonElement item) => item.RequiredText("An item of a drive", "id");

    /// <summary>
    /// By its own address, which leads to one that is signed for an hour: the content may be wanted long after the listing.
    /// </summary>
    private RestContent? ContentOf(JsonElement item) =>
        item.Find("file") is not null && item.Text("name") is { } name && item.Number("size") is > 0 and var size
            ? new RestContent(
                client,
                RestRequest.Get($"{drive}/items/{Uri.EscapeDataString(IdOf(item))}/content") with
                {
                    Headers = [new("Accept", "*/*")],
                },
                name,
                size
            )
            : null;
}
