using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SharePoint;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.SharePointServer;

/// <summary>
/// Makes documents of the items of a list that is no library: one of each attachment, or one of the item where there are none.
/// </summary>
/// <param name="rest">Tells attachments, and fetches them.</param>
/// <param name="host">Scheme, host and port, with a slash at the end.</param>
/// <param name="site">The site's address.</param>
/// <param name="list">The list.</param>
/// <param name="access">Who may see what; <see langword="null"/> when access control is off.</param>
internal sealed class SharePointServerItems(
    RestClient rest,
    Uri host,
    string site,
    SharePointServerList list,
    SharePointServerAccess? access
)
{
    private static readonly DocumentFields Fields = DocumentFields.Of(
        DocumentField.Constant("type", "list_item"),
        DocumentField.Value("author", "Author", "Title"),
        DocumentField.Value("editor", "Editor", "Title"),
        DocumentField.Value("title", "Title"),
        DocumentField.Value("author_id", "AuthorId"),
        DocumentField.Value("editor_id", "EditorId"),
        DocumentField.Value("creation_time", "Created")
    );

    /// <summary>Writes a page of items.</summary>
    public async Task WriteAsync(JsonElement items, StreamPage page, CancellationToken cancellationToken)
    {
        foreach (var item in items.EnumerateArray())
        {
            var attachments = item.Items("AttachmentFiles").ToList();
            var url = AddressOf(item);
            try
            {
                var allowed = access is null
                    ? null
                    : await access.OfItemAsync(site, list, item, item.Text("FileRef") ?? string.Empty, cancellationToken);
                if (attachments.Count == 0)
                {
                    WriteItem(item, url, page, allowed);
                }

                foreach (var attachment in attachments)
                {
                    await WriteAttachmentAsync(item, attachment, page, allowed, cancellationToken);
                }
            }
            catch (ConnectorException gone) when (RestErrors.StatusOf(gone) == HttpStatusCode.NotFound)
            {
                // It was deleted since it was listed; which attachments it had is not known any more.
                page.AddUnreadable(IdOf(item, url), gone.Message);
                if (attachments.Count > 0)
                {
                    page.AddGap(url, gone);
                }
            }
        }
    }

    private static string IdOf(JsonElement item, string url) =>
        PythonServiceId.Of($"{item.RequiredText("An item of a list of SharePoint Server", "GUID")}/{url}");

    /// <summary>The page on which people see an item.</summary>
    private string AddressOf(JsonElement item)
    {
        var folder = SharePointServerDocuments.AddressOf(host, list.Folder);
        return $"{folder}/DispForm.aspx?ID={item.RequiredText("An item of a list of SharePoint Server", "Id")}"
            + $"&Source={folder}/AllItems.aspx&ContentTypeId={item.Text("ContentTypeId")}";
    }

    private static void WriteItem(JsonElement item, string url, StreamPage page, IReadOnlyCollection<string>? allowed) =>
        page.Add(
            IdOf(item, url),
            item,
            Fields.With(
                DocumentField.Constant("file_name", string.Empty),
                DocumentField.Made("size", (json, _) => json.WriteNumberValue(0)),
                DocumentField.Constant("url", url)
            ),
            RestTime.Of(item.Text("Modified")),
            access: allowed
        );

    private async Task WriteAttachmentAsync(
        JsonElement item,
        JsonElement attachment,
        StreamPage page,
        IReadOnlyCollection<string>? allowed,
        CancellationToken cancellationToken
    )
    {
        var path = attachment.RequiredText("An attachment of SharePoint Server", "ServerRelativeUrl");
        var name = attachment.Text("FileName") ?? path[(path.LastIndexOf('/') + 1)..];
        var url = SharePointServerDocuments.AddressOf(host, path);
        using var file = await rest.GetAsync(SharePointApi.AddressOf(site, SharePointPaths.FileOf(path)), cancellationToken);
        var size = file.Json.Number("Length");
        page.Add(
            PythonServiceId.Of($"{file.Json.RequiredText("An attachment of SharePoint Server", "UniqueId")}/{url}"),
            item,
            Fields.With(
                DocumentField.Constant("file_name", name),
                DocumentField.Made("size", (json, _) => json.WriteNumberValue(Math.Max(0, size))),
                DocumentField.Constant("url", url),
                DocumentField.Constant("server_relative_url", path)
            ),
            RestTime.Of(item.Text("Modified")),
            SharePointServerDocuments.FileContent(rest, site, path, name, size),
            allowed
        );
    }
}
