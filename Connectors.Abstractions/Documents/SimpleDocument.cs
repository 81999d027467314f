namespace Connectors.Abstractions;

/// <summary>A document as the author of a simple source makes it.</summary>
/// <param name="Id">Any text but the empty one; unique in the source.</param>
/// <param name="Body">What is indexed: anything that <see cref="System.Text.Json.JsonSerializer"/> turns into a JSON object; an anonymous
/// object, a dictionary, a <see cref="System.Text.Json.Nodes.JsonObject"/>.</param>
/// <param name="Timestamp">When the document changed last, if the source knows: an equal time means that the document is not written
/// again.</param>
/// <param name="Content">Content to fetch only if the document has to be written.</param>
public sealed record SimpleDocument(string Id, object Body, DateTimeOffset? Timestamp = null, DocumentContent? Content = null)
{
    /// <summary>Who may see it, of a source with access control (see <see cref="Abstractions.AccessControl"/>); <see langword="null"/> when
    /// its body says so, or nothing does.</summary>
    public IReadOnlyCollection<string>? AccessControl { get; init; }
}
