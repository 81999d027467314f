using System.Text.Json.Nodes;

namespace Connectors.Abstractions;

/// <summary>What a source is and what it needs to be told.</summary>
public sealed record SourceDescription
{
    /// <summary>The name a person reads: <c>MongoDB</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The protocol's word for it in a connector's <c>service_type</c>: <c>mongodb</c>.</summary>
    public required string ServiceType { get; init; }

    /// <summary>The fields of the connector's <c>configuration</c>, in order.</summary>
    public required IReadOnlyList<ConfigField> Fields { get; init; }

    /// <summary>Whether the source is an <see cref="IChangeFeed"/>: its connectors can have incremental syncs. Default false.</summary>
    public bool HasChangeFeed { get; init; }

    /// <summary>Whether the source is an <see cref="IAccessControlSource"/>: its connectors can have access control syncs. Default
    /// false.</summary>
    public bool HasAccessControl { get; init; }

    /// <summary>
    /// The fields of its documents by which a person knows one, the best first: the first one that a document has is shown beside its id,
    /// which may be a hash. Default: <c>path</c>, <c>title</c>, <c>name</c>, <c>filename</c>.
    /// </summary>
    public IReadOnlyList<string> NameFields { get; init; } = DefaultNameFields;

    private static readonly string[] DefaultNameFields = ["path", "title", "name", "filename"];

    /// <summary>
    /// Tells what is wrong with advanced sync rules (the JSON that a user wrote for this source), one message each, none when they are
    /// right; pure. <see langword="null"/> when the source has no advanced rules. A source that has gets them as
    /// <see cref="SourceContext.AdvancedRules"/>.
    /// </summary>
    public Func<JsonNode, IReadOnlyList<string>>? CheckAdvancedRules { get; init; }
}
