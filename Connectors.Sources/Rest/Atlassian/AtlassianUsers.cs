using System.Runtime.CompilerServices;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Atlassian;

/// <summary>The people of a site of Cloud, with their groups. Jira and Confluence share them.</summary>
internal static class AtlassianUsers
{
    private const int PageSize = 50;

    /// <summary>The active people, one by one.</summary>
    /// <exception cref="ConnectorException">They can't be listed.</exception>
    public static async IAsyncEnumerable<AccessIdentity> ReadAsync(
        RestClient client,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var paging = RestPaging.Offset(string.Empty, "startAt", PageSize);
        await foreach (var user in client.ListAsync(RestRequest.Get("/rest/api/3/users/search"), paging, cancellationToken))
        {
            if (!AtlassianValues.IsPerson(user))
            {
                continue;
            }

            var id = user.RequiredText("A user of Atlassian", "accountId");
            using var answer = await client.GetAsync(
                $"/rest/api/3/user?accountId={Uri.EscapeDataString(id)}&expand=groups,applicationRoles",
                cancellationToken
            );
            yield return IdentityOf(id, answer.Json);
        }
    }

    private static AccessIdentity IdentityOf(string id, JsonElement user)
    {
        var groups = user.Items("groups", "items").Select(group => group.Text("groupId")).OfType<string>().Select(AtlassianValues.Group);
        var roles = user.Items("applicationRoles", "items")
            .Select(role => role.Text("key"))
            .OfType<string>()
            .Select(key => AccessControl.Value("role_key", key));
        return new AccessIdentity(id, [AtlassianValues.Account(id), .. groups, .. roles])
        {
            Identity = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["account_id"] = AtlassianValues.Account(id),
                ["display_name"] = user.Text("displayName") is { } name ? AtlassianValues.Name(name) : null,
                ["email_address"] = user.Text("emailAddress") is { } email ? AccessControl.Value("email_address", email) : null,
                ["locale"] = user.Text("locale") is { } locale ? AccessControl.Value("locale", locale) : null,
            },
        };
    }
}
