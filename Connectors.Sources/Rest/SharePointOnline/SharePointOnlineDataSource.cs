using System.Runtime.CompilerServices;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.Microsoft.Drives;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.SharePointOnline;

/// <summary>
/// Sites of SharePoint Online with their document libraries, lists and pages. Ids and field names are the Python service's. See
/// docs/sources/sharepoint_online.md.
/// </summary>
public sealed class SharePointOnlineDataSource : GraphDataSource
{
    private const string SitesPermission = "Sites.Read.All";
    private const string ItemsQuery =
        "$select=createdDateTime,id,lastModifiedDateTime,weburl,createdBy,lastModifiedBy,contentType"
        + "&$expand=fields($select=Title,Link,Attachments,LinkTitle,LinkFilename,Description,Conversation)";

    /// <summary>The sites themselves. An id of a site has no brackets.</summary>
    private static readonly RestPlace Sites = new("(sites)", "sites");

    private readonly Lazy<SharePointConfiguration> _configuration;
    private readonly Lazy<RestClient> _rest;
    private readonly Lazy<SharePointPrincipals> _principals;
    private readonly Lazy<SharePointAccess> _access;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public SharePointOnlineDataSource(SourceContext context)
        : base(context)
    {
        _configuration = FromSettings(SharePointConfiguration.From);
        _rest = Owned(() => SharePointRest.Create(Context, _configuration.Value));
        _principals = Owned(() => new SharePointPrincipals(Client));
        _access = Owned(() => new SharePointAccess(_rest.Value, _principals.Value, _configuration.Value));
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "SharePoint Online",
            ServiceType = "sharepoint_online",
            Fields = SharePointConfiguration.Fields,
            HasAccessControl = true,
            HasChangeFeed = true,
            CheckAdvancedRules = SharePointRules.Check,
        };

    private protected override GraphSignIn SignIn => _configuration.Value.SignIn;

    /// <inheritdoc/>
    /// <remarks>Asks for the site collections, for the root site by SharePoint's own API, and finds the sites that are named.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        var sites = new SharePointSites(Client, _configuration.Value);
        await sites.CollectionsAsync(cancellationToken);
        using (await _rest.Value.GetAsync("_api/web?$select=Title", cancellationToken)) { }

        if (!_configuration.Value.AllSites)
        {
            await foreach (var _ in sites.AllAsync(cancellationToken)) { }
        }
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var identity in GraphUsers.IdentitiesAsync(Client, cancellationToken))
        {
            yield return GraphUsers.IsGuest(identity)
                ? identity
                : identity with
                {
                    AccessControl = [.. identity.AccessControl, SharePointPrincipals.Members],
                };
        }
    }

    private protected override RestClientOptions Adjust(RestClientOptions options) => options with { Retries = 5 };

    private protected override string PermissionOf(Uri address) =>
        !address.AbsolutePath.StartsWith("/v1.0/users", StringComparison.Ordinal)
            ? address.AbsolutePath.StartsWith("/v1.0/groups", StringComparison.Ordinal)
                ? GraphUsers.GroupsPermission
                : SitesPermission
            : GraphUsers.NeedsGroups(address)
                ? GraphUsers.GroupsPermission
                : GraphUsers.Permission;

    /// <summary>A place is a site; its name is the address.</summary>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        var places = new List<RestPlace> { Sites };
        await foreach (var site in new SharePointSites(Client, _configuration.Value).AllAsync(cancellationToken))
        {
            places.Add(new RestPlace(site.RequiredText("A site of SharePoint", "id"), SharePointSites.AddressOf(site)));
        }

        return places;
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) => StreamsOf(place, since: null);

    /// <summary>With what was deleted in drives. Lists, items and pages that are gone go with the next full sync.</summary>
    private protected override IReadOnlyList<RestStream> StreamsSince(RestPlace place, DateTimeOffset since) => StreamsOf(place, since);

    private IReadOnlyList<RestStream> StreamsOf(RestPlace place, DateTimeOffset? since)
    {
        var configuration = _configuration.Value;
        var access = configuration.HasAccessControl ? _access.Value : null;
        var documents = new SharePointDocuments(
            Client,
            access,
            access is not null && configuration.AsksForItems ? new GraphBatch(Client, SitesPermission) : null,
            SharePointRules.DaysOf(Context.AdvancedRules) is { } days ? Context.TimeProvider.GetUtcNow().AddDays(-days) : null
        );
        if (place == Sites)
        {
            return [new SitesStream(new SharePointSites(Client, configuration), documents, access is not null, since)];
        }

        var lists = new SharePointLists(_rest.Value, place, access, configuration, since);
        return [Drives(place, documents, since), Lists(place, lists), new SitePagesStream(_rest.Value, place.Name, lists)];
    }

    private EachStream Drives(RestPlace site, SharePointDocuments documents, DateTimeOffset? since) =>
        new(
            "document libraries",
            Client,
            RestRequest.Get(
                $"sites/{site.Key}/drives?$select=createdDateTime,description,id,lastModifiedDateTime,name,webUrl,driveType,createdBy,"
                    + "lastModifiedBy,owner"
            ),
            Graph.Paging,
            drive => new RestPlace(drive.RequiredText("A drive of SharePoint", "id"), NameOf(drive), drive.GetRawText()),
            drive =>
                [
                    new ListedItem("library", drive.Detail, (item, page, token) => documents.WriteDriveAsync(site.Name, item, page, token)),
                    new DriveDelta(Client, $"drives/{drive.Key}", SharePointDocuments.ItemFields, since, (items, page, token) =>
                        documents.WriteItemsAsync(site.Name, drive.Key, items, page, token)
                    ),
                ]
        );

    private EachStream Lists(RestPlace site, SharePointLists lists) =>
        new(
            "lists",
            Client,
            RestRequest.Get(
                $"sites/{site.Key}/lists?$select=createdDateTime,id,lastModifiedDateTime,name,webUrl,displayName,createdBy,lastModifiedBy"
            ),
            Graph.Paging,
            list =>
                lists.IsMeant(list)
                    ? new RestPlace(list.RequiredText("A list of SharePoint", "id"), NameOf(list), list.GetRawText())
                    : null,
            list =>
                [
                    new ListedItem("list", list.Detail, lists.WriteListAsync),
                    new PagedStream(
                        "items",
                        Client,
                        RestRequest.Get($"sites/{site.Key}/lists/{list.Key}/items?{ItemsQuery}"),
                        Graph.Paging,
                        (items, page, token) => lists.WriteItemsAsync(list, items, page, token)
                    ),
                ]
        );

    private static string NameOf(JsonElement item) => item.Text("webUrl") ?? item.Text("name") ?? "no name";
}
