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
        if (permissions is null)
        {
            meant.ForEach(item => Write(item, page, access: null));
            return;
        }

        foreach (
            var (item, granted) in await DriveItems.WithPermissionsAsync(permissions, drive, "?$top=999", meant, page, cancellationToken)
        )
        {
            Write(item, page, DrivePermissions.ValuesOf(granted));
        }
    }

    private void Write(JsonElement item, StreamPage page, IReadOnlyCollection<string>? access) =>
        page.Add(
            DriveItems.IdOf(item),
            item,
            Document,
            RestTime.Of(item.Text("lastModifiedDateTime")),
            DriveItems.ContentOf(client, drive, item),
            access
        );
}
