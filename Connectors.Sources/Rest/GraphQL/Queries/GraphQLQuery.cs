using Connectors.Abstractions;

namespace Connectors.Sources.Rest.GraphQL.Queries;

/// <summary>A query as far as it has to be understood: what it asks for, and by which variables it is paged.</summary>
internal sealed class GraphQLQuery
{
    private readonly GraphQLSelection _fields;
    private readonly IReadOnlyDictionary<string, GraphQLSelection> _fragments;

    private GraphQLQuery(string text, GraphQLSelection fields, IReadOnlyDictionary<string, GraphQLSelection> fragments) =>
        (Text, _fields, _fragments) = (text, fields, fragments);

    /// <summary>The query.</summary>
    public string Text { get; }

    /// <summary>Reads a query.</summary>
    /// <param name="field">The field that holds it, for messages.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="ConnectorException">The text is not a query, or would change something.</exception>
    public static GraphQLQuery Parse(string field, string text)
    {
        var document = new GraphQLParser(field, text).Parse();
        if (document.Operations is not [var (kind, fields)])
        {
            throw new ConnectorException($"{field}: there are {document.Operations.Count} operations in it. Write one query.");
        }

        return kind == "query"
            ? new GraphQLQuery(text, fields, document.Fragments)
            : throw new ConnectorException($"{field}: it is a {kind}, and only queries are sent. Write one that only reads.");
    }

    /// <summary>The field that names lead to, as they stand in the answer; <see langword="null"/> when the query does not ask for
    /// it.</summary>
    public GraphQLField? Find(IReadOnlyList<string> path)
    {
        var fields = _fields;
        for (var index = 0; fields is not null && index < path.Count; index++)
        {
            var found = Find(fields, path[index], new HashSet<string>(StringComparer.Ordinal));
            if (index == path.Count - 1)
            {
                return found;
            }

            fields = found?.Fields;
        }

        return null;
    }

    private GraphQLField? Find(GraphQLSelection? selection, string key, HashSet<string> seen) =>
        selection?.Fields.Find(field => field.Key == key)
        ?? selection?.Inline.Select(inline => Find(inline, key, seen)).FirstOrDefault(field => field is not null)
        ?? selection
            ?.Spreads.Where(seen.Add)
            .Select(name => Find(_fragments.GetValueOrDefault(name), key, seen))
            .FirstOrDefault(field => field is not null);
}
