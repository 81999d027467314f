using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.GitHub;

/// <summary>Finds the repositories that a connector means.</summary>
internal sealed class GitHubRepositories(GitHubConfiguration configuration, GitHubClients clients)
{
    private const int NamesAQuery = 15;

    /// <summary>Owner and name of <c>OWNER/NAME</c>.</summary>
    public static (string Owner, string Name) Split(string repository)
    {
        var parts = repository.Split('/', 2);
        return (parts[0], parts[^1]);
    }

    /// <summary>The owners whose repositories are mirrored when all are.</summary>
    public async Task<IReadOnlyList<string>> OwnersAsync(CancellationToken cancellationToken) =>
        clients.IsApp ? await clients.OwnersAsync(cancellationToken)
        : configuration.OfOrganizations ? [configuration.OrganizationName]
        : [await ViewerAsync(cancellationToken)];

    /// <summary>The request for, and the paging of, an owner's repositories.</summary>
    public (RestRequest First, RestPaging Paging) Of(string owner)
    {
        var (kind, variable) = configuration.OfOrganizations ? ("organization", "orgName") : ("user", "login");
        return (
            clients.Query(GitHubQueries.Repositories(kind, variable), new JsonObject { [variable] = owner }),
            RestPaging.Connection($"{kind}/repositories")
        );
    }

    /// <summary>Repositories by <c>OWNER/NAME</c>. Each may be kept.</summary>
    /// <exception cref="ConnectorException">One is not there, or hidden from the token.</exception>
    public async Task<IReadOnlyList<JsonElement>> ByNameAsync(
        string field,
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    )
    {
        var found = new List<JsonElement>();
        foreach (
            var owner in clients.IsApp
                ? [.. names.GroupBy(name => Split(name).Owner, StringComparer.OrdinalIgnoreCase)]
                : names.GroupBy(_ => string.Empty)
        )
        {
            var client = await clients.ForAsync(owner.Key, cancellationToken);
            foreach (var some in owner.Chunk(NamesAQuery))
            {
                var variables = new JsonObject();
                for (var number = 0; number < some.Length; number++)
                {
                    var (login, name) = Split(some[number]);
                    variables[$"repo{number}_owner"] = login;
                    variables[$"repo{number}_name"] = name;
                }

                using var answer = await client.SendAsync(
                    clients.Query(GitHubQueries.RepositoriesByName(some.Length), variables),
                    cancellationToken
                );
                var data = answer.Json.Find("data");
                found.AddRange(
                    some.Select(
                        (name, number) =>
                            data?.Find($"repo{number.ToString(CultureInfo.InvariantCulture)}")?.Clone()
                            ?? throw new ConnectorException(
                                $"{field}: GitHub has no repository '{name}', or hides it from this token. Correct the name, or give "
                                    + "access to it."
                            )
                    )
                );
            }
        }

        return found;
    }

    /// <summary>Names as they were entered, with their owner.</summary>
    public async Task<IReadOnlyList<string>> FullNamesAsync(string field, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var full = new List<string>();
        foreach (var name in names.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            full.Add(
                name.Contains('/', StringComparison.Ordinal) ? name
                : clients.IsApp ? throw new ConnectorException($"{field}: '{name}' has no owner. With a GitHub App write OWNER/{name}.")
                : $"{(await OwnersAsync(cancellationToken))[0]}/{name}"
            );
        }

        return full;
    }

    /// <summary>The user that the token belongs to.</summary>
    public async Task<string> ViewerAsync(CancellationToken cancellationToken)
    {
        using var answer = await clients.Root.SendAsync(clients.Query(GitHubQueries.Viewer, []), cancellationToken);
        return answer.Json.RequiredText("The user of GitHub", "data", "viewer", "login");
    }
}
