namespace Connectors.Sources.Rest.GraphQL;

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
