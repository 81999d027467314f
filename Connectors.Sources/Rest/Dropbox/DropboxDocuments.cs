using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Dropbox;

/// <summary>Makes documents of files, folders and shared links.</summary>
/// <param name="client">Fetches contents, and what is behind links.</param>
/// <param name="account">Whose they are.</param>
/// <param name="members">Who may see them; <see langword="null"/> when access control is off.</param>
internal sealed class DropboxDocuments(RestClient client, DropboxAccount account, DropboxMembers? members)
{
    private static readonly DocumentFields File = DocumentFields.Of(
        DocumentField.Constant("type", "File"),
        DocumentField.Value("name"),
        DocumentField.Value("file_path", "path_display"),
        DocumentField.Value("size"),
        DocumentField.IfThere("rev"),
        DocumentField.IfThere("server_modified"),
        DocumentField.IfThere("client_modified")
    );

    private static readonly DocumentFields Link = DocumentFields.Of(
        DocumentField.Constant("type", "File"),
        DocumentField.Value("name"),
        DocumentField.Value("url"),
        DocumentField.Value("size"),
        DocumentField.IfThere("rev"),
        DocumentField.IfThere("server_modified"),
        DocumentField.IfThere("client_modified")
    );

    private static readonly DocumentFields Folder = DocumentFields.Of(
        DocumentField.Constant("type", "Folder"),
        DocumentField.Value("name"),
        DocumentField.Value("file_path", "path_display"),
        DocumentField.Made("size", (json, _) => json.WriteNumberValue(0))
    );

    /// <summary>The id of a file, folder or link.</summary>
    public static string IdOf(JsonElement item) => item.RequiredText("An item of Dropbox", "id");

    /// <summary>Writes files and folders; passes over whatever else stands in a listing.</summary>
    public async Task WriteAsync(IEnumerable<JsonElement> items, StreamPage page, CancellationToken cancellationToken)
    {
        // An item may come several times, and the last one counts.
        var last = items
            .Where(item => item.Text(".tag") is "file" or "folder")
            .GroupBy(IdOf, StringComparer.Ordinal)
            .Select(same => same.Last())
            .ToList();
        var lists = members is null ? null : await members.OfAsync(last, cancellationToken);
        foreach (var item in last)
        {
            Write(item, item.Text(".tag") == "file" ? File : Folder, ContentOf(item), lists, page);
        }
    }

    /// <summary>Writes files that others shared by link, but for those that lie in the mirrored folder: the listing has them.</summary>
    public async Task WriteReceivedAsync(JsonElement items, string mirrored, StreamPage page, CancellationToken cancellationToken)
    {
        var links = new List<JsonElement>();
        foreach (var item in items.EnumerateArray().Where(item => !IsIn(mirrored, item.Text("path_lower"))))
        {
            var id = IdOf(item);
            if (item.Text("preview_url") is not { } url)
            {
                page.AddUnreadable(id, "The file was shared without a link to it.");
                continue;
            }

            var request = account.Call("2/sharing/get_shared_link_metadata", new JsonObject { ["url"] = url }) with { Accepted = [409] };
            using var link = await client.SendAsync(request, cancellationToken);
            if (!link.IsSuccess)
            {
                page.AddUnreadable(id, $"The link to the shared file can't be opened ({DropboxErrors.TagsOf(link)}).");
            }
            else if (link.Json.Text(".tag") == "file" && link.Json.Text("id") is null)
            {
                page.AddUnreadable(id, "The link to the shared file does not say which file it is.");
            }
            else if (link.Json.Text(".tag") == "file")
            {
                links.Add(link.Json.Clone());
            }
        }

        var lists = members is null ? null : await members.OfAsync(links, cancellationToken);
        foreach (var link in links)
        {
            var content = Content(link, link.Text("name"), "2/sharing/get_shared_link_file", new() { ["url"] = link.Text("url") });
            Write(link, Link, content, lists, page);
        }
    }

    /// <summary>Whether a path lies in a folder.</summary>
    /// <param name="folder">Empty for all.</param>
    /// <param name="path">As Dropbox writes it in lower case; <see langword="null"/> for what lies nowhere.</param>
    public static bool IsIn(string folder, string? path) =>
        path is not null
        && (
            folder.Length == 0
            || path.Equals(folder, StringComparison.OrdinalIgnoreCase)
            || path.StartsWith($"{folder}/", StringComparison.OrdinalIgnoreCase)
        );

    private static void Write(
        JsonElement item,
        DocumentFields fields,
        RestContent? content,
        IReadOnlyDictionary<string, IReadOnlyCollection<string>?>? lists,
        StreamPage page
    )
    {
        var id = IdOf(item);
        var access = lists?.GetValueOrDefault(id);
        if (lists is not null && access is null)
        {
            page.AddUnreadable(id, "Who may see it can't be asked.");
            return;
        }

        // No time of Dropbox moves when a file gets another name or place: the digest tells.
        page.Add(id, item, fields, changed: null, content, access);
    }

    /// <summary>By its id, which stays when the file is moved before it is fetched.</summary>
    private RestContent? ContentOf(JsonElement item)
    {
        if (item.Text(".tag") != "file" || item.Text("name") is not { } name)
        {
            return null;
        }

        if (item.Text("is_downloadable") != "false")
        {
            return Content(item, name, "2/files/download", new() { ["path"] = IdOf(item) });
        }

        // Paper documents and the like are not files, but can be exported as files.
        var isPaper = name.EndsWith(".paper", StringComparison.OrdinalIgnoreCase);
        var format = isPaper ? "md" : item.Text("export_info", "export_as");
        return format is null
            ? null
            : new RestContent(
                client,
                account.Content(
                    "2/files/export",
                    isPaper ? new() { ["path"] = IdOf(item), ["export_format"] = "markdown" } : new() { ["path"] = IdOf(item) }
                ),
                $"{name}.{format}",
                size: -1
            );
    }

    private RestContent? Content(JsonElement item, string? name, string address, JsonObject argument) =>
        name is not null && item.Number("size") is > 0 and var size
            ? new RestContent(client, account.Content(address, argument), name, size)
            : null;
}
