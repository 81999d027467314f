namespace Connectors.Sources.Rest.GraphQL.Queries;

/// <summary>What stands between two braces of a query.</summary>
internal sealed class GraphQLSelection
{
    /// <summary>Fields.</summary>
    public List<GraphQLField> Fields { get; } = [];

    /// <summary>Fragments that stand here.</summary>
    public List<GraphQLSelection> Inline { get; } = [];

    /// <summary>Names of fragments that stand elsewhere.</summary>
    public List<string> Spreads { get; } = [];
}

/// <summary>A field that a query asks for.</summary>
/// <param name="Key">Its name in the answer: the alias, if it has one.</param>
/// <param name="After">The variable that is given to its argument <c>after</c>; <see langword="null"/> for none.</param>
/// <param name="Fields">What is asked for within it.</param>
internal sealed record GraphQLField(string Key, string? After, GraphQLSelection? Fields);
