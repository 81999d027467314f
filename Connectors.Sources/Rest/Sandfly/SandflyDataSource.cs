using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Limits;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.SignIn;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Sandfly;

/// <summary>
/// Hosts, SSH keys and results of a Sandfly server. Ids and field names are the Python service's. See docs/sources/sandfly.md.
/// </summary>
public sealed class SandflyDataSource : RestDataSource, IChangeFeed
{
    private const string Service = "Sandfly";
    private const string Feature = "elasticsearch_replication";
    private static readonly RestPlace Hosts = new("hosts", "hosts");
    private static readonly RestPlace Keys = new("keys", "SSH keys");
    private static readonly RestPlace Results = new("results", "results");

    private static readonly IReadOnlyList<RestPlace> Places = [Hosts, Keys, Results];

    private readonly Lazy<SandflyConfiguration> _configuration;
    private (string Cursor, SandflyResults Results, StreamWalk Walk)? _changes;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public SandflyDataSource(SourceContext context)
        : base(context) => _configuration = FromSettings(SandflyConfiguration.From);

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Sandfly Security",
            ServiceType = "sandfly",
            NameFields = ["sandfly_key_data"],
            Fields = SandflyConfiguration.Fields,
            HasChangeFeed = true,
        };

    /// <inheritdoc/>
    /// <remarks>Signs in, and asks for the licence and the hosts.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        await CheckLicenseAsync(cancellationToken);
        using (await Client.GetAsync("hosts", cancellationToken)) { }
    }

    /// <inheritdoc/>
    public async Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken) =>
        new(await SandflyResults.NewestAsync(Client, cancellationToken));

    /// <inheritdoc/>
    /// <remarks>Hosts and keys as they are, and the results after the last one. Results that got too old go with the next full
    /// sync.</remarks>
    public async Task<ChangePage> ReadChangesAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        if (cursor.Length == 0 || !cursor.All(char.IsAsciiDigit))
        {
            return ChangePage.Expired("The stored place of the last sync is no number of a result.");
        }

        if (_changes?.Cursor != cursor)
        {
            await CheckLicenseAsync(cancellationToken);
            var stream = ResultsAfter(cursor);
            _changes?.Walk.Dispose();
            _changes = (cursor, stream, Walk(place => place.Key == Results.Key ? [stream] : StreamsOf(place)));
        }

        var (_, results, walk) = _changes.Value;
        var page = await walk.ReadAsync("changes", Places, after, limits, deleted: null, tokenOf: null, cancellationToken);
        return page.IsLast && results.End is null
            ? throw new ConnectorException("Sandfly: its results can't be read. Check that the user may read them.")
            : new ChangePage(page, [], results.End);
    }

    private protected override RestClient CreateClient()
    {
        var configuration = _configuration.Value;
        var http = RestClient.CreateHttp(
            Context,
            "server_url",
            configuration.PrivateHosts,
            configuration.Authority,
            configuration.VerifiesCertificate,
            authorityField: CertificateAuthorities.SslCa
        );
        var options = new RestClientOptions
        {
            Name = Service,
            Address = configuration.Url,
            AddressField = "server_url",
            Signer = RequestSigner.None,
            SignInHint = "Check username and password.",
            PermissionHint = "Give the user the role api_result_read, and one that may see SSH keys.",
            PrivateHosts = configuration.PrivateHosts,
            Retries = configuration.Retries,
        };

        // What signs in uses the same connections, which are closed with the other client. The request that it is for waits meanwhile in
        // the host's budget and is sent again if this fails: so it has a budget of its own, and no retries.
        var signIn = new RestClient(
            options with
            {
                Retries = 0,
                LimitOf = address => new RequestLimit($"{address.Authority} (sign-in)", TimeSpan.Zero),
            },
            Context,
            http
        );
        var tokens = new SandflyTokens(signIn, configuration.User, configuration.Password);
        return new RestClient(options with { Signer = RequestSigner.Tokens(tokens, Context.TimeProvider) }, Context, http);
    }

    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        await CheckLicenseAsync(cancellationToken);
        return Places;
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) =>
        place.Key switch
        {
            "hosts" =>
            [
                new PagedStream(Hosts.Name, Client, RestRequest.Get("hosts"), RestPaging.None("/data"), SandflyDocuments.WriteHost),
            ],
            "keys" => [new SandflyKeys(Client)],
            _ => [ResultsAfter(null)],
        };

    private protected override ValueTask DisposeAsyncCore()
    {
        _changes?.Walk.Dispose();
        return base.DisposeAsyncCore();
    }

    private SandflyResults ResultsAfter(string? cursor)
    {
        var midnight = new DateTimeOffset(Context.TimeProvider.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        return new SandflyResults(Client, _configuration.Value.WithPassed, midnight.AddDays(-_configuration.Value.Days), cursor);
    }

    private async Task CheckLicenseAsync(CancellationToken cancellationToken)
    {
        using var answer = await Client.GetAsync("license", cancellationToken);
        var license = answer.Json;
        if (RestTime.Of(license.Text("date", "expiry")) is { } end && end < Context.TimeProvider.GetUtcNow())
        {
            throw new ConnectorException($"Sandfly: the server's licence ended on {end:yyyy-MM-dd}. Renew it.");
        }

        if (!license.Items("limits", "features").Any(feature => feature.ValueKind == JsonValueKind.String && feature.ValueEquals(Feature)))
        {
            throw new ConnectorException(
                $"Sandfly: the server's licence lacks the feature {Feature}, without which nothing may be mirrored."
            );
        }
    }
}
