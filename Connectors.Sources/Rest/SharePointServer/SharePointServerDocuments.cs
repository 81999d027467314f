using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SharePoint;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.SharePointServer;

/// <summary>Makes documents of sites, lists, and the files, folders and pages of libraries.</summary>
/// <param name="rest">Fetches contents.</param>
/// <param name="host">Scheme, host and port, with a slash at the end.</param>
/// <param name="access">Who may see what; <see langword="null"/> when access control is off.</param>
internal sealed class SharePointServerDocuments(RestClient rest, Uri host, SharePointServerAccess? access)
{
    private const string Path = "ServerRelativeUrl";

    private static readonly DocumentFields Site = DocumentFields.Of(
        DocumentField.Constant("type", "sites"),
        DocumentField.Constant("author", string.Empty),
        DocumentField.Constant("author_id", string.Empty),
        DocumentField.Value("title", "Title"),
        DocumentField.Value("url", "Url"),
        DocumentField.Value("server_relative_url", Path),
        DocumentField.Value("creation_time", "Created")
    );

    private readonly DocumentFields _file = EntryFields(host, "File");
    private readonly DocumentFields _folder = EntryFields(host, "Folder");

    /// <summary>The path of a site on the host.</summary>
    public static string PathOf(JsonElement site) => site.RequiredText("A site of SharePoint Server", Path);

    /// <summary>Whether a site belongs to an add-in: it is on a host of its own.</summary>
    public static bool IsAddIn(JsonElement site) => site.Text("WebTemplate") == "APP";

    /// <summary>The address of something on the host.</summary>
    public static string AddressOf(Uri host, string? path) =>
        host.GetLeftPart(UriPartial.Authority) + SharePointPaths.Quote(path ?? string.Empty);

    /// <summary>A site. One whose roles are closed to the user is passed over, without a word about the others.</summary>
    public async Task WriteSiteAsync(JsonElement site, StreamPage page, CancellationToken cancellationToken)
    {
        var id = PythonServiceId.Of($"{site.RequiredText("A site of SharePoint Server", "Id")}/{site.Text("Url")}");
        try
        {
            var allowed = access is null ? null : await access.OfSiteAsync(SharePointPaths.Quote(PathOf(site)), cancellationToken);
            page.Add(id, site, Site, access: allowed);
        }
        catch (ConnectorException closed) when (RestErrors.IsClosedPlace(closed))
        {
            page.AddUnreadable(id, closed.Message);
        }
    }

    /// <summary>A list or a library.</summary>
    public async Task WriteListAsync(string site, JsonElement list, StreamPage page, CancellationToken cancellationToken)
    {
        var known = SharePointServerList.Of(list);
        var parent = list.Text("ParentWebUrl");
        var fields = DocumentFields.Of(
            DocumentField.Constant("type", known.IsLibrary ? "document_library" : "lists"),
            DocumentField.Constant("url", AddressOf(host, known.Folder)),
            DocumentField.Constant("server_relative_url", known.Folder),
            DocumentField.Value("title", "Title"),
            DocumentField.Value("parent_web_url", "ParentWebUrl"),
            DocumentField.Value("creation_time", "Created")
        );
        page.Add(
            PythonServiceId.Of($"{known.Id}/{parent}"),
            list,
            fields,
            RestTime.Of(list.Text("LastItemModifiedDate")),
            access: access is null ? null : await access.OfListAsync(site, known.Address, cancellationToken)
        );
    }

    /// <summary>Files and folders of a library.</summary>
    public async Task WriteFilesAsync(
        string site,
        SharePointServerList library,
        JsonElement items,
        StreamPage page,
        CancellationToken cancellationToken
    )
    {
        foreach (var item in items.EnumerateArray())
        {
            var isFile = item.Text("File", Path) is not null;
            var path = item.RequiredText("An item of a library of SharePoint Server", isFile ? "File" : "Folder", Path);
            var id = PythonServiceId.Of($"{item.RequiredText("An item of a library of SharePoint Server", "GUID")}/{path}");
            try
            {
                var allowed = access is null ? null : await access.OfItemAsync(site, library, item, path, cancellationToken);
                page.Add(
                    id,
                    item,
                    isFile ? _file : _folder,
                    RestTime.Of(item.Text(isFile ? "File" : "Folder", "TimeLastModified")),
                    isFile ? ContentOf(site, library, item, path) : null,
                    allowed
                );
            }
            catch (ConnectorException gone) when (RestErrors.StatusOf(gone) == HttpStatusCode.NotFound)
            {
                page.AddUnreadable(id, gone.Message);
            }
        }
    }

    private static DocumentFields EntryFields(Uri host, string kind) =>
        DocumentFields.Of(
            DocumentField.Constant("type", kind),
            DocumentField.Made("size", (json, item) => json.WriteNumberValue(Math.Max(0, item.Number(kind, "Length")))),
            DocumentField.Made("url", (json, item) => json.WriteStringValue(AddressOf(host, item.Text(kind, Path)))),
            DocumentField.Value("server_relative_url", kind, Path),
            DocumentField.Value("author", "Author", "Name"),
            DocumentField.Value("author_id", "Author", "Id"),
            DocumentField.Value("editor", "Editor", "Name"),
            DocumentField.Value("editor_id", "Editor", "Id"),
            DocumentField.Value("title", kind, "Name"),
            DocumentField.Value("creation_time", kind, "TimeCreated")
        );

    private DocumentContent? ContentOf(string site, SharePointServerList library, JsonElement item, string path)
    {
        var name = item.Text("File", "Name") ?? path[(path.LastIndexOf('/') + 1)..];
        return library.HasPages && name.EndsWith(".aspx", StringComparison.OrdinalIgnoreCase)
            ? (item.Text("CanvasContent1") ?? item.Text("WikiField")) is { } html
                ? new PageContent(name, html)
                : null
            : FileContent(rest, site, path, name, item.Number("File", "Length"));
    }

    /// <summary>The bytes of a file.</summary>
    public static RestContent FileContent(RestClient rest, string site, string path, string name, long size) =>
        new(
            rest,
            RestRequest.Get(SharePointApi.AddressOf(site, SharePointApi.PartOf(SharePointPaths.FileOf(path), "$value"))).AsFile(),
            name,
            size
        );
}
