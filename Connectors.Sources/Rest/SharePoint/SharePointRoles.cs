using System.Globalization;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.SharePoint;

/// <summary>
/// Who may see a site and what is in it, by its roles. What has no roles of its own has those of what it lies in. Safe for concurrent use.
/// </summary>
/// <param name="rest">Tells roles.</param>
/// <param name="principals">Makes values of those who have them.</param>
/// <param name="paging">How lists of roles and users are paged.</param>
/// <param name="asksForLists">Whether lists are asked if they have roles of their own; otherwise they have those of their site.</param>
internal abstract class SharePointRoles(RestClient rest, ISharePointPrincipals principals, RestPaging paging, bool asksForLists)
    : IDisposable
{
    /// <summary>The right to see items of lists (SharePoint's base permissions, lower half).</summary>
    private const uint ViewItems = 1;

    private readonly Remembered<IReadOnlyCollection<string>> _kept = new();

    /// <summary>Who may view a site.</summary>
    /// <exception cref="ConnectorException">It can't be found out; then the documents must not be written.</exception>
    public Task<IReadOnlyCollection<string>> OfSiteAsync(string site, CancellationToken cancellationToken) =>
        _kept.GetAsync($"site {site}", () => AssignedAsync(site, "_api/web", cancellationToken), cancellationToken);

    /// <summary>Who may see a list.</summary>
    /// <param name="site">The site's address.</param>
    /// <param name="list">What is asked for: <see cref="SharePointApi.ListOf"/>.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public Task<IReadOnlyCollection<string>> OfListAsync(string site, string list, CancellationToken cancellationToken) =>
        _kept.GetAsync(
            $"list {site} {list}",
            async () =>
                asksForLists && await IsUniqueAsync(site, list, cancellationToken)
                    ? await OwnAsync(site, list, cancellationToken)
                    : await WithAdministratorsAsync(site, await OfSiteAsync(site, cancellationToken), cancellationToken),
            cancellationToken
        );

    /// <summary>
    /// Who may see an item of a list, a file, a folder or a page. One without roles of its own has those of its folder, which may be more
    /// closed than the list.
    /// </summary>
    /// <param name="site">The site's address.</param>
    /// <param name="item">The item.</param>
    /// <param name="isUnique">Whether it has roles of its own; <see langword="null"/> to ask.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="ConnectorException">It can't be found out; then the document must not be written.</exception>
    public async Task<IReadOnlyCollection<string>> OfItemAsync(
        string site,
        SharePointItem item,
        bool? isUnique,
        CancellationToken cancellationToken
    ) =>
        // Where its folder is not known, the item tells them itself: SharePoint gives those from above when there are no others.
        !SharePointPaths.IsBelow(item.Root, item.Path) || (isUnique ?? await IsUniqueAsync(site, item.Address, cancellationToken))
            ? await OwnAsync(site, item.Address, cancellationToken)
            : await OfFolderAsync(site, item, SharePointPaths.ParentOf(item.Path), cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _kept.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The values of listed users, asked for once.</summary>
    protected Task<IReadOnlyCollection<string>> UsersAsync(string key, string site, string path, CancellationToken cancellationToken) =>
        _kept.GetAsync(
            key,
            async () =>
            {
                var request = RestRequest.Get(SharePointApi.AddressOf(site, path));
                var users = await rest.ListAsync(request, paging, cancellationToken).ToListAsync(cancellationToken);
                return await principals.ValuesOfAsync(users, cancellationToken);
            },
            cancellationToken
        );

    private Task<IReadOnlyCollection<string>> OfFolderAsync(
        string site,
        SharePointItem item,
        string path,
        CancellationToken cancellationToken
    )
    {
        if (!SharePointPaths.IsBelow(item.Root, path))
        {
            return OfListAsync(site, item.List, cancellationToken);
        }

        var folder = SharePointApi.PartOf(SharePointPaths.FolderOf(path), "ListItemAllFields");
        return _kept.GetAsync(
            $"folder {path}",
            async () =>
                await IsUniqueAsync(site, folder, cancellationToken)
                    ? await OwnAsync(site, folder, cancellationToken)
                    : await OfFolderAsync(site, item, SharePointPaths.ParentOf(path), cancellationToken),
            cancellationToken
        );
    }

    /// <summary>Those to whom something within a site assigns roles, and the administrators of the site.</summary>
    private async Task<IReadOnlyCollection<string>> OwnAsync(string site, string place, CancellationToken cancellationToken) =>
        await WithAdministratorsAsync(site, await AssignedAsync(site, place, cancellationToken), cancellationToken);

    /// <summary>Those to whom something assigns a role that lets view items.</summary>
    private async Task<IReadOnlyCollection<string>> AssignedAsync(string site, string place, CancellationToken cancellationToken)
    {
        var users = new List<JsonElement>();
        var request = RestRequest.Get(
            SharePointApi.AddressOf(site, SharePointApi.PartOf(place, "roleassignments?$expand=Member/users,RoleDefinitionBindings"))
        );
        await foreach (var assignment in rest.ListAsync(request, paging, cancellationToken))
        {
            if (assignment.Items("RoleDefinitionBindings").Any(LetsView) && assignment.Find("Member") is { } member)
            {
                users.AddRange(member.Text("odata.type") == "SP.Group" ? member.Items("Users") : [member]);
            }
        }

        return await principals.ValuesOfAsync(users, cancellationToken);
    }

    /// <summary>Whether something has roles of its own.</summary>
    private async Task<bool> IsUniqueAsync(string site, string place, CancellationToken cancellationToken)
    {
        var address = SharePointApi.AddressOf(site, SharePointApi.PartOf(place, "HasUniqueRoleAssignments"));
        using var answer = await rest.GetAsync(address, cancellationToken);
        return answer.Json.Find("value") switch
        {
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            _ => throw new ConnectorException(
                $"SharePoint ({RestErrors.Name(answer.Address)}): does not say whether there are roles, so it is not known who may see it."
            ),
        };
    }

    /// <summary>These and the administrators of the site.</summary>
    private async Task<IReadOnlyCollection<string>> WithAdministratorsAsync(
        string site,
        IReadOnlyCollection<string> values,
        CancellationToken cancellationToken
    ) => [.. values.Union(await AdministratorsAsync(site, cancellationToken), StringComparer.Ordinal)];

    private static bool LetsView(JsonElement role) =>
        uint.TryParse(role.Text("BasePermissions", "Low"), CultureInfo.InvariantCulture, out var low) && (low & ViewItems) != 0;

    private Task<IReadOnlyCollection<string>> AdministratorsAsync(string site, CancellationToken cancellationToken) =>
        UsersAsync($"administrators {site}", site, "_api/web/SiteUsers?$filter=isSiteAdmin%20eq%20true", cancellationToken);
}
