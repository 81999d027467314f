namespace Connectors.Abstractions;

/// <summary>A document of a <see cref="SourcePage"/>: a view into the page's buffer, valid until the page is disposed.</summary>
/// <param name="Id">The id as UTF-8, as the source gave it; never empty. Longer than 512 bytes is allowed here.</param>
/// <param name="Timestamp">When the document changed last, if the source knows; it decides whether the document is written again.</param>
/// <param name="Body">One JSON object as UTF-8, without <c>id</c> and <c>_timestamp</c>, which the engine adds.</param>
/// <param name="Content">Content to fetch if the document is written, or <see langword="null"/>.</param>
public readonly record struct SourceDocument(
    ReadOnlyMemory<byte> Id,
    DateTimeOffset? Timestamp,
    ReadOnlyMemory<byte> Body,
    DocumentContent? Content
)
{
    /// <summary>The part of the body by which the document is compared with the index: all of it, unless the source marked its end as
    /// volatile (<see cref="SourcePageBuilder.MarkVolatile"/>).</summary>
    public ReadOnlyMemory<byte> Compared => Body[..^VolatileLength];

    /// <summary>Bytes at the end of the body that may differ though the document did not change.</summary>
    internal int VolatileLength { get; init; }
}
