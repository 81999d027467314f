using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GitHub;

/// <summary>
/// Repositories of GitHub, their issues, pull requests and files. Ids and field names are the Python service's. See docs/sources/github.md.
/// </summary>
public sealed class GitHubDataSource : RestDataSource, IAccessControlSource
{
    internal const string PermissionHint =
        "Give the token the scopes repo, user and read:org, or the app the permissions that docs/sources/github.md lists.";

    private const string RepositoriesKey = "repositories";
    private const string PullRequests = "pull requests";
    private const string Issues = "issues";
    private const string Files = "files";
    private static readonly string[] Scopes = ["repo", "user", "read:org"];

    private static readonly DocumentFields RepositoryFields = DocumentFields.Of([
        .. new[]
        {
            "name",
            "nameWithOwner",
            "url",
            "description",
            "visibility",
            "primaryLanguage",
            "defaultBranchRef",
            "isFork",
            "stargazerCount",
            "watchers",
            "forkCount",
            "createdAt",
            "isArchived",
        }.Select(name => DocumentField.Value(name)),
        DocumentField.Constant("type", "Repository"),
    ]);

    private readonly Lazy<GitHubConfiguration> _configuration;
    private readonly Lazy<GitHubClients> _clients;
    private readonly Lazy<GitHubRepositories> _repositories;
    private readonly Lazy<GitHubAccess> _access;
    private readonly IReadOnlyList<GitHubRule> _rules;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public GitHubDataSource(SourceContext context)
        : base(context)
    {
        _configuration = new(() => GitHubConfiguration.From(Context.Settings), LazyThreadSafetyMode.PublicationOnly);
        _clients = new(() => new GitHubClients(_configuration.Value, Context));
        _repositories = new(() => new GitHubRepositories(_configuration.Value, _clients.Value));
        _access = new(() => new GitHubAccess(_clients.Value));
        _rules = GitHubRules.From(Context.AdvancedRules);
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "GitHub",
            ServiceType = "github",
            Fields = GitHubConfiguration.Fields,
            HasAccessControl = true,
            CheckAdvancedRules = GitHubRules.Check,
        };

    /// <inheritdoc/>
    /// <remarks>Looks at the scopes of a token, asks who it belongs to, and for the repositories that are named.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        if (_clients.Value.IsApp)
        {
            (await Client.GetAsync("app", cancellationToken)).Dispose();
        }
        else
        {
            await CheckScopesAsync(cancellationToken);
            await _repositories.Value.ViewerAsync(cancellationToken);
        }

