using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Google;

/// <summary>
/// The users of a Google Workspace, and the groups that they are in, by the Directory API. Asked on behalf of an administrator.
/// </summary>
/// <param name="client">Asks on behalf of the administrator.</param>
/// <param name="users">The request for the first page of users, which says whose.</param>
internal sealed class GoogleDirectory(RestClient client, RestRequest users) : IDisposable
{
    /// <summary>What is needed to list users.</summary>
    public const string UsersScope = "https://www.googleapis.com/auth/admin.directory.user.readonly";

    /// <summary>What is needed to list the groups of users.</summary>
    public const string GroupsScope = "https://www.googleapis.com/auth/admin.directory.group.readonly";

    private const string Address = "https://admin.googleapis.com/admin/directory/v1";

    private static readonly GooglePaging Users = new("users");
    private static readonly GooglePaging Groups = new("groups");

    private readonly Remembered<IReadOnlyList<string>> _groups = new();

    /// <summary>The users of a customer or of a domain.</summary>
    /// <param name="client">Asks on behalf of the administrator.</param>
    /// <param name="whose"><c>customer</c> or <c>domain</c>.</param>
    /// <param name="value">Its id or name.</param>
    /// <param name="fields">What is wanted of a user.</param>
    public static GoogleDirectory Of(RestClient client, string whose, string value, string fields) =>
        new(
            client,
            RestRequest.Get($"{Address}/users?{whose}={Uri.EscapeDataString(value)}&fields=nextPageToken,users({fields})&maxResults=500")
        );

    /// <summary>The mail address of a user or a group, which is its name, in lower case.</summary>
    public static string AddressOf(JsonElement item, string field) =>
        item.RequiredText("A user or group of Google", field).ToLowerInvariant();

    /// <summary>All users, each of which may be kept.</summary>
    public IAsyncEnumerable<JsonElement> UsersAsync(CancellationToken cancellationToken) =>
        client.ListAsync(users, Users, cancellationToken);

    /// <summary>The users whose data can be read: those that are neither suspended nor archived.</summary>
    public async Task<IReadOnlyList<JsonElement>> ActiveUsersAsync(CancellationToken cancellationToken) =>
        await UsersAsync(cancellationToken)
            .Where(user => user.Text("suspended") != "true" && user.Text("archived") != "true")
            .ToListAsync(cancellationToken);

    /// <summary>Asks for one user, to see whether it is allowed.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(users.WithQuery("maxResults", "1"), cancellationToken);
        Users.Items(answer);
    }

    /// <summary>Asks for the groups of somebody, to see whether it is allowed.</summary>
    public async Task CheckGroupsAsync(string member, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(GroupsOf(member), cancellationToken);
        Groups.Items(answer);
    }

    /// <summary>The addresses of all groups that somebody is in, also by way of other groups.</summary>
    /// <param name="member">The id of a user.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<IReadOnlyCollection<string>> AllGroupsOfAsync(string member, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(await DirectGroupsOfAsync(member, cancellationToken));
        while (open.TryPop(out var group))
        {
            if (found.Add(group))
            {
                foreach (var outer in await _groups.GetAsync(group, () => DirectGroupsOfAsync(group, cancellationToken), cancellationToken))
                {
                    open.Push(outer);
                }
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public void Dispose() => _groups.Dispose();

    private static RestRequest GroupsOf(string member) =>
        RestRequest.Get($"{Address}/groups?userKey={Uri.EscapeDataString(member)}&fields=nextPageToken,groups(email)");

    private async Task<IReadOnlyList<string>> DirectGroupsOfAsync(string member, CancellationToken cancellationToken)
    {
        var groups = new List<string>();
        await foreach (var group in client.ListAsync(GroupsOf(member), Groups, cancellationToken))
        {
            groups.Add(AddressOf(group, "email"));
        }

        return groups;
    }
}
