using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.HttpJson;
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
        settings.GetRequiredString(GraphQLFields.Ids);
        (string Name, Secret Value)[] headers = [.. SignInOf(settings), .. HeadersOf(settings)];
        return new GraphQLConfiguration
        {
            Endpoint = RestFields.Address(settings, GraphQLFields.Endpoint),
            Gets = settings.GetChoice(GraphQLFields.Method, "post", "get") == "get",
            Signer = RequestSigner.Headers(headers),
            Secrets = [.. headers.Select(header => header.Value)],
            Query = query,
            Variables = ObjectOf(settings, GraphQLFields.Variables),
            Objects = ObjectsOf(settings, query),
            Connections =
                settings.GetChoice(GraphQLFields.Paging, "no_pagination", "cursor_pagination") == "cursor_pagination"
                    ? ConnectionsOf(settings, query)
                    : [],
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
        foreach (var (name, node) in ObjectOf(settings, GraphQLFields.Headers))
        {
            using var probe = new HttpRequestMessage();

            // The value may be a secret, so it is not repeated; nor is the name, which a slip may make one.
            if (
                RuleText.Of(node) is not { } value
                || value.Any(char.IsControl)
                || HttpJsonConfiguration.CarriersHeaders.Contains(name)
                || !probe.Headers.TryAddWithoutValidation(name, value)
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

    private static List<GraphQLObjects> ObjectsOf(SourceSettings settings, GraphQLQuery query)
    {
        var ids = PathsOf(settings, GraphQLFields.Ids, query);
        var times = PathsOf(settings, GraphQLFields.Timestamps, query);
        return times.Keys.FirstOrDefault(path => !ids.ContainsKey(path)) is { } other
                ? throw new ConnectorException($"{GraphQLFields.Timestamps}: {other} is not in {GraphQLFields.Ids}. Name it there as well.")
            : ids.Count == 0
                ? throw new ConnectorException($"{GraphQLFields.Ids}: names no objects. Name the path of some, and where their id is.")
            : [.. ids.Select(item => new GraphQLObjects(GraphQLPath.Split(item.Key), item.Value, times.GetValueOrDefault(item.Key)))];
    }

    private static Dictionary<string, string[]> PathsOf(SourceSettings settings, string field, GraphQLQuery query)
    {
        var paths = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var (path, node) in ObjectOf(settings, field))
        {
            var within = RuleText.Of(node) is { Length: > 0 } text
                ? text
                : throw new ConnectorException($"{field}: {path} must be followed by a text, the field within the object.");
            if (query.Find([.. GraphQLPath.Split(path), .. GraphQLPath.Split(within)]) is null)
            {
                throw new ConnectorException(
                    $"{field}: the query does not ask for {path}.{within}. Names are those of the answer: the alias where a field has one."
                );
            }

            paths[path] = GraphQLPath.Split(within);
        }

        return paths;
    }

    private static List<GraphQLConnection> ConnectionsOf(SourceSettings settings, GraphQLQuery query)
    {
        var connections = new List<GraphQLConnection>();
        var names = settings.GetRequiredString(GraphQLFields.PagingKey);
        foreach (var name in names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var path = GraphQLPath.Split(name);
            if (query.Find([.. path, "pageInfo", "hasNextPage"]) is null || query.Find([.. path, "pageInfo", "endCursor"]) is null)
            {
                throw new ConnectorException(
                    $"{GraphQLFields.PagingKey}: the query does not ask for hasNextPage and endCursor of {name}.pageInfo. Add that."
                );
            }

            connections.Add(
                new GraphQLConnection(
                    name,
                    path,
                    query.Find(path)?.After
                        ?? throw new ConnectorException(
                            $"{GraphQLFields.PagingKey}: {name} has no argument after with a variable in the query. Add (after: $after)."
                        )
                )
            );
        }

        return connections.Select(connection => connection.Variable).Distinct(StringComparer.Ordinal).Count() == connections.Count
            ? connections
            : throw new ConnectorException($"{GraphQLFields.PagingKey}: two connections have the same variable after. Give each its own.");
    }

    private static JsonObject ObjectOf(SourceSettings settings, string name)
    {
        if (settings.GetString(name).Trim() is not { Length: > 0 } text)
        {
            return [];
        }

        JsonNode? node = null;
        try
        {
            node = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            // The text may hold a secret, so nothing of it is told.
        }

        return node as JsonObject
            ?? throw new ConnectorException($"{name}: not a JSON object. Write names in quotes, each once, with their values in braces.");
    }
}
