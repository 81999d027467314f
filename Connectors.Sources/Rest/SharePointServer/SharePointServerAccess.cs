using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SharePoint;

namespace Connectors.Sources.Rest.SharePointServer;

/// <summary>Who may see a site and what is in it, by its roles. Safe for concurrent use.</summary>
/// <param name="rest">Tells roles.</param>
/// <param name="configuration">Says what is asked for.</param>
internal sealed class SharePointServerAccess(RestClient rest, SharePointServerConfiguration configuration)
    : SharePointRoles(rest, new SharePointServerPrincipals(), SkipPaging.Instance, configuration.AsksForLists)
{
    /// <summary>
    /// Who may see a file, folder or item. One without roles of its own has those of its folder, which may be more closed than the list.
    /// </summary>
    /// <param name="site">The site's address.</param>
    /// <param name="list">The list.</param>
    /// <param name="number">The item's number in it.</param>
    /// <param name="path">Its path on the host.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="ConnectorException">It can't be found out; then the document must not be written.</exception>
    public async Task<IReadOnlyCollection<string>> OfItemAsync(
        string site,
        SharePointServerList list,
        string number,
        string path,
        CancellationToken cancellationToken
    )
    {
        if (!configuration.AsksForItems)
        {
            return await OfListAsync(site, list.Address, cancellationToken);
        }

        var item = $"{list.Address}/items({number})";
        return await IsUniqueAsync(site, item, cancellationToken)
            ? await WithAdministratorsAsync(site, await AssignedAsync(site, item, cancellationToken), cancellationToken)
            : await OfFolderAsync(site, list, SharePointServerApi.ParentOf(path), cancellationToken);
    }

    private Task<IReadOnlyCollection<string>> OfFolderAsync(
        string site,
        SharePointServerList list,
        string path,
        CancellationToken cancellationToken
    )
    {
        if (!path.StartsWith(list.Folder + '/', StringComparison.OrdinalIgnoreCase))
        {
            return OfListAsync(site, list.Address, cancellationToken);
        }

        var folder = $"{SharePointServerApi.FolderOf(path)}/ListItemAllFields";
        return KeptAsync(
            $"folder {path}",
            async () =>
                await IsUniqueAsync(site, folder, cancellationToken)
                    ? await WithAdministratorsAsync(site, await AssignedAsync(site, folder, cancellationToken), cancellationToken)
                    : await OfFolderAsync(site, list, SharePointServerApi.ParentOf(path), cancellationToken),
            cancellationToken
        );
    }
}
