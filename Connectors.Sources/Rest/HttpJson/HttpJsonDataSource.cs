using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.HttpJson.Streams;
using Connectors.Sources.Rest.SignIn;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.HttpJson;

/// <summary>The items of a JSON endpoint, page by page, as the configuration alone describes it. See docs/sources/http_json.md.</summary>
public sealed class HttpJsonDataSource : RestDataSource, IReportsProgress
{
    private readonly Lazy<HttpJsonConfiguration> _configuration;
    private long _requests;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public HttpJsonDataSource(SourceContext context)
        : base(context) => _configuration = FromSettings(HttpJsonConfiguration.From);

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "HTTP JSON",
            ServiceType = "http_json",

            // The id says what it is.
            NameFields = [],
            Fields = HttpJsonConfiguration.Fields,
        };

    /// <inheritdoc/>
    /// <remarks>Requests that were answered.</remarks>
    public long Progress => Interlocked.Read(ref _requests);

    /// <inheritdoc/>
    /// <remarks>Gets the first page and looks for items and their ids.</remarks>
    public override Task PingAsync(CancellationToken cancellationToken) => Open().CheckAsync(cancellationToken);

    /// <inheritdoc/>
    private protected override RestClient CreateClient()
    {
        var configuration = _configuration.Value;
        return new RestClient(
            new RestClientOptions
            {
                Name = Description.Name,
                Address = configuration.Url,
                Signer = RequestSigner.Headers(configuration.Headers),
                SignInHint = "Check bearer_token and headers.",
                PermissionHint = "Check bearer_token and headers.",
                LateHint = "Raise request_timeout, or ask for smaller pages.",
                LargeHint = " Ask for smaller pages, or raise max_response_mb.",
                PrivateHosts = configuration.AllowedHosts,
                StaysOnHost = true,
                ReadJson = HttpJsonBody.Parse,

                // The sync tries again: http_json has no field that says how often a request is sent.
                Retries = 0,
                Timeout = configuration.Timeout,
                MaxResponseBytes = configuration.MaxResponseBytes,
            },
            Context,
            RestClient.CreateHttp(Context, "url", configuration.AllowedHosts)
        );
    }

    /// <inheritdoc/>
    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) => [Open()];

    private HttpJsonStream Open()
    {
        var configuration = _configuration.Value;
        var pace = new HttpJsonPace(configuration, Context, () => Interlocked.Increment(ref _requests));
        return configuration.Paging == "page"
            ? new NumberedPages(configuration, Client, pace)
            : new LinkedPages(configuration, Client, pace);
    }
}
