using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GitHub.Streams;

/// <summary>The streams of one repository: pull requests, issues and files, or what the sync rules name of them.</summary>
/// <param name="place">The repository.</param>
/// <param name="rules">The sync rules; empty for everything.</param>
/// <param name="clients">Where requests go.</param>
/// <param name="access">Who may see what; <see langword="null"/> without access control.</param>
internal sealed class GitHubStreams(RestPlace place, IReadOnlyList<GitHubRule> rules, GitHubClients clients, GitHubAccess? access)
{
    private const string PullRequests = "pull requests";
    private const string Issues = "issues";
    private const string Files = "files";

    /// <summary>The streams, each with what makes it with the client of the repository's owner.</summary>
    public IEnumerable<(string Name, Func<RestClient, RestStream> Make)> All()
    {
        var (owner, name) = GitHubRepositories.Split(place.Key);
        var parts = place.Detail.Split('\n', 2);
        Func<CancellationToken, Task<IReadOnlyList<string>>>? allowed = access is null
            ? null
            : token => access.OfAsync(place.Key, parts[0] == "public", token);
        if (rules.Count == 0)
        {
            yield return (PullRequests, client => Items(client, arePullRequests: true));
            yield return (Issues, client => Items(client, arePullRequests: false));
            if (parts[1].Length > 0)
            {
                yield return (Files, client => new GitHubFiles(client, place.Key, parts[1], string.Empty, allowed));
            }

            yield break;
        }

        foreach (
            var rule in rules.Where(rule =>
                rule.Repository.Equals(place.Key, StringComparison.OrdinalIgnoreCase)
                || rule.Repository.Equals(name, StringComparison.OrdinalIgnoreCase)
            )
        )
        {
            foreach (var (search, arePullRequests) in new[] { (rule.PullRequest, true), (rule.Issue, false) })
            {
                if (search is not null)
                {
                    var query = $"repo:{place.Key} is:{(arePullRequests ? "pr" : "issue")} {search}";
                    yield return (arePullRequests ? PullRequests : Issues, client => Search(client, query, arePullRequests));
                }
            }

            foreach (
                var (branch, folder) in new[]
                {
                    (rule.Branch, string.Empty),
                    (rule.Path is null ? null : parts[1], rule.Path ?? string.Empty),
                }
            )
            {
                if (!string.IsNullOrEmpty(branch))
                {
                    yield return (Files, client => new GitHubFiles(client, place.Key, branch, folder, allowed));
                }
            }
        }

        PagedStream Items(RestClient client, bool arePullRequests) =>
            new(
                arePullRequests ? PullRequests : Issues,
                client,
                clients.Query(GitHubQueries.Items(arePullRequests), new JsonObject { ["owner"] = owner, ["name"] = name }),
                RestPaging.Connection(arePullRequests ? "repository/pullRequests" : "repository/issues"),
                new GitHubItems(client, clients, place.Key, arePullRequests, allowed).WriteAsync
            );

        PagedStream Search(RestClient client, string query, bool arePullRequests) =>
            new(
                arePullRequests ? PullRequests : Issues,
                client,
                clients.Query(GitHubQueries.Search(arePullRequests), new JsonObject { ["filter_query"] = query }),
                RestPaging.Connection("search"),
                new GitHubItems(client, clients, place.Key, arePullRequests, allowed).WriteAsync
            );
    }
}
