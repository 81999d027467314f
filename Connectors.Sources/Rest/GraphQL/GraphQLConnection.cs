namespace Connectors.Sources.Rest.GraphQL;

/// <summary>A connection that is paged: it has <c>pageInfo { hasNextPage endCursor }</c> and an argument <c>after</c>.</summary>
/// <param name="Name">Where it is, as the user wrote it.</param>
/// <param name="Path">The names that lead to it, below <c>data</c>.</param>
/// <param name="Variable">The variable that is given to <c>after</c>.</param>
internal sealed record GraphQLConnection(string Name, string[] Path, string Variable);
