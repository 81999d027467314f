using System.Text;
using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Testing;

/// <summary>A document copied out of its page.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Timestamp">When it changed last, if the source says so.</param>
/// <param name="Body">Its JSON as text.</param>
public sealed record ReadDocument(string Id, DateTimeOffset? Timestamp, string Body)
{
    /// <summary>The part of the body by which it is compared with the index.</summary>
    public string Compared { get; init; } = Body;

    /// <summary>The body as a tree; fails when it is no JSON.</summary>
    public JsonElement Json() => JsonDocument.Parse(Body).RootElement;

    internal static ReadDocument Of(SourceDocument document) =>
        new(Encoding.UTF8.GetString(document.Id.Span), document.Timestamp, Encoding.UTF8.GetString(document.Body.Span))
        {
            Compared = Encoding.UTF8.GetString(document.Compared.Span),
        };
}
