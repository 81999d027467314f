using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.GitHub;

/// <summary>
/// Who may read a repository of an organization: its collaborators who are members. Asked once for each. Safe for concurrent use.
/// </summary>
/// <param name="clients">The clients of owners.</param>
internal sealed class GitHubAccess(GitHubClients clients) : IDisposable
{
    private readonly Remembered<IReadOnlyList<JsonElement>> _lists = new();

    /// <summary>The values of a person, those that have something behind them.</summary>
    public static Dictionary<string, string?> ValuesOf(JsonElement person) =>
        new(StringComparer.Ordinal)
        {
            ["user_id"] = AccessControl.Value("user_id", person.RequiredText("A user of GitHub", "id")),
            ["user_name"] = person.Text("login") is { } login ? AccessControl.Value("username", login) : null,
            ["email"] = person.Text("email") is { } email ? AccessControl.Value("email", email) : null,
        };

    /// <summary>The members of an organization.</summary>
    public Task<IReadOnlyList<JsonElement>> MembersAsync(string organization, CancellationToken cancellationToken) =>
        _lists.GetAsync(
            organization,
            () =>
                ListAsync(
                    organization,
                    GitHubQueries.Members,
                    "organization/membersWithRole",
                    new JsonObject { ["orgName"] = organization },
                    cancellationToken
                ),
            cancellationToken
        );

    /// <summary>The values of those who may read a repository.</summary>
    /// <exception cref="ConnectorException">They could not be found out; then the documents must not be written.</exception>
    public async Task<IReadOnlyList<string>> OfAsync(string repository, bool isPublic, CancellationToken cancellationToken)
    {
        if (isPublic)
        {
            return [AccessControl.Everyone];
        }

        var (owner, name) = GitHubRepositories.Split(repository);
        var variables = new JsonObject { ["orgName"] = owner, ["repoName"] = name };
        var collaborators = await _lists.GetAsync(
            repository,
            () => ListAsync(owner, GitHubQueries.Collaborators, "repository/collaborators", variables, cancellationToken),
            cancellationToken
        );
        var members = (await MembersAsync(owner, cancellationToken)).Select(member => member.Text("id")).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. collaborators
                .Where(person => members.Contains(person.Text("id")))
                .SelectMany(person => ValuesOf(person).Values)
                .OfType<string>(),
        ];
    }

    /// <inheritdoc/>
    public void Dispose() => _lists.Dispose();

    private async Task<IReadOnlyList<JsonElement>> ListAsync(
        string owner,
        string query,
        string path,
        JsonObject variables,
        CancellationToken cancellationToken
    )
    {
        var people = new List<JsonElement>();
        var client = await clients.ForAsync(owner, cancellationToken);
        await foreach (
            var edge in client.ListAsync(clients.Query(query, variables), RestPaging.Connection(path, "edges"), cancellationToken)
        )
        {
            people.Add(edge.Find("node") ?? throw new ConnectorException($"GitHub gave a person of {owner} without a name or an id."));
        }

        return people;
    }
}
