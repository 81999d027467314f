using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.SignIn;

namespace Connectors.Sources.Rest.GitHub;

/// <summary>
/// Who asks: the owner of a personal access token, or an app, which has a token of its own for each owner that it is installed for. Safe
/// for concurrent use.
/// </summary>
internal sealed class GitHubClients(GitHubConfiguration configuration, SourceContext context) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<RestClient>> _byOwner = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private RestClient? _root;
    private IReadOnlyDictionary<string, long>? _installations;

    /// <summary>Whether an app asks.</summary>
    public bool IsApp => configuration.Token is null;

    /// <summary>The client of the token, or of the app itself.</summary>
    public RestClient Root =>
        LazyInitializer.EnsureInitialized(ref _root, () =>
            Create(
                configuration.Token is { } token
                    ? RequestSigner.Bearer(token)
                    : RequestSigner.Tokens(new AppTokens(configuration, context.TimeProvider), context.TimeProvider)
            )
        );

    /// <summary>A GraphQL query.</summary>
    public RestRequest Query(string query, JsonObject variables) => RestRequest.GraphQL(configuration.GraphQL, query, variables);

    /// <summary>The client that may read what an owner has.</summary>
    /// <exception cref="ConnectorException">The app is not installed for this owner.</exception>
    public async Task<RestClient> ForAsync(string owner, CancellationToken cancellationToken)
    {
        if (!IsApp)
        {
            return Root;
        }

        var installation = (await InstallationsAsync(cancellationToken)).TryGetValue(owner, out var id)
            ? id
            : throw new ConnectorException(
                $"repositories: the app is not installed for '{owner}'. Install it there, or leave its repositories out."
            );
        return _byOwner
            .GetOrAdd(owner, _ => new Lazy<RestClient>(() =>
                Create(RequestSigner.Tokens(new InstallationTokens(Root, installation), context.TimeProvider))
            ))
            .Value;
    }

    /// <summary>The owners to mirror that the app is installed for, sorted.</summary>
    public async Task<IReadOnlyList<string>> OwnersAsync(CancellationToken cancellationToken) =>
        [.. (await InstallationsAsync(cancellationToken)).Keys.Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _byOwner.Values.Where(client => client.IsValueCreated))
        {
            client.Value.Dispose();
        }

        _root?.Dispose();
        _gate.Dispose();
    }

    private RestClient Create(RequestSigner signer)
    {
        var options = new RestClientOptions
        {
            Name = "GitHub",
            Address = configuration.Rest,
            AddressField = configuration.AddressField,
            HasFixedHost = !configuration.IsServer,
            Signer = signer,
            Headers =
            [
                new("Accept", "application/vnd.github+json"),
                new("User-Agent", "connectors"),
                new("X-GitHub-Api-Version", "2022-11-28"),
            ],
            SignInHint = IsApp ? "Check app_id and private_key." : "Check token: it may have ended, or was withdrawn.",
            PermissionHint = GitHubDataSource.PermissionHint,
            PrivateHosts = configuration.PrivateHosts,
            Limits = [GitHubErrors.Limit],
            ErrorOf = GitHubErrors.Of,
            Retries = configuration.Retries,

            // The limit of an hour is lifted when the hour is over.
            LongestWait = TimeSpan.FromMinutes(65),
        };
        return new RestClient(
            options,
            context,
            RestClient.CreateHttp(
                context,
                "host",
                configuration.PrivateHosts,
                configuration.Authority,
                authorityField: configuration.IsServer ? RestFields.AuthorityHint : null
            )
        );
    }

    private async Task<IReadOnlyDictionary<string, long>> InstallationsAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_installations is { } known)
            {
                return known;
            }

            var found = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
            await foreach (
                var installation in Root.ListAsync(
                    RestRequest.Get("app/installations?per_page=100"),
                    RestPaging.LinkHeader(string.Empty),
                    cancellationToken
                )
            )
            {
                var isMeant = installation.Text("account", "type") == (configuration.OfOrganizations ? "Organization" : "User");
                if (isMeant && installation.Find("suspended_at") is null && installation.Text("account", "login") is { } login)
                {
                    found[login] = installation.Number("id");
                }
            }

            return _installations = found;
        }
        finally
        {
            _gate.Release();
        }
    }

    private sealed class AppTokens(GitHubConfiguration configuration, TimeProvider time) : ITokenSource
    {
        public Task<AccessToken> FetchAsync(CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            var token = SignedJwt.Create("private_key", configuration.PrivateKey!, configuration.AppId, now);
            return Task.FromResult(new AccessToken(new Secret(token), now.AddMinutes(5)));
        }
    }

    private sealed class InstallationTokens(RestClient root, long installation) : ITokenSource
    {
        public async Task<AccessToken> FetchAsync(CancellationToken cancellationToken)
        {
            var address = string.Create(CultureInfo.InvariantCulture, $"app/installations/{installation}/access_tokens");
            using var answer = await root.SendAsync(RestRequest.Post(address, new JsonObject()), cancellationToken);
            return new AccessToken(
                new Secret(answer.Json.RequiredText("A token of GitHub", "token")),
                RestTime.Of(answer.Json.Text("expires_at"))
            );
        }
    }
}
