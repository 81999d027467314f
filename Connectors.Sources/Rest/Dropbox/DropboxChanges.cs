using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Dropbox;

/// <summary>
/// What changed in a folder since a cursor of Dropbox. A deletion comes as a path: its id is asked for, and whether the file lives on
/// elsewhere. It ends with an empty page, so that whoever reads the end knows Dropbox's last cursor.
/// </summary>
/// <param name="client">Sends the requests.</param>
/// <param name="account">Whose folder.</param>
/// <param name="mirrored">The folder's path; empty for all.</param>
/// <param name="start">The cursor to begin at.</param>
/// <param name="write">Writes files and folders.</param>
internal sealed class DropboxChanges(
    RestClient client,
    DropboxAccount account,
    string mirrored,
    string start,
    Func<IEnumerable<JsonElement>, StreamPage, CancellationToken, Task> write
) : RestStream("changes")
{
    /// <summary>Where the next sync begins, once the end was read.</summary>
    public string? End { get; private set; }

    /// <inheritdoc/>
    public override bool IsOneListing => false;

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["cursor"] = cursor.Length == 0 ? start : cursor };
        using var answer = await client.SendAsync(account.Call("2/files/list_folder/continue", body), cancellationToken);
        var entries = DropboxApi.Files.Items(answer);
        var items = entries.EnumerateArray().ToList();
        var present = items.Where(item => item.Text(".tag") != "deleted").Select(item => item.Text("id")).ToHashSet(StringComparer.Ordinal);
        foreach (var path in items.Where(item => item.Text(".tag") == "deleted").Select(item => item.Text("path_lower")).OfType<string>())
        {
            if (await GoneAsync(path, cancellationToken) is { } id && !present.Contains(id))
            {
                page.AddDeleted(id);
            }
        }

        await write(items, page, cancellationToken);
        var next = answer.Json.RequiredText("A listing of Dropbox", "cursor");
        if (items.Count > 0 || DropboxApi.Files.Next(answer, cursor, entries) is not null)
        {
            return next;
        }

        End = next;
        return null;
    }

    /// <summary>The id of the file that was at a path, if it is in the mirrored folder no more.</summary>
    private async Task<string?> GoneAsync(string path, CancellationToken cancellationToken)
    {
        var revisions = new JsonObject { ["path"] = path, ["limit"] = 1 };
        using var history = await client.SendAsync(
            account.Call("2/files/list_revisions", revisions) with
            {
                Accepted = [409],
            },
            cancellationToken
        );

        // A folder has no history, and what was in it is not named: that is left to the next full sync.
        if (!history.IsSuccess || history.Json.Items("entries").FirstOrDefault().Text("id") is not { } id)
        {
            return null;
        }

        using var now = await client.SendAsync(
            account.Call("2/files/get_metadata", new JsonObject { ["path"] = id }) with
            {
                Accepted = [409],
            },
            cancellationToken
        );
        return now.IsSuccess
            ? DropboxDocuments.IsIn(mirrored, now.Json.Text("path_lower"))
                ? null
                : id
            : DropboxErrors.TagsOf(now).StartsWith("path/not_found", StringComparison.Ordinal)
                ? id
                : null;
    }
}
