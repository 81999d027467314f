using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.SharePoint;

namespace Connectors.Sources.Rest.SharePointOnline;

/// <summary>
/// The values of SharePoint's principals, told by their login names: users, groups of Entra ID, their owners, and everybody. Safe for
/// concurrent use.
/// </summary>
/// <param name="graph">Tells the owners of groups.</param>
internal sealed class SharePointPrincipals(RestClient graph) : ISharePointPrincipals, IDisposable
{
    private const string EntraGroup = "c:0o.c|federateddirectoryclaimprovider|";
    private const string SecurityGroup = "c:0t.c|tenant|";
    private const string EveryoneHere = "c:0-.f|rolemanager|spo-grid-all-users/";
    private const string Everyone = "c:0(.s|true";
    private const string Owners = "_o";
    private readonly Remembered<IReadOnlyList<string>> _owners = new();

    /// <summary>The value of all users but guests.</summary>
    public static string Members { get; } = AccessControl.Group("EveryoneExceptExternalUsers");

    /// <inheritdoc/>
    /// <remarks>Users are people and groups of Entra ID, whose owners are asked for where a role is theirs.</remarks>
    public async Task<IReadOnlyCollection<string>> ValuesOfAsync(IEnumerable<JsonElement> users, CancellationToken cancellationToken)
    {
        var values = new HashSet<string>(StringComparer.Ordinal);
        foreach (var user in users)
        {
            var login = user.Text("LoginName") ?? user.Text("loginName") ?? string.Empty;
            if (GroupOf(login) is { } group)
            {
                values.UnionWith(
                    group.EndsWith(Owners, StringComparison.Ordinal)
                        ? await OwnersOfAsync(group[..^Owners.Length], cancellationToken)
                        : [AccessControl.Group(group)]
                );
            }
            else if (login.StartsWith(EveryoneHere, StringComparison.Ordinal))
            {
                values.Add(Members);
            }
            else if (login == Everyone)
            {
                values.Add(AccessControl.Everyone);
            }
            else
            {
                values.UnionWith(PersonOf(user, login));
            }
        }

        return values;
    }

    /// <inheritdoc/>
    public void Dispose() => _owners.Dispose();

    private static string? GroupOf(string login) =>
        login.StartsWith(EntraGroup, StringComparison.Ordinal) ? login[EntraGroup.Length..]
        : login.StartsWith(SecurityGroup, StringComparison.Ordinal) ? login[SecurityGroup.Length..]
        : null;

    private static IEnumerable<string> PersonOf(JsonElement user, string login)
    {
        if ((user.Text("Email") ?? user.Text("email")) is { } mail)
        {
            yield return AccessControl.Value("email", mail);
        }

        // i:0#.f|membership|ann@example.org
        var own = login.StartsWith("i:", StringComparison.Ordinal) ? login.Split('|')[^1] : null;
        if ((user.Text("UserPrincipalName") ?? own) is { Length: > 0 } name)
        {
            yield return AccessControl.User(name);
        }
    }

    private Task<IReadOnlyList<string>> OwnersOfAsync(string group, CancellationToken cancellationToken) =>
        _owners.GetAsync(
            group,
            async () =>
            {
                var values = new List<string>();
                var request = RestRequest.Get($"groups/{Uri.EscapeDataString(group)}/owners?$select=id,mail,userPrincipalName");
                await foreach (var owner in graph.ListAsync(request, Graph.Paging, cancellationToken))
                {
                    values.Add(GraphUsers.ValueOf(owner.RequiredText("An owner of a group of SharePoint Online", "id")));
                    values.AddRange(owner.Text("mail") is { } mail ? [AccessControl.Value("email", mail)] : []);
                    values.AddRange(owner.Text("userPrincipalName") is { } name ? [AccessControl.User(name)] : []);
                }

                return (IReadOnlyList<string>)values;
            },
            cancellationToken
        );
}
