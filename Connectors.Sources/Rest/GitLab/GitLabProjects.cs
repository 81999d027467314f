using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.GitLab.Queries;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.GitLab;

/// <summary>Finds the projects that a connector mirrors.</summary>
internal sealed class GitLabProjects(GitLabConfiguration configuration, RestClient client)
{
    /// <summary>Paths in one query.</summary>
    private const int PathsAQuery = 50;

    /// <summary>The listings that hold the projects. A project that is named may also be in the listing of a group.</summary>
    public IReadOnlyList<(RestRequest First, RestPaging Paging, bool IsOfGroup)> Lists =>
        [
            .. configuration.AllProjects
                ? [(GitLabConnections.Query(GitLabQueries.MemberProjects, []), RestPaging.Connection("projects"), false)]
                : configuration.Projects.Chunk(PathsAQuery).Select(paths => (Named(paths), RestPaging.Connection("projects"), false)),
            .. configuration.Groups.Select(path =>
                (
                    GitLabConnections.Query(GitLabQueries.GroupProjects, new JsonObject { ["groupPath"] = path }),
                    RestPaging.Connection("group/projects"),
                    true
                )
            ),
        ];

    /// <summary>Whether a project is among those that are named.</summary>
    public bool IsNamed(JsonElement project) => configuration.Projects.Contains(project.Text("fullPath"), StringComparer.OrdinalIgnoreCase);

    /// <summary>All projects, each once. Each may be kept.</summary>
    /// <exception cref="ConnectorException">A project that is named does not exist, or is hidden from the token.</exception>
    public async Task<IReadOnlyList<JsonElement>> FindAsync(CancellationToken cancellationToken)
    {
        await CheckGroupsAsync(cancellationToken);
        var found = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (first, paging, _) in Lists)
        {
            await foreach (var project in client.ListAsync(first, paging, cancellationToken))
            {
                found.TryAdd(GitLabDocuments.IdOf(project), project);
            }
        }

        CheckNames([.. found.Values]);
        return [.. found.Values];
    }

    /// <summary>Looks whether the projects and groups that are named can be seen; when none are, whether projects can be listed.</summary>
    /// <exception cref="ConnectorException">One of them can't be seen.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await CheckGroupsAsync(cancellationToken);
        if (configuration.AllProjects)
        {
            var (first, paging, _) = Lists[0];
            using var answer = await client.SendAsync(first, cancellationToken);
            paging.Items(answer);
            return;
        }

        var found = new List<JsonElement>();
        foreach (var paths in configuration.Projects.Chunk(PathsAQuery))
        {
            found.AddRange(
                await client.ListAsync(Named(paths), RestPaging.Connection("projects"), cancellationToken).ToListAsync(cancellationToken)
            );
        }

        CheckNames(found);
    }

    private static RestRequest Named(string[] paths) =>
        GitLabConnections.Query(
            GitLabQueries.NamedProjects,
            new JsonObject { ["projectPaths"] = new JsonArray([.. paths.Select(path => (JsonNode)path)]) }
        );

    private void CheckNames(IReadOnlyList<JsonElement> found)
    {
        var paths = found.Select(project => project.Text("fullPath")).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (configuration.Projects.FirstOrDefault(path => !paths.Contains(path)) is { } missing)
        {
            throw new ConnectorException(
                $"projects: GitLab has no project '{missing}', or hides it from this token. Correct the path, or make the token's owner "
                    + "a member of it."
            );
        }
    }

    private async Task CheckGroupsAsync(CancellationToken cancellationToken)
    {
        foreach (var path in configuration.Groups)
        {
            using var answer = await client.SendAsync(
                GitLabConnections.Query(
                    "query ($groupPath: ID!) { group(fullPath: $groupPath) { id } }",
                    new JsonObject { ["groupPath"] = path }
                ),
                cancellationToken
            );
            if (answer.Json.Find("data", "group", "id") is null)
            {
                throw new ConnectorException(
                    $"groups: GitLab has no group '{path}', or hides it from this token. Correct the path, or make the token's owner a "
                        + "member of it."
                );
            }
        }
    }
}
