using Connectors.Abstractions;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Streams;

/// <summary>
/// One listing of a place: its issues, its files. The streams of a place are read one after the other, each page by page; where the
/// reading is, is the
/// resume token of the sync. One thread at a time.
/// </summary>
/// <param name="name">What it lists, for messages: <c>issues</c>.</param>
internal abstract class RestStream(string name)
{
    /// <summary>What it lists.</summary>
    public string Name => name;

    /// <summary>Whether a page with the same ids as an earlier one means that the listing goes round in a circle.</summary>
    public virtual bool IsOneListing => true;

    /// <summary>Reads the page at a cursor, with all that belongs to its documents.</summary>
    /// <remarks>After a crash the same page may be asked for again, by another process: the cursor alone says where it is.</remarks>
    /// <param name="cursor">Empty for the first page; else what an earlier call returned.</param>
    /// <param name="page">Takes the documents.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>The cursor of the next page, short and without secrets; <see langword="null"/> when this one is the last.</returns>
    /// <exception cref="ConnectorException">Any failure.</exception>
    public abstract Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken);

    /// <summary>The error of a listing that goes round in a circle, or never gives anything.</summary>
    /// <param name="listing">The listing, for the message.</param>
    public virtual ConnectorException NeverEnds(string listing) => PageCircle.NeverEnds(listing);
}
