using Connectors.Abstractions;
using Connectors.Sources.Rest.GraphQL.Queries;

namespace Connectors.Sources.Rest.GraphQL;

/// <summary>A connection that is paged: it has <c>pageInfo { hasNextPage endCursor }</c> and an argument <c>after</c>.</summary>
/// <param name="Name">Where it is, as the user wrote it.</param>
/// <param name="Path">The names that lead to it, below <c>data</c>.</param>
/// <param name="Variable">The variable that is given to <c>after</c>.</param>
internal sealed record GraphQLConnection(string Name, string[] Path, string Variable)
{
    /// <summary>Those that the fields name; none when one answer is all.</summary>
    /// <exception cref="ConnectorException">One can't be paged as the query asks for it.</exception>
    public static IReadOnlyList<GraphQLConnection> From(SourceSettings settings, GraphQLQuery query)
    {
        if (settings.GetChoice(GraphQLFields.Paging, "no_pagination", "cursor_pagination") == "no_pagination")
        {
            return [];
        }

        var names = settings.GetRequiredString(GraphQLFields.PagingKey);
        List<GraphQLConnection> connections =
        [
            .. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name => Of(name, query)),
        ];
        return connections.DistinctBy(connection => connection.Variable, StringComparer.Ordinal).Count() == connections.Count
            ? connections
            : throw new ConnectorException($"{GraphQLFields.PagingKey}: two connections have the same variable after. Give each its own.");
    }

    private static GraphQLConnection Of(string name, GraphQLQuery query)
    {
        var path = GraphQLPath.Split(name);
        if (query.Find([.. path, "pageInfo", "hasNextPage"]) is null || query.Find([.. path, "pageInfo", "endCursor"]) is null)
        {
            throw new ConnectorException(
                $"{GraphQLFields.PagingKey}: the query does not ask for hasNextPage and endCursor of {name}.pageInfo. Add that."
            );
        }

        return query.Find(path)?.After is { } variable
            ? new GraphQLConnection(name, path, variable)
            : throw new ConnectorException(
                $"{GraphQLFields.PagingKey}: {name} has no argument after with a variable in the query. Add (after: $after)."
            );
    }
}
