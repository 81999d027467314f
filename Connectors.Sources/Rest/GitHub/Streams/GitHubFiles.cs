using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GitHub.Streams;

/// <summary>
/// The files of a branch that hold documentation, by path. The tree is read once; each file's last commit tells when it changed.
/// </summary>
/// <param name="client">The repository's client.</param>
/// <param name="repository"><c>OWNER/NAME</c>.</param>
/// <param name="branch">The branch.</param>
/// <param name="folder">Only files below this folder; empty for all.</param>
/// <param name="access">Who may see them; <see langword="null"/> when access control is off.</param>
internal sealed class GitHubFiles(
    RestClient client,
    string repository,
    string branch,
    string folder,
    Func<CancellationToken, Task<IReadOnlyList<string>>>? access
) : RestStream("files")
{
    /// <summary>Each file costs a request, so a page is short.</summary>
    private const int FilesAPage = 50;

    private static readonly string[] Extensions = [".md", ".markdown", ".rst"];
    private List<TreeFile>? _files;

    private string Path => $"repos/{string.Join('/', repository.Split('/').Select(Uri.EscapeDataString))}";

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var files = _files ??= await TreeAsync(cancellationToken);
        var some = files.Where(file => cursor.Length == 0 || string.CompareOrdinal(file.Path, cursor) > 0).Take(FilesAPage + 1).ToList();
        var allowed = access is null || some.Count == 0 ? null : await access(cancellationToken);
        foreach (var file in some.Take(FilesAPage))
        {
            Write(page, file, await ChangedAsync(file.Path, cancellationToken), allowed);
        }

        return some.Count > FilesAPage ? some[FilesAPage - 1].Path : null;
    }

    private static bool IsMeant(string path) => Extensions.Contains(System.IO.Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    private void Write(StreamPage page, TreeFile file, DateTimeOffset? changed, IReadOnlyList<string>? allowed)
    {
        var name = file.Path[(file.Path.LastIndexOf('/') + 1)..];
        var raw = RestRequest.Get($"{Path}/git/blobs/{file.Sha}") with { Headers = [new("Accept", "application/vnd.github.raw+json")] };
        var json = page.Begin($"{repository}/{file.Path}", changed, file.Size > 0 ? new RestContent(client, raw, name, file.Size) : null);
        json.WriteStartObject();
        if (allowed is not null)
        {
            AccessControl.Write(json, allowed);
        }

        json.WriteString("name", name);
        json.WriteNumber("size", Math.Max(file.Size, 0));
        json.WriteString("type", "blob");
        json.WriteString("path", file.Path);
        json.WriteString("mode", file.Mode);
        json.WriteString("extension", System.IO.Path.GetExtension(name));
        json.WriteEndObject();
        page.End();
    }

    private async Task<DateTimeOffset?> ChangedAsync(string path, CancellationToken cancellationToken)
    {
        var query = $"path={Uri.EscapeDataString(path)}&per_page=1&sha={Uri.EscapeDataString(branch)}";
        using var answer = await client.GetAsync($"{Path}/commits?{query}", cancellationToken);
        return answer.Json.ValueKind == JsonValueKind.Array && answer.Json.GetArrayLength() > 0
            ? RestTime.Of(answer.Json[0].Text("commit", "committer", "date"))
            : null;
    }

    private async Task<List<TreeFile>> TreeAsync(CancellationToken cancellationToken)
    {
        var files = new List<TreeFile>();
        await AddTreeAsync(files, branch, string.Empty, cancellationToken);
        files.Sort((item, other) => string.CompareOrdinal(item.Path, other.Path));
        return files;
    }

    /// <summary>GitHub cuts off trees of more than 100,000 entries and says so; then each folder is read by itself.</summary>
    private async Task AddTreeAsync(List<TreeFile> files, string tree, string prefix, CancellationToken cancellationToken)
    {
        using (var all = await GetTreeAsync($"{Path}/git/trees/{Uri.EscapeDataString(tree)}?recursive=1", cancellationToken))
        {
            if (all is null)
            {
                return;
            }

            if (all.Json.Find("truncated") is not { ValueKind: JsonValueKind.True })
            {
                AddFiles(files, all.Json, prefix);
                return;
            }
        }

        using var top = await GetTreeAsync($"{Path}/git/trees/{Uri.EscapeDataString(tree)}", cancellationToken);
        if (top is null || top.Json.Find("truncated") is { ValueKind: JsonValueKind.True })
        {
            throw new ConnectorException($"GitHub ({repository}): the folder '{prefix}' has more entries than GitHub lists.");
        }

        AddFiles(files, top.Json, prefix);
        foreach (
            var (sha, path) in top
                .Json.Items("tree")
                .Where(entry => entry.Text("type") == "tree")
                .Select(entry => (entry.RequiredText("A folder of GitHub", "sha"), entry.RequiredText("A folder of GitHub", "path")))
                .ToList()
        )
        {
            await AddTreeAsync(files, sha, $"{prefix}{path}/", cancellationToken);
        }
    }

    /// <summary>A tree; <see langword="null"/> when the repository is empty (409).</summary>
    private async Task<RestResponse?> GetTreeAsync(string address, CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync(RestRequest.Get(address) with { Accepted = [(int)HttpStatusCode.Conflict] }, cancellationToken);
        if (answer.Status != HttpStatusCode.Conflict)
        {
            return answer;
        }

        answer.Dispose();
        return null;
    }

    private void AddFiles(List<TreeFile> files, JsonElement tree, string prefix)
    {
        if (tree.Find("tree") is not { ValueKind: JsonValueKind.Array } entries)
        {
            throw new ConnectorException($"GitHub ({repository}): gives no list of files.");
        }

        foreach (var entry in entries.EnumerateArray().Where(entry => entry.Text("type") == "blob"))
        {
            var path = prefix + entry.RequiredText("A file of GitHub", "path");
            if (IsMeant(path) && (folder.Length == 0 || path.StartsWith(folder.Trim('/') + '/', StringComparison.Ordinal)))
            {
                files.Add(
                    new TreeFile(
                        path,
                        entry.RequiredText("A file of GitHub", "sha"),
                        entry.Number("size"),
                        entry.Text("mode") ?? string.Empty
                    )
                );
            }
        }
    }

    private sealed record TreeFile(string Path, string Sha, long Size, string Mode);
}
