using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sync.Elasticsearch;

/// <summary>
/// Single documents in an index, read and written with optimistic concurrency; what the connector protocol needs. Calls that may pass
/// (429, 502, 503, 504, time-outs, resets) are retried inside. Safe for concurrent use.
/// </summary>
/// <exception cref="ConnectorException">Any other failure, naming the index and the way out.</exception>
internal interface IDocumentStore
{
    /// <summary>The Connector API beside the documents; <see langword="null"/> when it is not to be used.</summary>
    IConnectorApi? ConnectorApi => null;

    /// <summary>The document as it is now (realtime), or <see langword="null"/> when it, or the index, does not exist.</summary>
    Task<StoredDocument?> GetAsync(string index, string id, CancellationToken cancellationToken);

    /// <summary>
    /// Every document that <paramref name="query"/> finds as of the last refresh, read in pages to the end, over a point in time, so that
    /// none is left out or comes twice while others write. A missing index holds nothing.
    /// </summary>
    /// <param name="index">Index or alias.</param>
    /// <param name="query">The <c>query</c> of a search body; <see langword="null"/> for all.</param>
    /// <param name="sort">The field to sort by, ascending; <see langword="null"/> for any order.</param>
    IAsyncEnumerable<StoredDocument> SearchAsync(string index, JsonObject? query, string? sort, CancellationToken cancellationToken);

    /// <summary>The documents with the greatest values of a field, the greatest first, as of the last refresh, in one search. A missing
    /// index holds nothing.</summary>
    /// <param name="index">Index or alias.</param>
    /// <param name="query">The <c>query</c> of a search body; <see langword="null"/> for all.</param>
    /// <param name="sort">The field; documents without it come last.</param>
    /// <param name="count">How many, 1 to 1,000.</param>
    Task<IReadOnlyList<StoredDocument>> SearchLastAsync(
        string index,
        JsonObject? query,
        string sort,
        int count,
        CancellationToken cancellationToken
    );

    /// <summary>Makes a document that must not exist yet, and waits until searches see it.</summary>
    /// <param name="id">Its id, or <see langword="null"/> to let Elasticsearch choose one.</param>
    /// <returns>The document with its place in the index's history; <see langword="null"/> when the id exists already.</returns>
    Task<StoredDocument?> CreateAsync(string index, string? id, JsonObject source, CancellationToken cancellationToken);

    /// <summary>Merges <paramref name="partial"/> into a document (objects are merged, other values replaced).</summary>
    /// <param name="expected">Write only if the document has not changed since it was read; <see langword="null"/> to write whatever it is
    /// now.</param>
    Task<DocumentWrite> UpdateAsync(
        string index,
        string id,
        JsonObject partial,
        StoredDocument? expected,
        CancellationToken cancellationToken
    );

    /// <summary>Deletes a document.</summary>
    /// <param name="expected">Delete only if the document has not changed since it was read; <see langword="null"/> to delete it
    /// anyway.</param>
    Task<DocumentWrite> DeleteAsync(string index, string id, StoredDocument? expected, CancellationToken cancellationToken);

    /// <summary>Creates the index with the given settings and mappings unless it, or an alias of that name, exists, or the credentials may
    /// not: it is then missing, and holds nothing, until somebody else makes it.</summary>
    /// <returns>Whether it was created now.</returns>
    Task<bool> EnsureIndexAsync(string index, JsonObject definition, CancellationToken cancellationToken);
}

/// <summary>A document and its version in the index.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">Its content; the caller's own copy.</param>
/// <param name="SequenceNumber">Elasticsearch's <c>_seq_no</c>.</param>
/// <param name="PrimaryTerm">Elasticsearch's <c>_primary_term</c>.</param>
internal sealed record StoredDocument(string Id, JsonObject Source, long SequenceNumber, long PrimaryTerm);

/// <summary>The result of a conditional write. Expected outcomes are values, not exceptions.</summary>
internal enum DocumentWrite
{
    /// <summary>Written (or a no-op, because the document was so already).</summary>
    Done,

    /// <summary>The document changed since it was read: read it again and decide again.</summary>
    Conflict,

    /// <summary>There is no such document any more.</summary>
    Missing,
}
