using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SharePoint;

namespace Connectors.Sources.Rest.SharePointServer;

/// <summary>Who may see a site and what is in it, by its roles. Safe for concurrent use.</summary>
/// <param name="rest">Tells roles.</param>
/// <param name="configuration">Says what is asked for.</param>
internal sealed class SharePointServerAccess(RestClient rest, SharePointServerConfiguration configuration)
    : SharePointRoles(rest, new SharePointServerPrincipals(), SkipPaging.Instance, configuration.AsksForLists)
{
    /// <summary>The field of an item that says whether it has roles of its own. It comes only when it is named.</summary>
    private const string Flag = "HasUniqueRoleAssignments";

    /// <summary>What listings of items ask for beside all else: then no item has to be asked by itself.</summary>
    public string ItemFields => configuration.AsksForItems ? $",{Flag}" : string.Empty;

    /// <summary>Who may see a file, folder or item.</summary>
    /// <param name="site">The site's address.</param>
    /// <param name="list">The list.</param>
    /// <param name="item">The item as it is listed, mostly with <see cref="Flag"/>.</param>
    /// <param name="path">Its path on the host.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="ConnectorException">It can't be found out; then the document must not be written.</exception>
    public Task<IReadOnlyCollection<string>> OfItemAsync(
        string site,
        SharePointServerList list,
        JsonElement item,
        string path,
        CancellationToken cancellationToken
    )
    {
        if (!configuration.AsksForItems)
        {
            return OfListAsync(site, list.Address, cancellationToken);
        }

        var address = $"{list.Address}/items({item.RequiredText("An item of SharePoint Server", "Id")})";
        bool? isUnique = item.Find(Flag) switch
        {
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            _ => null,
        };
        return OfItemAsync(site, new SharePointItem(list.Address, list.Folder, address, path), isUnique, cancellationToken);
    }
}
