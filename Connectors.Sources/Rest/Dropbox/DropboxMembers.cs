using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Dropbox;

/// <summary>Who may see files and folders: the users, groups and invited addresses that Dropbox names. Safe for concurrent use.</summary>
/// <param name="client">Asks.</param>
/// <param name="account">For whom.</param>
/// <param name="withInherited">Whether those count who see a file through its folder.</param>
internal sealed class DropboxMembers(RestClient client, DropboxAccount account, bool withInherited) : IDisposable
{
    private const int FilesOfABatch = 100;
    private const int MembersOfAFile = 20;
    private readonly Remembered<IReadOnlyList<string>> _ofFolders = new();

    /// <summary>The value of an account.</summary>
    public static string UserValue(string account) => AccessControl.Value("user_id", account);

    /// <summary>The values of who may see each of some files and folders; <see langword="null"/> for one whose members can't be
    /// asked.</summary>
    /// <exception cref="ConnectorException">A call failed; then none of them may be written.</exception>
    public async Task<IReadOnlyDictionary<string, IReadOnlyCollection<string>?>> OfAsync(
        IReadOnlyList<JsonElement> items,
        CancellationToken cancellationToken
    )
    {
        var lists = new Dictionary<string, IReadOnlyCollection<string>?>(StringComparer.Ordinal);
        foreach (var folder in items.Where(item => item.Text(".tag") == "folder"))
        {
            lists[DropboxDocuments.IdOf(folder)] = await OfFolderAsync(folder, cancellationToken);
        }

        foreach (
            var batch in items
                .Where(item => item.Text(".tag") == "file")
                .Select(DropboxDocuments.IdOf)
                .Distinct(StringComparer.Ordinal)
                .Chunk(FilesOfABatch)
        )
        {
            await AddFilesAsync(batch, lists, cancellationToken);
        }

        return lists;
    }

    /// <inheritdoc/>
    public void Dispose() => _ofFolders.Dispose();

    private static void Add(HashSet<string> values, JsonElement members)
    {
        values.UnionWith(members.Items("users").Select(user => user.Text("user", "account_id")).OfType<string>().Select(UserValue));
        values.UnionWith(
            members.Items("groups").Select(group => group.Text("group", "group_id")).OfType<string>().Select(AccessControl.Group)
        );
        values.UnionWith(
            members
                .Items("invitees")
                .Select(invitee => invitee.Text("invitee", "email"))
                .OfType<string>()
                .Select(address => AccessControl.Value("email", address))
        );
    }

    /// <summary>A folder is shared itself, or lies in one that is, or is seen by its owner alone.</summary>
    private async Task<IReadOnlyCollection<string>?> OfFolderAsync(JsonElement folder, CancellationToken cancellationToken)
    {
        var shared = folder.Text("shared_folder_id")
            ?? folder.Text("sharing_info", "shared_folder_id")
            ?? folder.Text("sharing_info", "parent_shared_folder_id");
        return shared is null
            ? [UserValue(account.AccountId)]
            : await _ofFolders.GetAsync(
                shared,
                async () =>
                    await AllAsync(
                        "2/sharing/list_folder_members",
                        new JsonObject { ["shared_folder_id"] = shared, ["limit"] = 300 },
                        cancellationToken
                    ) ?? throw new ConnectorException($"Dropbox does not say who may see the shared folder {shared}."),
                cancellationToken
            );
    }

    private async Task AddFilesAsync(
        string[] files,
        Dictionary<string, IReadOnlyCollection<string>?> lists,
        CancellationToken cancellationToken
    )
    {
        if (withInherited)
        {
            foreach (var file in files)
            {
                lists[file] = await OfFileAsync(file, cancellationToken);
            }

            return;
        }

        var body = new JsonObject { ["files"] = new JsonArray([.. files.Select(file => (JsonNode)file)]), ["limit"] = MembersOfAFile };
        using var answer = await client.SendAsync(account.Call("2/sharing/list_file_members/batch", body), cancellationToken);
        var results = answer.Json.ValueKind == JsonValueKind.Array ? answer.Json.EnumerateArray() : default;
        foreach (var (file, result) in results.Select(result => (result.Text("file"), result.Find("result"))))
        {
            if (file is null || result?.Text(".tag") != "result" || result.Value.Find("members") is not { } members)
            {
                continue;
            }

            var values = new HashSet<string>(StringComparer.Ordinal) { UserValue(account.AccountId) };
            var first = members.Items("users").Count() + members.Items("groups").Count() + members.Items("invitees").Count();
            if (result.Value.Number("member_count") > first)
            {
                // More than come with a batch.
                if (await OfFileAsync(file, cancellationToken) is not { } all)
                {
                    continue;
                }

                values.UnionWith(all);
            }

            Add(values, members);
            lists[file] = values;
        }
    }

    private Task<IReadOnlyList<string>?> OfFileAsync(string file, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["file"] = file, ["limit"] = 300 };
        if (!withInherited)
        {
            body["include_inherited"] = false;
        }

        return AllAsync("2/sharing/list_file_members", body, cancellationToken);
    }

    /// <summary>All members, page by page; <see langword="null"/> when Dropbox refuses to tell (409).</summary>
    private async Task<IReadOnlyList<string>?> AllAsync(string address, JsonObject body, CancellationToken cancellationToken)
    {
        var values = new HashSet<string>(StringComparer.Ordinal);
        for (var request = account.Call(address, body); ;)
        {
            using var answer = await client.SendAsync(request with { Accepted = [409] }, cancellationToken);
            if (!answer.IsSuccess)
            {
                return null;
            }

            if (answer.Json.Find("users") is not { ValueKind: JsonValueKind.Array })
            {
                throw new ConnectorException($"Dropbox ({RestErrors.Name(answer.Address)}): there is no list of users in the answer.");
            }

            Add(values, answer.Json);
            if (answer.Json.Text("cursor") is not { } cursor)
            {
                return [.. values];
            }

            request = DropboxApi.At(request, $"{address}/continue", cursor);
        }
    }
}
