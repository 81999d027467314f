using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SharePoint;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.SharePointOnline;

/// <summary>Makes documents of the lists of a site, their items and attachments, and the site's pages.</summary>
/// <param name="rest">Tells attachments, and fetches them.</param>
/// <param name="site">The place: its key is the site's id, its name the address.</param>
/// <param name="access">Who may see what; <see langword="null"/> when access control is off.</param>
/// <param name="configuration">Says what is asked for.</param>
/// <param name="since">Only what changed since then; <see langword="null"/> for all.</param>
internal sealed class SharePointLists(
    RestClient rest,
    RestPlace site,
    SharePointAccess? access,
    SharePointConfiguration configuration,
    DateTimeOffset? since
)
{
    private static readonly string[] NoItems = ["Web Template Extensions", "Client Side Component Manifests"];
    private static readonly DocumentFields List = SharePointDocuments.FieldsOf("site_list");
    private static readonly DocumentFields Item = SharePointDocuments.FieldsOf("list_item");

    private static readonly DocumentFields Page = DocumentFields.Of(
        DocumentField.Value("Id"),
        DocumentField.Value("Title"),
        DocumentField.Value("webUrl", "EncodedAbsUrl"),
        DocumentField.Html("LayoutWebpartsContent"),
        DocumentField.Html("CanvasContent1"),
        DocumentField.Html("WikiField"),
        DocumentField.Value("Description"),
        DocumentField.Value("Created"),
        DocumentField.Value("AuthorId"),
        DocumentField.Value("Modified"),
        DocumentField.Value("EditorId"),
        DocumentField.Value("odata.id"),
        DocumentField.Value("OData__UIVersionString"),
        DocumentField.Constant("object_type", "site_page")
    );

    /// <summary>Whether a list is one of people's, and changed since then.</summary>
    public bool IsMeant(JsonElement list) => list.Text("name") != "SharePointHomeCacheList" && IsNew(list.Text("lastModifiedDateTime"));

    /// <summary>A list.</summary>
    public async Task WriteListAsync(JsonElement list, StreamPage page, CancellationToken cancellationToken)
    {
        var id = list.RequiredText("A list of SharePoint", "id");
        var allowed = access is null ? null : await access.OfListAsync(site.Name, SharePointApi.ListOf(id), cancellationToken);
        page.Add(id, list, List, access: allowed);
    }

    /// <summary>Items of a list, each with its attachments.</summary>
    /// <param name="list">The list: its key is the id, its name the address.</param>
    /// <param name="items">The items as they are listed.</param>
    /// <param name="page">Takes the documents.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public async Task WriteItemsAsync(RestPlace list, JsonElement items, StreamPage page, CancellationToken cancellationToken)
    {
        var (path, root) = (SharePointApi.ListOf(list.Key), SharePointPaths.RootOf(list.Name));
        foreach (var item in items.EnumerateArray())
        {
            if (NoItems.Contains(item.Text("contentType", "name"), StringComparer.Ordinal) || !IsNew(item.Text("lastModifiedDateTime")))
            {
                continue;
            }

            var number = item.RequiredText("An item of a list of SharePoint Online", "id");
            var id = $"{list.Key}-{number}";
            try
            {
                var asked = new SharePointItem(path, root, $"{path}/items({number})", SharePointPaths.PathOf(item.Text("webUrl")));
                var allowed = await AllowedAsync(asked, configuration.AsksForListItems, cancellationToken);
                var attachments = item.Find("fields", "Attachments") is { ValueKind: JsonValueKind.True }
                    ? await AttachmentsAsync(path, number, cancellationToken)
                    : [];
                foreach (var attachment in attachments)
                {
                    WriteAttachment(attachment, RestTime.Of(item.Text("lastModifiedDateTime")), page, allowed);
                }

                page.Add(id, item, Item, access: allowed);
            }
            catch (ConnectorException gone) when (RestErrors.StatusOf(gone) == HttpStatusCode.NotFound)
            {
                // It was deleted since it was listed; what belongs to it is not known any more.
                page.AddUnreadable(id, gone.Message);
                page.AddGap(item.Text("webUrl") ?? id, gone);
            }
        }
    }

    /// <summary>Pages of the site.</summary>
    public async Task WritePagesAsync(JsonElement pages, StreamPage page, CancellationToken cancellationToken)
    {
        var root = $"{SharePointPaths.PathOf(site.Name)}/SitePages";
        foreach (var item in pages.EnumerateArray().Where(item => IsNew(item.Text("Modified"))))
        {
            var number = item.RequiredText("A page of SharePoint", "Id");
            var id = $"{site.Key}-site_page-{number}";
            IReadOnlyCollection<string>? allowed = null;
            try
            {
                var asked = new SharePointItem(
                    SharePointRest.SitePages,
                    root,
                    $"{SharePointRest.SitePages}/items('{number}')",
                    SharePointPaths.PathOf(item.Text("EncodedAbsUrl"))
                );
                allowed = await AllowedAsync(asked, configuration.AsksForPages, cancellationToken);
            }
            catch (ConnectorException gone) when (RestErrors.StatusOf(gone) == HttpStatusCode.NotFound)
            {
                page.AddUnreadable(id, gone.Message);
                continue;
            }

            page.Add(id, item, Page, access: allowed);
        }
    }

    private async Task<IReadOnlyCollection<string>?> AllowedAsync(SharePointItem item, bool asks, CancellationToken cancellationToken) =>
        access is null ? null
        : asks ? await access.OfItemAsync(site.Name, item, isUnique: null, cancellationToken)
        : await access.OfListAsync(site.Name, item.List, cancellationToken);

    private bool IsNew(string? changed) => since is null || RestTime.Of(changed) is not { } time || time >= since;

    private async Task<IReadOnlyList<JsonElement>> AttachmentsAsync(string list, string number, CancellationToken cancellationToken)
    {
        var address = SharePointApi.AddressOf(site.Name, $"{list}/items({number})?$expand=AttachmentFiles");
        using var answer = await rest.GetAsync(address, cancellationToken);
        return [.. answer.Json.Items("AttachmentFiles").Select(attachment => attachment.Clone())];
    }

    private void WriteAttachment(JsonElement attachment, DateTimeOffset? changed, StreamPage page, IReadOnlyCollection<string>? allowed)
    {
        var id = attachment.RequiredText("An attachment of SharePoint", "odata.id");
        var fields = SharePointDocuments
            .FieldsOf("list_item_attachment")
            .With(
                DocumentField.Made("webUrl", (json, item) =>
                    json.WriteStringValue($"https://{configuration.Host}{item.Text("ServerRelativeUrl")}")
                )
            );
        var content = attachment.Text("FileName") is { } name
            ? new RestContent(rest, RestRequest.Get($"{id}/$value").AsFile(), name, -1)
            : null;
        page.Add(id, attachment, fields, changed, content, allowed);
    }
}
