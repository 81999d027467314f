using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.GraphQL.Queries;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SignIn;

namespace Connectors.Sources.Rest.GraphQL;

/// <summary>What was entered in the fields of a <c>graphql</c> connector.</summary>
internal sealed record GraphQLConfiguration
{
    public required Uri Endpoint { get; init; }

    public required bool Gets { get; init; }

    public required RequestSigner Signer { get; init; }

    /// <summary>The values of the headers that sign in.</summary>
    public required IReadOnlyList<Secret> Secrets { get; init; }

    public required GraphQLQuery Query { get; init; }

    public required JsonObject Variables { get; init; }

    public required IReadOnlyList<GraphQLObjects> Objects { get; init; }

    /// <summary>What is paged; none when one answer is all.</summary>
    public required IReadOnlyList<GraphQLConnection> Connections { get; init; }

    public required IReadOnlyList<string> PrivateHosts { get; init; }

    public required TimeSpan Timeout { get; init; }

    public required int MaxResponseBytes { get; init; }

    public required int Retries { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static GraphQLConfiguration From(SourceSettings settings)
    {
        var query = GraphQLQuery.Parse(GraphQLFields.Query, settings.GetRequiredString(GraphQLFields.Query));
        (string Name, Secret Value)[] headers = [.. SignInOf(settings), .. HeadersOf(settings)];
        return new GraphQLConfiguration
        {
            Endpoint = RestFields.Address(settings, GraphQLFields.Endpoint),
            Gets = settings.GetChoice(GraphQLFields.Method, "post", "get") == "get",
            Signer = RequestSigner.Headers(headers),
            Secrets = [.. headers.Select(header => header.Value)],
            Query = query,
            Variables = RestFields.Object(settings, GraphQLFields.Variables),
            Objects = GraphQLObjects.From(settings, query),
            Connections = GraphQLConnection.From(settings, query),
            PrivateHosts = settings.GetList("allowed_hosts"),
            Timeout = TimeSpan.FromSeconds(RestFields.Number(settings, GraphQLFields.Timeout, 300, 1, 3600)),
            MaxResponseBytes = RestFields.Number(settings, GraphQLFields.MaxResponse, 64, 1, 1024) * 1024 * 1024,
            Retries = RestFields.Number(settings, "retry_count", 3, 0, 10),
        };
    }

    /// <summary>A request for a query.</summary>
    public RestRequest Request(string query, JsonObject variables)
    {
        if (!Gets)
        {
            return RestRequest.GraphQL(Endpoint.AbsoluteUri, query, variables);
        }

        var request = RestRequest.Get(Endpoint.AbsoluteUri).WithQuery("query", query);
        return variables.Count == 0 ? request : request.WithQuery("variables", variables.ToJsonString());
    }

    private static (string Name, Secret Value)[] SignInOf(SourceSettings settings)
    {
        var value = settings.GetChoice(GraphQLFields.SignIn, "none", "basic", "bearer") switch
        {
            "basic" => $"Basic {Pair(settings.GetRequiredString("username"), settings.GetRequiredString("password"))}",
            "bearer" => $"Bearer {settings.GetRequiredString("token").Trim()}",
            _ => null,
        };
        return value is null ? [] : [("Authorization", new Secret(value))];

        static string Pair(string user, string password) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
    }

    private static List<(string Name, Secret Value)> HeadersOf(SourceSettings settings)
    {
        var headers = new List<(string Name, Secret Value)>();
        foreach (var (name, node) in RestFields.Object(settings, GraphQLFields.Headers))
        {
            // The value may be a secret, so it is not repeated; nor is the name, which a slip may make one.
            if (
                RuleText.Of(node) is not { } value
                || EnteredHeaders.CarrierOf(name) is not null
                || !EnteredHeaders.CanBeSent(name, value)
            )
            {
                throw new ConnectorException(
                    $"{GraphQLFields.Headers}: number {headers.Count + 1} can't be sent. Give names with texts, and none that says how the "
                        + "request is sent."
                );
            }

            headers.Add((name, new Secret(value)));
        }

        return headers;
    }
}
