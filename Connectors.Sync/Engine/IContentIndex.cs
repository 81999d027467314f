using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine.Planning;

namespace Connectors.Sync.Engine;

/// <summary>
/// The engine's operations on the index that it fills. Every call but <see cref="BulkAsync"/> retries what may pass and throws
/// <see cref="ConnectorException"/> otherwise. Safe for concurrent use.
/// </summary>
internal interface IContentIndex
{
    /// <summary>Creates the index if it does not exist (with the mappings for <c>id</c>, <c>_timestamp</c> and <c>_digest</c>), adds what
    /// is missing to the mapping of one that does, and tells about it.</summary>
    Task<ContentIndexState> PrepareAsync(string index, CancellationToken cancellationToken);

    /// <summary>
    /// Makes sure that the index can hold access lists: adds <c>_allow_access_control</c> to its mapping if it is missing.
    /// </summary>
    /// <exception cref="ConnectorException">It is mapped so that documents would be visible to everyone, or to no one.</exception>
    Task PrepareAccessAsync(string index, CancellationToken cancellationToken);

    /// <summary>Number of documents, visible to searches, without an access list: the protocol's query shows them to everyone.</summary>
    Task<long> CountUnsecuredAsync(string index, CancellationToken cancellationToken);

    /// <summary>
    /// Restricts documents without an access list to no one, and removes their <c>_digest</c>, so that they count as changed. No ingest
    /// pipeline runs. Idempotent.
    /// </summary>
    /// <param name="index">The index.</param>
    /// <param name="atMost">Stops after about so many.</param>
    /// <param name="cancellationToken">Stops the call; documents restricted so far stay restricted.</param>
    /// <exception cref="ConnectorException">One could not be restricted.</exception>
    Task RestrictUnsecuredAsync(string index, long atMost, CancellationToken cancellationToken);

    /// <summary>The current state of the index, or <see langword="null"/> when it does not exist. Changes nothing.</summary>
    Task<ContentIndexState?> InspectAsync(string index, CancellationToken cancellationToken);

    /// <summary>Whether an index that has no mark of ours holds documents that no connector wrote, ours or Elastic's: one of those gives
    /// each an <c>id</c>, and the index a <c>_timestamp</c>. Asked before <see cref="PrepareAsync"/>, which adds both to the
    /// mapping.</summary>
    Task<bool> HoldsForeignAsync(string index, CancellationToken cancellationToken);

    /// <summary>
    /// Pins the index with this <see cref="ContentIndexState.Uuid"/>, which was just found: writes go to it and no other, even if it was
    /// recreated before.
    /// </summary>
    void PinIndex(string index, string uuid);

    /// <summary>Deletes the index of exactly this name with everything in it. Syncs never call this.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ConnectorException">Elasticsearch refuses: the credentials may not do that, or the name is that of an alias. Or it
    /// can't be the name of an index.</exception>
    Task<bool> DeleteAsync(string index, CancellationToken cancellationToken);

    /// <summary>Replaces our part of the mapping's <c>_meta</c> (key <c>connectors</c>), leaving what others keep there;
    /// <see langword="null"/> removes it.</summary>
    Task WriteMetaAsync(string index, JsonObject? meta, CancellationToken cancellationToken);

    /// <summary>Whether an ingest pipeline of that name exists.</summary>
    Task<bool> PipelineExistsAsync(string pipeline, CancellationToken cancellationToken);

    /// <summary>Reads what Elasticsearch makes of the documents that are written to an index; <see langword="null"/> when it does not
    /// exist.</summary>
    /// <param name="index">The index.</param>
    /// <param name="pipeline">The ingest pipeline of bulk requests, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    Task<IndexShape?> ReadShapeAsync(string index, string? pipeline, CancellationToken cancellationToken);

    /// <summary>Reads id and version of every document, over a point in time, slices in parallel.</summary>
    /// <param name="index">The index; one that does not exist holds nothing.</param>
    /// <param name="begin">Called before the first document, and again whenever all has to be read from the beginning: then what was
    /// received until then does not count. What it gives is called for each document, one call at a time; the span is valid during the
    /// call. The version is that of <c>_digest</c> where the document has one, else of <c>_timestamp</c>, else
    /// <see cref="DocumentVersion.None"/>.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <exception cref="ConnectorException">They can't be read.</exception>
    Task ReadIdsAsync(string index, Func<IdReceiver> begin, CancellationToken cancellationToken);

    /// <summary>Reads some fields of documents as they are now, also of those that no search sees yet; a document that is not there is left
    /// out.</summary>
    /// <param name="index">The index; one that does not exist holds nothing.</param>
    /// <param name="ids">The ids, some hundreds at most.</param>
    /// <param name="fields">Names of top-level fields of the documents.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    Task<IReadOnlyDictionary<string, JsonObject>> ReadFieldsAsync(
        string index,
        IReadOnlyList<string> ids,
        IReadOnlyList<string> fields,
        CancellationToken cancellationToken
    );

    /// <summary>Sends one bulk request once; every outcome is returned as a value, only a cancelled token throws.</summary>
    /// <param name="index">The index; it is never created by this call if that can be avoided.</param>
    /// <param name="pipeline">Ingest pipeline, or <see langword="null"/>.</param>
    /// <param name="body">NDJSON with a final newline. It is sent from where it lies, so its memory stays as it is until an answer came;
    /// without one, something may read it even later.</param>
    /// <param name="operations">Number of operations in <paramref name="body"/>; the answer has as many items when the request was
    /// taken.</param>
    /// <param name="timeout">How long it may take; <see langword="null"/> for as long as any other call.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    Task<BulkResponse> BulkAsync(
        string index,
        string? pipeline,
        ReadOnlyMemory<byte> body,
        int operations,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    );

    /// <summary>Makes everything written visible to searches.</summary>
    Task RefreshAsync(string index, CancellationToken cancellationToken);

    /// <summary>Number of documents visible to searches.</summary>
    Task<long> CountAsync(string index, CancellationToken cancellationToken);
}

/// <summary>Receives an id of the content index, as UTF-8, and its version.</summary>
internal delegate void IdReceiver(ReadOnlySpan<byte> id, DocumentVersion version);

/// <summary>The content index as it is.</summary>
/// <param name="Uuid">Elasticsearch's <c>index.uuid</c>: another one means that the index was deleted and recreated.</param>
/// <param name="Created">Whether it was created by this call.</param>
/// <param name="DocumentCount">Documents in it, as of the last refresh.</param>
/// <param name="Meta">Our part of the mapping's <c>_meta</c>, or <see langword="null"/>.</param>
internal sealed record ContentIndexState(string Uuid, bool Created, long DocumentCount, JsonObject? Meta);
