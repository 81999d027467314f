using System.Runtime.CompilerServices;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.GitHub.Streams;
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
        _configuration = FromSettings(GitHubConfiguration.From);
        _clients = Owned(() => new GitHubClients(_configuration.Value, Context));
        _repositories = new(() => new GitHubRepositories(_configuration.Value, _clients.Value));
        _access = Owned(() => new GitHubAccess(_clients.Value));
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
            await GitHubScopes.CheckAsync(Client, _configuration.Value.GraphQL, cancellationToken);
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
            found.AddRange(await Paging.Listing.ListAsync(client, first, paging, cancellationToken).ToListAsync(cancellationToken));
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
                OfOwner(place.Name, RepositoriesKey, client => new PagedStream("repositories", client, first, paging, WriteAllAsync)),
            ];
        }

        return
        [
            .. new GitHubStreams(place, _rules, _clients.Value, _configuration.Value.HasAccessControl ? _access.Value : null)
                .All()
                .Select(stream => OfOwner(GitHubRepositories.Split(place.Key).Owner, stream.Name, stream.Make)),
        ];
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

    /// <summary>A stream that is read by the client of an owner's installation.</summary>
    private DeferredStream OfOwner(string owner, string name, Func<RestClient, RestStream> make) =>
        new(name, async cancellationToken => make(await _clients.Value.ForAsync(owner, cancellationToken)));

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
}
