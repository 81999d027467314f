using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft.Drives;
using Connectors.Sources.Rest.SharePoint;

namespace Connectors.Sources.Rest.SharePointOnline;

/// <summary>Who may see a site and what is in it, also by the permissions of items of drives. Safe for concurrent use.</summary>
/// <param name="rest">Tells roles.</param>
/// <param name="principals">Makes values of those who have them.</param>
/// <param name="configuration">Says what is asked for.</param>
internal sealed class SharePointAccess(RestClient rest, SharePointPrincipals principals, SharePointConfiguration configuration)
    : SharePointRoles(rest, principals, SharePointApi.Paging, configuration.AsksForLists)
{
    private readonly SharePointPrincipals _principals = principals;

    /// <summary>Who may see an item of a drive, by its permissions.</summary>
    public async Task<IReadOnlyCollection<string>> OfPermissionsAsync(
        string site,
        IReadOnlyList<JsonElement> permissions,
        CancellationToken cancellationToken
    )
    {
        var values = new HashSet<string>(DrivePermissions.ValuesOf(permissions), StringComparer.Ordinal);
        foreach (var grantee in permissions.SelectMany(DrivePermissions.GranteesOf))
        {
            if (grantee.Find("siteUser") is { } user)
            {
                values.UnionWith(await _principals.ValuesOfAsync([user], cancellationToken));
            }

            if (grantee.Text("siteGroup", "id") is { } group)
            {
                values.UnionWith(await OfGroupAsync(site, group, cancellationToken));
            }
        }

        return values;
    }

    private Task<IReadOnlyCollection<string>> OfGroupAsync(string site, string group, CancellationToken cancellationToken) =>
        UsersAsync(
            $"group {site} {group}",
            site,
            $"_api/web/sitegroups/getbyid({group})/users?$select=Email,Id,UserPrincipalName,LoginName,Title",
            cancellationToken
        );
}