        var (field, names) = Named();
        if (names.Count > 0)
        {
            await _repositories.Value.ByNameAsync(
                field,
                await _repositories.Value.FullNamesAsync(field, names, cancellationToken),
                cancellationToken
            );
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var owner in await _repositories.Value.OwnersAsync(cancellationToken))
        {
            foreach (var member in await _access.Value.MembersAsync(owner, cancellationToken))
            {
                var (id, values) = (member.RequiredText("A user of GitHub", "id"), GitHubAccess.ValuesOf(member));
                if (seen.Add(id))
                {
                    yield return new AccessIdentity(id, [.. values.Values.OfType<string>()])
                    {
                        Identity = values,
                        CreatedAt = RestTime.Of(member.Text("createdAt")),
                    };
                }
            }
        }
    }

    private protected override RestClient CreateClient() => _clients.Value.Root;

    /// <summary>
    /// The list of repositories is a place, whose documents they are; and each repository is one, its detail the branch, whether it is
    /// public, and the number of its rules.
    /// </summary>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        var (field, names) = Named();
        var found = new List<JsonElement>();
        if (names.Count > 0)
        {
            found.AddRange(
                await _repositories.Value.ByNameAsync(
                    field,
                    await _repositories.Value.FullNamesAsync(field, names, cancellationToken),
                    cancellationToken
                )
            );
            return [ListPlace(string.Join(',', found.Select(NameOf))), .. found.Select(LocationOf)];
        }

        var owners = await _repositories.Value.OwnersAsync(cancellationToken);
        foreach (var owner in owners)
        {
            var client = await _clients.Value.ForAsync(owner, cancellationToken);
            var (first, paging) = _repositories.Value.Of(owner);
            await foreach (var repository in Paging.Listing.ListAsync(client, first, paging, cancellationToken))
            {
                found.Add(repository);
            }
        }

        return [.. owners.Select(owner => new RestPlace($"{owner}/", owner)), .. found.Select(LocationOf)];
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place)
    {
        if (place.Key == RepositoriesKey)
        {
            return [new NamedRepositories(place.Detail.Split(','), _repositories.Value, WriteRepositoryAsync)];
        }

        if (place.Key.EndsWith('/'))
        {
            var (first, paging) = _repositories.Value.Of(place.Name);
            return
            [
                new OwnerStream(RepositoriesKey, _clients.Value, place.Name, client => new PagedStream(
                    "repositories",
                    client,
                    first,
                    paging,
                    WriteAllAsync
                )),
            ];
        }

        return
        [
            .. StreamsOfRepository(place)
                .Select(stream => new OwnerStream(stream.Name, _clients.Value, GitHubRepositories.Split(place.Key).Owner, stream.Make)),
        ];
    }

    private protected override ValueTask DisposeAsyncCore()
    {
        if (_access.IsValueCreated)
        {
            _access.Value.Dispose();
        }

        if (_clients.IsValueCreated)
        {
            _clients.Value.Dispose();
        }

        return base.DisposeAsyncCore();
    }

    private static string NameOf(JsonElement repository) => repository.RequiredText("A repository of GitHub", "nameWithOwner");

    private static bool IsPublic(JsonElement repository) => repository.Text("visibility") == "PUBLIC";

    private static RestPlace ListPlace(string names) => new(RepositoriesKey, RepositoriesKey, names);

    private static RestPlace LocationOf(JsonElement repository) =>
        new(
            NameOf(repository),
            NameOf(repository),
            $"{(IsPublic(repository) ? "public" : "private")}\n{repository.Text("defaultBranchRef", "name")}"
        );

    private (string Field, IReadOnlyList<string> Names) Named() =>
        _rules.Count > 0 ? ("rules", [.. _rules.Select(rule => rule.Repository)]) : (RepositoriesKey, _configuration.Value.Repositories);

    private IEnumerable<(string Name, Func<RestClient, RestStream> Make)> StreamsOfRepository(RestPlace place)
    {
        var (owner, name) = GitHubRepositories.Split(place.Key);
        var parts = place.Detail.Split('\n', 2);
        Func<CancellationToken, Task<IReadOnlyList<string>>>? access = _configuration.Value.HasAccessControl
            ? token => _access.Value.OfAsync(place.Key, parts[0] == "public", token)
            : null;
        if (_rules.Count == 0)
        {
            yield return (PullRequests, client => Items(client, arePullRequests: true));
            yield return (Issues, client => Items(client, arePullRequests: false));
            if (parts[1].Length > 0)
            {
                yield return (Files, client => new GitHubFiles(client, place.Key, parts[1], string.Empty, access));
            }

            yield break;
        }

        foreach (
            var rule in _rules.Where(rule =>
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
                    yield return (Files, client => new GitHubFiles(client, place.Key, branch, folder, access));
                }
            }
        }

        PagedStream Items(RestClient client, bool arePullRequests) =>
            new(
                arePullRequests ? PullRequests : Issues,
                client,
                _clients.Value.Query(GitHubQueries.Items(arePullRequests), new JsonObject { ["owner"] = owner, ["name"] = name }),
                GitHubRepositories.Paging(arePullRequests ? "repository/pullRequests" : "repository/issues"),
                new GitHubItems(client, _clients.Value, place.Key, arePullRequests, access).WriteAsync
            );

        PagedStream Search(RestClient client, string query, bool arePullRequests) =>
            new(
                arePullRequests ? PullRequests : Issues,
                client,
                _clients.Value.Query(GitHubQueries.Search(arePullRequests), new JsonObject { ["filter_query"] = query }),
                GitHubRepositories.Paging("search"),
                new GitHubItems(client, _clients.Value, place.Key, arePullRequests, access).WriteAsync
            );
    }

    private async Task WriteAllAsync(JsonElement repositories, StreamPage page, CancellationToken cancellationToken)
    {
        foreach (var repository in repositories.EnumerateArray())
        {
            await WriteRepositoryAsync(repository, page, cancellationToken);
        }
    }

    private async Task WriteRepositoryAsync(JsonElement repository, StreamPage page, CancellationToken cancellationToken)
    {
        var allowed = _configuration.Value.HasAccessControl
            ? await _access.Value.OfAsync(NameOf(repository), IsPublic(repository), cancellationToken)
            : null;
        page.Add(
            repository.RequiredText("A repository of GitHub", "id"),
            repository,
            RepositoryFields,
            RestTime.Of(repository.Text("updatedAt")),
            access: allowed
        );
    }

    private async Task CheckScopesAsync(CancellationToken cancellationToken)
    {
        using var answer = await Client.SendAsync(new RestRequest(HttpMethod.Head, _configuration.Value.GraphQL), cancellationToken);

        // A fine-grained token has permissions instead, which GitHub does not list.
        if (answer.Header("X-OAuth-Scopes") is not { } header)
        {
            return;
        }

        var scopes = header
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .ToHashSet(StringComparer.Ordinal);
        if (scopes.Overlaps(["write:org", "admin:org"]))
        {
            scopes.Add("read:org");
        }

        if (Scopes.Where(scope => !scopes.Contains(scope)).ToList() is { Count: > 0 } missing)
        {
            throw new ConnectorException(
                $"token: it lacks the scope{(missing.Count > 1 ? "s" : string.Empty)} {string.Join(", ", missing)}. Add them to the "
                    + "token in GitHub, or make a new one."
            );
        }
    }
}
