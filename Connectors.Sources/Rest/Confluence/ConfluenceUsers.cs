using System.Runtime.CompilerServices;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Atlassian;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Confluence;

/// <summary>The users of Confluence Server and Data Center, each with its groups.</summary>
internal sealed class ConfluenceUsers(ConfluenceApi api, AtlassianEdition edition)
{
    private const int PageSize = 200;

    /// <summary>The users, one by one.</summary>
    /// <exception cref="ConnectorException">They can't be listed.</exception>
    public async IAsyncEnumerable<AccessIdentity> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Server has no list of users of its own; the app that tells of permissions has one.
        var (request, paging) =
            edition == AtlassianEdition.Server
                ? (
                    api.Get($"/rest/extender/1.0/user/getUsersWithConfluenceAccess?showExtendedDetails=true&maxResults={PageSize}"),
                    RestPaging.Offset("/users", "startAt", PageSize)
                )
                : (api.Get($"/rest/api/user/list?limit={PageSize}"), RestPaging.Offset("/results", "start", PageSize));
        await foreach (var user in api.Client.ListAsync(request, paging, cancellationToken))
        {
            var name = user.RequiredText("A user of Confluence", "username");
            var groups = new List<string>();
            var memberships = api.Get($"/rest/api/user/memberof?username={Uri.EscapeDataString(name)}&limit={PageSize}");
            await foreach (
                var group in api.Client.ListAsync(memberships, RestPaging.Offset("/results", "start", PageSize), cancellationToken)
            )
            {
                groups.Add(AccessControl.Group(group.RequiredText("A group of Confluence", "name")));
            }

            yield return IdentityOf(user, name, groups);
        }
    }

    private static AccessIdentity IdentityOf(JsonElement user, string name, IEnumerable<string> groups)
    {
        var key = user.Text("userKey") ?? name;
        return new AccessIdentity(key, [AccessControl.User(name), .. groups])
        {
            Identity = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["account_id"] = AtlassianValues.Account(key),
                ["username"] = AtlassianValues.Name(name),
                ["display_name"] = (user.Text("displayName") ?? user.Text("fullName")) is { } display
                    ? AtlassianValues.Name(display)
                    : null,
            },
        };
    }
}
