using System.Text.Json.Nodes;
using Connectors.Sources.Rest.GraphQL;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.GraphQL;

/// <summary>How the recording of a GraphQL endpoint is replayed.</summary>
internal static class GraphQLReplay
{
    public static ReplaySource Source { get; } = With(_ => null);

    /// <summary>The recording with answers of one's own before it. A clock that never waits knows the limit of a request by its
    /// length.</summary>
    public static ReplaySource With(Func<ReplayRequest, ReplayAnswer?> answer) =>
        new("graphql", context => new GraphQLDataSource(context))
        {
            Answer = (request, _) => answer(request) ?? (QueryOf(request) == "{ __typename }" ? Data("""{"__typename": "Query"}""") : null),
            Values = new Dictionary<string, string>(StringComparer.Ordinal) { ["connection_timeout"] = "100" },
        };

    /// <summary>The query of a request.</summary>
    public static string? QueryOf(ReplayRequest request) =>
        request.Method == "GET" ? request.Query.Single(pair => pair.Key == "query").Value : (string?)request.Body!["query"];

    /// <summary>An answer with data.</summary>
    public static ReplayAnswer Data(string data) => ReplayAnswer.Json(new JsonObject { ["data"] = JsonNode.Parse(data) });
}
