using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.GitLab.Queries;

/// <summary>GraphQL's lists: pages of nodes, each with the cursor of the next one. Safe for concurrent use.</summary>
/// <param name="client">The server's client.</param>
internal sealed class GitLabConnections(RestClient client)
{
    /// <summary>The last part of a global id: <c>gid://gitlab/Project/101</c>.</summary>
    public static string LastPart(string globalId) => globalId[(globalId.LastIndexOf('/') + 1)..];

    /// <summary>A query.</summary>
    public static RestRequest Query(string query, JsonObject variables) => RestRequest.GraphQL("api/graphql", query, variables);

    /// <summary>All entries of a list whose first page is at hand. Those of further pages are copies.</summary>
    /// <param name="first">The first page; <see langword="null"/> when there is no such list.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="request">Asks for the page at the variable <c>cursor</c>.</param>
    /// <param name="find">Finds the list in an answer's data.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ConnectorException">A page could not be had: half a list never passes for a whole one.</exception>
    public async Task<IReadOnlyList<JsonElement>> AllAsync(
        JsonElement? first,
        string what,
        Func<RestRequest> request,
        Func<JsonElement, JsonElement?> find,
        CancellationToken cancellationToken
    )
    {
        if (first is not { } list)
        {
            return [];
        }

        List<JsonElement> entries = [.. list.Items("nodes")];
        var circle = new PageCircle();
        var cursor = NextOf(list, what);
        while (cursor is not null)
        {
            using var answer = await client.SendAsync(request().WithBody(["variables", "cursor"], cursor), cancellationToken);
            if (answer.Json.Find("data") is not { } data || find(data) is not { } page)
            {
                throw new ConnectorException(FailureKind.Retry, $"GitLab ({what}): it went away while it was read.");
            }

            var next = NextOf(page, what);
            circle.Check($"GitLab ({what})", cursor, next, PageCircle.NotLookedAt);
            entries.AddRange(page.Items("nodes").Select(entry => entry.Clone()));
            cursor = next;
        }

        return entries;
    }

    private static string? NextOf(JsonElement list, string what) =>
        list.Find("pageInfo", "hasNextPage") switch
        {
            { ValueKind: JsonValueKind.False } => null,
            { ValueKind: JsonValueKind.True } when list.Text("pageInfo", "endCursor") is { } cursor => cursor,
            _ => throw new ConnectorException($"GitLab ({what}): does not say whether and where there is more."),
        };
}
