using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GraphQL;

/// <summary>
/// The objects that a query finds at a GraphQL endpoint, described by configuration alone, under the Python service's names. See
/// docs/sources/graphql.md.
/// </summary>
public sealed class GraphQLDataSource : RestDataSource
{
    private readonly Lazy<GraphQLConfiguration> _configuration;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public GraphQLDataSource(SourceContext context)
        : base(context) => _configuration = FromSettings(GraphQLConfiguration.From);

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "GraphQL",
            ServiceType = "graphql",
            NameFields = ["name", "title"],
            Fields = GraphQLFields.All,
        };

    /// <inheritdoc/>
    /// <remarks>Asks for the name of the type that queries have, which every server tells, also one that does not tell its
    /// schema.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        using var answer = await Client.SendAsync(_configuration.Value.Request("{ __typename }", new JsonObject()), cancellationToken);
        if (!answer.Json.TryGetProperty("data", out _))
        {
            throw new ConnectorException("The server answers without data, so it is no GraphQL server. Check http_endpoint.");
        }
    }

    private protected override RestClient CreateClient()
    {
        var configuration = _configuration.Value;
        var errors = new GraphQLErrors(configuration.Secrets);
        var options = new RestClientOptions
        {
            Name = "GraphQL",
            Address = configuration.Endpoint,
            AddressField = "http_endpoint",
            Signer = configuration.Signer,
            SignInHint = "Check authentication_method, username, password, token and headers.",
            PermissionHint = "Check that the account may read what the query asks for.",
            PrivateHosts = configuration.PrivateHosts,
            ErrorOf = errors.Of,
            Explain = errors.Explain,
            Timeout = configuration.Timeout,
            LargeHint = " Ask for fewer objects a page, or raise max_response_mb.",
            LateHint = "Raise connection_timeout, or ask for fewer objects a page.",
            MaxResponseBytes = configuration.MaxResponseBytes,
            Retries = configuration.Retries,
        };
        return new RestClient(options, Context, RestClient.CreateHttp(Context, "http_endpoint", configuration.PrivateHosts));
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) => [new GraphQLStream(Client, _configuration.Value)];
}
