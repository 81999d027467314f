using System.Runtime.CompilerServices;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Microsoft;

/// <summary>The users of a tenant, and the groups that they are in.</summary>
internal static class GraphUsers
{
    /// <summary>What is needed to list users.</summary>
    public const string Permission = "User.Read.All";

    /// <summary>What is needed to list the groups of users.</summary>
    public const string GroupsPermission = "GroupMember.Read.All";

    /// <summary>Graph expands at most this many; with fewer the list is whole.</summary>
    private const int MostExpanded = 20;

    private const string Fields = "$select=userPrincipalName,mail,transitiveMemberOf,id,createdDateTime";

    /// <summary>Users that are enabled and have a licence: those that can have a drive.</summary>
    public static RestRequest Licensed { get; } =
        RestRequest.Get($"users?$filter=accountEnabled+eq+true+and+assignedLicenses/$count+ne+0&$count=true&{Fields}&$top=999") with
        {
            Headers = [new("ConsistencyLevel", "eventual")],
        };

    private static readonly RestRequest WithGroups = RestRequest.Get(
        $"users?$filter=accountEnabled+eq+true&{Fields}&$expand=transitiveMemberOf($select=id)&$top=999"
    );

    /// <summary>The request for the groups of a user, also those that it is in by way of other groups.</summary>
    public static RestRequest GroupsOf(string user) => RestRequest.Get($"users/{Uri.EscapeDataString(user)}/transitiveMemberOf?$top=999");

    /// <summary>The id of a user.</summary>
    /// <exception cref="ConnectorException">It has none.</exception>
    public static string IdOf(JsonElement user) => user.RequiredText("A user of Microsoft Graph", "id");

    /// <summary>The users that a request lists, each once: one who is changed meanwhile may come on two pages. Each may be kept.</summary>
    /// <exception cref="ConnectorException">They can't all be listed.</exception>
    public static async IAsyncEnumerable<JsonElement> EachAsync(
        RestClient client,
        RestRequest users,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var user in client.ListAsync(users, Graph.Paging, cancellationToken))
        {
            if (seen.Add(IdOf(user)))
            {
                yield return user;
            }
        }
    }

    /// <summary>The value of a user, by its id.</summary>
    public static string ValueOf(string id) => AccessControl.Value("user_id", id);

    /// <summary>Each user with its values: mail address, name, id, groups.</summary>
    /// <exception cref="ConnectorException">They can't all be listed.</exception>
    public static async IAsyncEnumerable<AccessIdentity> IdentitiesAsync(
        RestClient client,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var user in EachAsync(client, WithGroups, cancellationToken))
        {
            var id = IdOf(user);
            var name = user.RequiredText("A user of Microsoft Graph", "userPrincipalName");
            var mail = user.Text("mail");
            var groups = await GroupsAsync(client, user, id, cancellationToken);
            var identity = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["email"] = mail is null ? null : AccessControl.Value("email", mail),
                ["username"] = AccessControl.User(name),
                ["user_id"] = ValueOf(id),
            };
            yield return new AccessIdentity(mail ?? name, [.. identity.Values.OfType<string>(), .. groups.Select(AccessControl.Group)])
            {
                Identity = identity,
                CreatedAt = RestTime.Of(user.Text("createdDateTime")),
            };
        }
    }

    /// <summary>Whether an identity is one of another tenant, invited into this one.</summary>
    public static bool IsGuest(AccessIdentity identity) =>
        identity.Identity["username"]?.Contains("#EXT#", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Whether a request for users needs the permission for groups.</summary>
    public static bool NeedsGroups(Uri address) =>
        address.AbsolutePath.EndsWith("/transitiveMemberOf", StringComparison.Ordinal)
        || address.Query.Contains("$expand", StringComparison.Ordinal);

    private static async Task<IReadOnlyList<string>> GroupsAsync(
        RestClient client,
        JsonElement user,
        string id,
        CancellationToken cancellationToken
    )
    {
        if (user.Find("transitiveMemberOf") is { ValueKind: JsonValueKind.Array } expanded && expanded.GetArrayLength() < MostExpanded)
        {
            return [.. expanded.EnumerateArray().Select(group => group.RequiredText("A group of Microsoft Graph", "id"))];
        }

        var groups = new List<string>();
        await foreach (var group in client.ListAsync(GroupsOf(id), Graph.Paging, cancellationToken))
        {
            groups.Add(group.RequiredText("A group of Microsoft Graph", "id"));
        }

        return groups;
    }
}
