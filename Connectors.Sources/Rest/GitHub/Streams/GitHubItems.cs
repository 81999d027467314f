using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GitHub.Streams;

/// <summary>Writes issues or pull requests, with all that is listed below each.</summary>
/// <param name="client">The repository's client.</param>
/// <param name="clients">Makes queries.</param>
/// <param name="repository"><c>OWNER/NAME</c>.</param>
/// <param name="arePullRequests">Whether they are pull requests.</param>
/// <param name="access">Who may see them; <see langword="null"/> when access control is off.</param>
internal sealed class GitHubItems(
    RestClient client,
    GitHubClients clients,
    string repository,
    bool arePullRequests,
    Func<CancellationToken, Task<IReadOnlyList<string>>>? access
)
{
    private static readonly DocumentField[] Common =
    [
        DocumentField.Value("number"),
        DocumentField.Value("url"),
        DocumentField.Value("createdAt"),
        DocumentField.Value("closedAt"),
        DocumentField.Value("title"),
        DocumentField.Value("body"),
        DocumentField.Value("state"),
        DocumentField.Value("author"),
    ];

    private static readonly DocumentFields IssueFields = DocumentFields.Of([.. Common, DocumentField.Constant("type", "Issue")]);

    private static readonly DocumentFields PullRequestFields = DocumentFields.Of([
        .. Common,
        DocumentField.Value("mergedAt"),
        DocumentField.Constant("type", "Pull request"),
    ]);

    /// <summary>Writes a page of them.</summary>
    public async Task WriteAsync(JsonElement items, StreamPage page, CancellationToken cancellationToken)
    {
        var lists = arePullRequests ? GitHubQueries.PullRequestLists : GitHubQueries.IssueLists;
        foreach (var item in items.EnumerateArray())
        {
            if (item.Find("id") is null)
            {
                // A search gives an empty object for what is not of the wanted kind.
                continue;
            }

            var allowed = access is null ? null : await access(cancellationToken);
            var more = new Dictionary<string, IReadOnlyList<JsonElement>>(StringComparer.Ordinal);
            foreach (var list in lists.Where(list => item.Find(list.Name, "pageInfo", "hasNextPage") is { ValueKind: JsonValueKind.True }))
            {
                more[list.Name] = await MoreAsync(item, list, cancellationToken);
            }

            Write(page, item, lists, more, allowed);
        }
    }

    private void Write(
        StreamPage page,
        JsonElement item,
        IReadOnlyList<GitHubList> lists,
        Dictionary<string, IReadOnlyList<JsonElement>> more,
        IReadOnlyList<string>? allowed
    )
    {
        var json = page.Begin(item.RequiredText("An issue of GitHub", "id"), RestTime.Of(item.Text("updatedAt")));
        json.WriteStartObject();
        if (allowed is not null)
        {
            AccessControl.Write(json, allowed);
        }

        (arePullRequests ? PullRequestFields : IssueFields).Write(json, item);
        foreach (var list in lists)
        {
            json.WriteStartArray(list.Field);
            foreach (var entry in item.Items(list.Name, "nodes").Concat(more.GetValueOrDefault(list.Name) ?? []))
            {
                WriteEntry(json, list, entry);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        page.End();
    }

    private static void WriteEntry(Utf8JsonWriter json, GitHubList list, JsonElement entry)
    {
        if (list.Name != "reviews")
        {
            JsonValues.Write(json, entry);
            return;
        }

        json.WriteStartObject();
        json.WriteString("author", entry.Text("author", "login"));
        json.WriteString("body", entry.Find("body") is { ValueKind: JsonValueKind.String } body ? body.GetString() : null);
        json.WriteString("state", entry.Text("state"));
        json.WriteStartArray("comments");
        foreach (var comment in entry.Items("comments", "nodes"))
        {
            JsonValues.Write(json, comment);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task<IReadOnlyList<JsonElement>> MoreAsync(JsonElement item, GitHubList list, CancellationToken cancellationToken)
    {
        var (owner, name) = GitHubRepositories.Split(repository);
        var variables = new JsonObject
        {
            ["owner"] = owner,
            ["name"] = name,
            ["number"] = item.Number("number"),
            ["cursor"] = item.RequiredText("A list of GitHub", list.Name, "pageInfo", "endCursor"),
        };
        var paging = RestPaging.Connection($"repository/{(arePullRequests ? "pullRequest" : "issue")}/{list.Name}");
        return await client
            .ListAsync(clients.Query(GitHubQueries.More(arePullRequests, list), variables), paging, cancellationToken)
            .ToListAsync(cancellationToken);
    }
}
