namespace Connectors.Sources.Rest.GraphQL;

/// <summary>A field that a query asks for.</summary>
/// <param name="Key">Its name in the answer: the alias, if it has one.</param>
/// <param name="After">The variable that is given to its argument <c>after</c>; <see langword="null"/> for none.</param>
/// <param name="Fields">What is asked for within it.</param>
internal sealed record GraphQLField(string Key, string? After, GraphQLSelection? Fields);
