using Connectors.Abstractions;

namespace Connectors.Sync.Elasticsearch.Indices;

/// <summary>A field of the documents that is to be searched by meaning: what it holds is copied to a <c>semantic_text</c> field beside it,
/// and it stays as it is.</summary>
/// <param name="Field">Its path: <c>body</c>, <c>issue.summary</c>.</param>
/// <param name="InferenceId">The inference endpoint; <see langword="null"/> for the one that Elasticsearch chooses.</param>
internal sealed record SemanticField(string Field, string? InferenceId)
{
    /// <summary>What the name of the field beside it ends with.</summary>
    public const string Suffix = "_semantic";

    /// <summary>The field beside it.</summary>
    public string Target => Field + Suffix;

    /// <summary>Reads <c>FIELD</c> or <c>FIELD=INFERENCE_ID</c>.</summary>
    /// <exception cref="ConnectorException">It is none, or the field is one of a connector's own.</exception>
    public static SemanticField Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (field, id) = text.Split('=', 2) is [var before, var after] ? (before.Trim(), after.Trim()) : (text.Trim(), null);
        return field.Length == 0 || field.Split('.').Any(string.IsNullOrWhiteSpace) || id == string.Empty
                ? throw new ConnectorException(
                    $"'{text}' names no field to be searched by meaning. Write FIELD or FIELD=INFERENCE_ID, for example body."
                )
            : field.AsSpan().ContainsAny("*? ")
                ? throw new ConnectorException(
                    $"'{field}' is not the name of a field: it has a blank, '*' or '?'. Name one field at a time, for example body."
                )
            : field == "id" || field.StartsWith('_')
                ? throw new ConnectorException(
                    $"'{field}' is a field of the connector's own, which holds no text to be searched by meaning. Name another one, for "
                        + "example body."
                )
            : new SemanticField(field, id);
    }
}
