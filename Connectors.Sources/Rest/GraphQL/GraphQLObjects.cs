using Connectors.Abstractions;
using Connectors.Sources.Rest.GraphQL.Queries;

namespace Connectors.Sources.Rest.GraphQL;

/// <summary>Objects of an answer that become documents.</summary>
/// <param name="Path">Where they are, below <c>data</c>.</param>
/// <param name="Id">Where an object's id is, within it.</param>
/// <param name="Timestamp">Where the time of its last change is; <see langword="null"/> when nothing tells it.</param>
internal sealed record GraphQLObjects(string[] Path, string[] Id, string[]? Timestamp)
{
    /// <summary>Those that the fields name.</summary>
    /// <exception cref="ConnectorException">They name none, or what the query does not ask for.</exception>
    public static IReadOnlyList<GraphQLObjects> From(SourceSettings settings, GraphQLQuery query)
    {
        settings.GetRequiredString(GraphQLFields.Ids);
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
        foreach (var (path, node) in RestFields.Object(settings, field))
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
}
