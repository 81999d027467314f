using System.Net;
using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.GitLab.Queries;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GitLab;

/// <summary>The files of a project's default branch: the read-me files at its root, or all. The blob's hash tells whether one
/// changed.</summary>
/// <param name="client">The server's client.</param>
/// <param name="project">The project.</param>
/// <param name="branch">Its default branch; empty when it has none, or when it is hidden.</param>
/// <param name="webUrl">Its address in a browser.</param>
/// <param name="all">Whether all files are mirrored.</param>
internal sealed class GitLabFiles(RestClient client, RestPlace project, string branch, string webUrl, bool all) : RestStream("files")
{
    private static readonly string[] Extensions = [".md", ".rst", ".txt", string.Empty];
    private readonly RestPaging _paging = RestPaging.LinkHeader(string.Empty);

    private string Repository => $"api/v4/projects/{project.Key}/repository";

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        if (branch.Length == 0)
        {
            await AddGapAsync(page, cancellationToken);
            return null;
        }

        // Newer servers page by key, older ones by number; either way the Link header leads on.
        var tree = RestRequest.Get(
            $"{Repository}/tree?ref={Uri.EscapeDataString(branch)}&recursive={(all ? "true" : "false")}&per_page=100&pagination=keyset"
        );
        using var answer = await client.SendAsync(
            _paging.Request(tree, cursor) with
            {
                Accepted = [(int)HttpStatusCode.NotFound, (int)HttpStatusCode.Forbidden],
            },
            cancellationToken
        );
        if (!answer.IsSuccess)
        {
            await AddGapAsync(page, cancellationToken);
            return null;
        }

        var entries = _paging.Items(answer);
        foreach (var entry in entries.EnumerateArray().Where(entry => entry.Text("type") == "blob"))
        {
            var path = entry.RequiredText("A file of GitLab", "path");
            if (all || IsReadMe(path))
            {
                Write(page, path, entry);
            }
        }

        return _paging.Next(answer, cursor, entries);
    }

    private static bool IsReadMe(string path) =>
        path.StartsWith("readme", StringComparison.OrdinalIgnoreCase)
        && Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>No branch, 403 and 404 stand for files that are hidden, and for none.</summary>
    private async Task AddGapAsync(StreamPage page, CancellationToken cancellationToken)
    {
        if (!await new GitLabFeatures(client).HasNoFilesAsync(project.Key, cancellationToken))
        {
            page.AddGap(
                $"{project.Name}, files",
                $"GitLab does not show the files to this token. {GitLabErrors.PermissionHint}"
            );
        }
    }

    private void Write(StreamPage page, string path, JsonElement entry)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var raw = RestRequest.Get($"{Repository}/files/{Uri.EscapeDataString(path)}/raw?ref={Uri.EscapeDataString(branch)}");
        var json = page.Begin($"file_{project.Key}_{path}", changed: null, new RestContent(client, raw, name, -1));
        json.WriteStartObject();
        json.WriteString("type", "File");
        json.WriteString("project_id", project.Key);
        json.WriteString("project_path", project.Name);
        json.WriteString("file_path", path);
        json.WriteString("file_name", name);
        json.WriteString("extension", Path.GetExtension(name));
        json.WriteString("web_url", $"{webUrl}/-/blob/{branch}/{path}");
        Fields.Value(json, "blob_id", entry.Find("id"));
        json.WriteEndObject();
        page.End();
    }
}
