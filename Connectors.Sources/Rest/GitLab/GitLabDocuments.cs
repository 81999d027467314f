using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.GitLab.Queries;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GitLab;

/// <summary>Writes what takes no further request: projects, releases, groups, wiki pages, snippets. Their digest tells whether they
/// changed, as no time of GitLab does.</summary>
internal static class GitLabDocuments
{
    private static readonly DocumentFields ProjectFields = DocumentFields.Of(
        DocumentField.Constant("type", "Project"),
        DocumentField.Made("id", (json, project) => json.WriteStringValue(IdOf(project))),
        DocumentField.Value("name"),
        DocumentField.Value("path"),
        DocumentField.Value("full_path", "fullPath"),
        DocumentField.Value("description"),
        DocumentField.Value("visibility"),
        DocumentField.Value("star_count", "starCount"),
        DocumentField.Value("forks_count", "forksCount"),
        DocumentField.Value("created_at", "createdAt"),
        DocumentField.Value("last_activity_at", "lastActivityAt"),
        DocumentField.Value("archived"),
        DocumentField.Value("default_branch", "repository", "rootRef"),
        DocumentField.Value("web_url", "webUrl")
    );

    private static readonly DocumentField[] ReleaseFields =
    [
        DocumentField.Value("tag_name", "tagName"),
        DocumentField.Value("name"),
        DocumentField.Value("description"),
        DocumentField.Value("created_at", "createdAt"),
        DocumentField.Value("released_at", "releasedAt"),
        DocumentField.Value("author", "author", "username"),
        DocumentField.Value("author_name", "author", "name"),
        DocumentField.Each("milestones", ["milestones", "nodes"], "title"),
        DocumentField.Value("asset_count", "assets", "count"),
        DocumentField.IfThere("commit_sha", "commit", "sha"),
        DocumentField.IfThere("commit_title", "commit", "title"),
    ];

    private static readonly DocumentFields GroupFields = DocumentFields.Of(
        DocumentField.Constant("type", "Group"),
        DocumentField.Value("name"),
        DocumentField.Value("path"),
        DocumentField.Value("full_path"),
        DocumentField.Value("description"),
        DocumentField.Value("visibility"),
        DocumentField.Value("created_at"),
        DocumentField.Value("parent_id"),
        DocumentField.Value("web_url")
    );

    private static readonly DocumentField[] SnippetFields =
    [
        DocumentField.Value("title"),
        DocumentField.Value("description"),
        DocumentField.Value("visibility"),
        DocumentField.Value("author", "author", "username"),
        DocumentField.Value("author_name", "author", "name"),
        DocumentField.Value("created_at"),
        DocumentField.Value("updated_at"),
        DocumentField.Value("file_name"),
        DocumentField.Each("files", ["files"], "path"),
        DocumentField.Value("web_url"),
    ];

    /// <summary>A project's number.</summary>
    public static string IdOf(JsonElement project) => GitLabConnections.LastPart(project.RequiredText("A project of GitLab", "id"));

    public static void WriteProject(JsonElement project, StreamPage page) => page.Add($"project_{IdOf(project)}", project, ProjectFields);

    public static void WriteGroup(JsonElement group, StreamPage page) =>
        page.Add($"group_{group.RequiredText("A group of GitLab", "id")}", group, GroupFields);

    public static void WriteRelease(RestPlace project, JsonElement release, StreamPage page)
    {
        var json = Begin(page, $"release_{project.Key}_{release.RequiredText("A release of GitLab", "tagName")}", "Release", project);
        Write(json, ReleaseFields, release);
        var links = release.Items("assets", "links", "nodes").ToList();
        if (links.Count > 0)
        {
            json.WriteStartArray("asset_links");
            foreach (var link in links)
            {
                json.WriteStartObject();
                Fields.Value(json, "name", link.Find("name"));
                Fields.Value(json, "url", link.Find("url"));
                Fields.Value(json, "type", link.Find("linkType"));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        page.End();
    }

    /// <param name="project">The project.</param>
    /// <param name="webUrl">The project's address in a browser.</param>
    /// <param name="wiki">The page.</param>
    /// <param name="page">Takes the document.</param>
    public static void WriteWikiPage(RestPlace project, string webUrl, JsonElement wiki, StreamPage page)
    {
        var slug = wiki.RequiredText("A wiki page of GitLab", "slug");
        var json = Begin(page, $"wiki_{project.Key}_{slug}", "Wiki Page", project);
        Fields.Value(json, "slug", wiki.Find("slug"));
        Fields.Value(json, "title", wiki.Find("title"));
        Fields.Value(json, "format", wiki.Find("format"));
        Fields.Value(json, "body", wiki.Find("content"));
        json.WriteString("web_url", $"{webUrl}/-/wikis/{slug}");
        json.WriteEndObject();
        page.End();
    }

    public static void WriteSnippet(RestClient client, RestPlace project, JsonElement snippet, StreamPage page)
    {
        var id = snippet.RequiredText("A snippet of GitLab", "id");
        var content = snippet.Text("file_name") is { } name
            ? new RestContent(client, RestRequest.Get($"api/v4/projects/{project.Key}/snippets/{Uri.EscapeDataString(id)}/raw"), name, -1)
            : null;
        var json = page.Begin($"snippet_{project.Key}_{id}", RestTime.Of(snippet.Find("updated_at")), content);
        BeginObject(json, "Snippet", project);
        Write(json, SnippetFields, snippet);
        json.WriteEndObject();
        page.End();
    }

    /// <summary>Begins a document of a project.</summary>
    private static Utf8JsonWriter Begin(StreamPage page, string id, string type, RestPlace project)
    {
        var json = page.Begin(id);
        BeginObject(json, type, project);
        return json;
    }

    private static void BeginObject(Utf8JsonWriter json, string type, RestPlace project)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("project_id", project.Key);
        json.WriteString("project_path", project.Name);
    }

    private static void Write(Utf8JsonWriter json, DocumentField[] fields, JsonElement item)
    {
        foreach (var field in fields)
        {
            field.Write(json, item);
        }
    }
}
