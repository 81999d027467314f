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
                    ? await WithAdministratorsAsync(site, await AssignedAsync(site, list, cancellationToken), cancellationToken)
                    : await WithAdministratorsAsync(site, await OfSiteAsync(site, cancellationToken), cancellationToken),
            cancellationToken
        );

    /// <summary>Who may see an item of a list, or a page.</summary>
    /// <param name="site">The site's address.</param>
    /// <param name="list">Its list.</param>
    /// <param name="item">What is asked for, within the list: <c>items(1)</c>.</param>
    /// <param name="asks">Whether to ask if it has roles of its own.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public async Task<IReadOnlyCollection<string>> OfItemAsync(
        string site,
        string list,
        string item,
        bool asks,
        CancellationToken cancellationToken
    ) =>
        asks && await IsUniqueAsync(site, $"{list}/{item}", cancellationToken)
            ? await WithAdministratorsAsync(site, await AssignedAsync(site, $"{list}/{item}", cancellationToken), cancellationToken)
            : await OfListAsync(site, list, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _kept.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Those to whom something assigns a role that lets view items.</summary>
    protected async Task<IReadOnlyCollection<string>> AssignedAsync(string site, string place, CancellationToken cancellationToken)
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
    protected async Task<bool> IsUniqueAsync(string site, string place, CancellationToken cancellationToken)
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
    protected async Task<IReadOnlyCollection<string>> WithAdministratorsAsync(
        string site,
        IReadOnlyCollection<string> values,
        CancellationToken cancellationToken
    ) => [.. values.Union(await AdministratorsAsync(site, cancellationToken), StringComparer.Ordinal)];

    /// <summary>What is found once and kept.</summary>
    protected Task<IReadOnlyCollection<string>> KeptAsync(
        string key,
        Func<Task<IReadOnlyCollection<string>>> find,
        CancellationToken cancellationToken
    ) => _kept.GetAsync(key, find, cancellationToken);

    /// <summary>The values of listed users, asked for once.</summary>
    protected Task<IReadOnlyCollection<string>> UsersAsync(string key, string site, string path, CancellationToken cancellationToken) =>
        _kept.GetAsync(
            key,
            async () =>
            {
                var users = new List<JsonElement>();
                var request = RestRequest.Get(SharePointApi.AddressOf(site, path));
                await foreach (var user in rest.ListAsync(request, paging, cancellationToken))
                {
                    users.Add(user);
                }

                return await principals.ValuesOfAsync(users, cancellationToken);
            },
            cancellationToken
        );

    private static bool LetsView(JsonElement role) =>
        uint.TryParse(role.Text("BasePermissions", "Low"), CultureInfo.InvariantCulture, out var low) && (low & ViewItems) != 0;

    private Task<IReadOnlyCollection<string>> AdministratorsAsync(string site, CancellationToken cancellationToken) =>
        UsersAsync($"administrators {site}", site, "_api/web/SiteUsers?$filter=isSiteAdmin%20eq%20true", cancellationToken);
}
