using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Dropbox;

/// <summary>Whose files are read, and from which root: a user's own, or those that the administrator of a team sees.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Namespace">The root: with a team, the team's, where its folders are.</param>
/// <param name="Member">The administrator's id in the team; empty for a token of a user.</param>
internal sealed record DropboxAccount(string AccountId, string Namespace, string Member)
{
    /// <summary>Asks whose token it is. A team's token can't be used for a user's account, and a user's token not for a team (400 or
    /// 401).</summary>
    public static async Task<DropboxAccount> FindAsync(RestClient client, CancellationToken cancellationToken)
    {
        using (
            var user = await client.SendAsync(
                new RestRequest(HttpMethod.Post, "2/users/get_current_account") { Accepted = [400] },
                cancellationToken
            )
        )
        {
            if (user.IsSuccess)
            {
                return new DropboxAccount(
                    user.Json.RequiredText("An account of Dropbox", "account_id"),
                    user.Json.RequiredText("An account of Dropbox", "root_info", "root_namespace_id"),
                    string.Empty
                );
            }
        }

        using var team = await client.SendAsync(
            new RestRequest(HttpMethod.Post, "2/team/token/get_authenticated_admin"),
            cancellationToken
        );
        var admin = team.Json.Find("admin_profile")
            ?? throw new ConnectorException("Dropbox does not say which administrator the token is of.");
        return new DropboxAccount(
            admin.RequiredText("An administrator of Dropbox", "account_id"),
            admin.RequiredText("An administrator of Dropbox", "root_folder_id"),
            admin.RequiredText("An administrator of Dropbox", "team_member_id")
        );
    }

    /// <summary>What was stored with the plan of a sync.</summary>
    public static DropboxAccount Parse(string detail) =>
        JsonSerializer.Deserialize<string[]>(detail) is [var account, var root, var member]
            ? new DropboxAccount(account, root, member)
            : throw new ConnectorException("The sync was planned by another version. Start it anew.");

    /// <summary>The same as a text.</summary>
    public override string ToString() => JsonSerializer.Serialize(new[] { AccountId, Namespace, Member });

    /// <summary>A call for this account.</summary>
    public RestRequest Call(string path, JsonNode body) => For(RestRequest.Post(path, body));

    /// <summary>A call for this account that downloads a content.</summary>
    public RestRequest Content(string path, JsonObject argument)
    {
        var request = For(new RestRequest(HttpMethod.Post, $"https://{DropboxApi.ContentHost}/{path}")).AsFile();

        // Header values are ASCII: what is not is escaped here.
        return request with
        {
            Headers = [.. request.Headers, new("Dropbox-API-Arg", argument.ToJsonString())],
        };
    }

    private RestRequest For(RestRequest request)
    {
        var root = new JsonObject { [".tag"] = "namespace_id", ["namespace_id"] = Namespace }.ToJsonString();
        return request with
        {
            Headers =
            [
                new("Dropbox-API-Path-Root", root),
                .. Member.Length == 0 ? [] : new[] { KeyValuePair.Create("Dropbox-API-Select-User", Member) },
            ],
        };
    }
}
