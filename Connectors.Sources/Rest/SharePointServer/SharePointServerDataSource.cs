using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.SharePoint;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.SharePointServer;

/// <summary>
/// Site collections of SharePoint Server with their sites, document libraries, lists and pages. Ids and field names are the Python
/// service's. See docs/sources/sharepoint_server.md.
/// </summary>
public sealed class SharePointServerDataSource : RestDataSource, IAccessControlSource
{
    private const string Service = "SharePoint Server";

    /// <summary>Items a page: one of pages holds what stands on them.</summary>
    private const string ItemsAPage = "&$top=500";

    private const string OfFiles = "$expand=File,Folder,Author,Editor&$select=*,Author/Name,Editor/Name,Author/Id,Editor/Id";
    private const string OfItems = "$expand=AttachmentFiles,Author,Editor&$select=*,FileRef,Author/Title,Editor/Title";

    private readonly Lazy<SharePointServerConfiguration> _configuration;
    private readonly Lazy<SharePointServerAccess> _access;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public SharePointServerDataSource(SourceContext context)
        : base(context)
    {
        _configuration = FromSettings(SharePointServerConfiguration.From);
        _access = Owned(() => new SharePointServerAccess(Client, _configuration.Value));
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = Service,
            ServiceType = "sharepoint_server",
            Fields = SharePointServerConfiguration.Fields,
            HasAccessControl = true,
        };

    /// <inheritdoc/>
    /// <remarks>Asks for each site collection.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        foreach (var collection in _configuration.Value.Collections)
        {
            await SharePointServerSites.CheckAsync(Client, collection, cancellationToken);
        }
    }

    /// <inheritdoc/>
    /// <remarks>The people that the site collections know, each once. Groups of Active Directory are not resolved.</remarks>
    public async IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var collection in _configuration.Value.Collections)
        {
            var request = RestRequest.Get(SharePointApi.AddressOf(SharePointPaths.Quote(collection), "_api/web/siteusers"));
            await foreach (var user in Client.ListAsync(request, SkipPaging.Instance, cancellationToken))
            {
                if (SharePointServerPrincipals.IsPerson(user) && user.Text("LoginName") is { } login && seen.Add(login))
                {
                    yield return SharePointServerPrincipals.IdentityOf(user, login);
                }
            }
        }
    }

    private protected override RestClient CreateClient()
    {
        var configuration = _configuration.Value;
        var http = RestClient.CreateHttp(
            Context,
            "host_url",
            configuration.PrivateHosts,
            configuration.Authority,
            authorityField: RestFields.AuthorityHint,
            credentials: configuration.Credentials
        );
        return new RestClient(
            new RestClientOptions
            {
                Name = Service,
                Address = configuration.Host,
                AddressField = "host_url",
                Signer = configuration.Signer,
                // Where the web application has forms beside Windows, this asks for Windows.
                Headers = [new("Accept", "application/json"), new("X-FORMS_BASED_AUTH_ACCEPTED", "f")],
                PrivateHosts = configuration.PrivateHosts,
                Retries = configuration.Retries,
                SignInHint = "Check username, password, and that the web application has the sign-in that authentication says.",
                PermissionHint =
                    "Give the user the permission level Read on the site collections; for access control, the policy Full Read of the web "
                    + "application.",
                Explain = Explain,
            },
            Context,
            http
        );
    }

    private protected override Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken) =>
        SharePointServerSites.FindAsync(Client, _configuration.Value.Collections, cancellationToken);

    /// <summary>A place is a site; its key is the path on the host.</summary>
    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place)
    {
        var access = _configuration.Value.HasAccessControl ? _access.Value : null;
        var documents = new SharePointServerDocuments(Client, _configuration.Value.Host, access);
        var site = SharePointPaths.Quote(place.Key);
        return
        [
            new SharePointServerSites(Client, place, documents),
            new EachStream(
                "lists",
                Client,
                RestRequest.Get(SharePointApi.AddressOf(site, "_api/web/lists?$expand=RootFolder&$filter=(Hidden%20eq%20false)")),
                SkipPaging.Instance,
                list => new RestPlace(list.RequiredText("A list of SharePoint Server", "Id"), NameOf(place, list), list.GetRawText()),
                list =>
                    [
                        new ListedItem("list", list.Detail, (json, page, token) => documents.WriteListAsync(site, json, page, token)),
                        .. ItemsOf(site, SharePointServerList.Of(list.Detail), documents, access),
                    ]
            ),
        ];
    }

    private IEnumerable<RestStream> ItemsOf(
        string site,
        SharePointServerList list,
        SharePointServerDocuments documents,
        SharePointServerAccess? access
    )
    {
        if (list.IsExternal)
        {
            return [];
        }

        var query = (list.IsLibrary ? OfFiles : OfItems) + access?.ItemFields + ItemsAPage;
        var first = RestRequest.Get(SharePointApi.AddressOf(site, $"{list.Address}/items?{query}"));
        return
        [
            list.IsLibrary
                ? new PagedStream("files", Client, first, SharePointApi.Paging, (items, page, token) =>
                    documents.WriteFilesAsync(site, list, items, page, token)
                )
                : new PagedStream(
                    "items",
                    Client,
                    first,
                    SharePointApi.Paging,
                    new SharePointServerItems(Client, _configuration.Value.Host, site, list, access).WriteAsync
                ),
        ];
    }

    private static string NameOf(RestPlace site, JsonElement list) => $"{site.Name}, {list.Text("Title") ?? "no title"}";

    /// <summary>SharePoint 2013 knows only an older form of JSON until a package is installed.</summary>
    private static ConnectorException? Explain(RestResponse answer) =>
        answer.Status is HttpStatusCode.NotAcceptable or HttpStatusCode.UnsupportedMediaType
            ? new ConnectorException(
                $"SharePoint Server ({RestErrors.Name(answer.Address)}): does not answer in light JSON ({(int)answer.Status}). "
                    + "On SharePoint 2013, install Service Pack 1 and WCF Data Services 5.6."
            )
            : null;
}
