using Connectors.Abstractions;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Engine.Changes;

/// <summary>
/// Updates the index metadata in an incremental sync: before the first write, and after the last page. Safe for concurrent use.
/// </summary>
internal sealed class IncrementalCompletion(IContentIndex index, SyncEngineOptions options)
{
    private readonly SyncCompletion _ending = new(index, options);

    /// <summary>
    /// Call before the first write: from then on the index no longer corresponds to the source's change token. Idempotent.
    /// </summary>
    /// <exception cref="ConnectorException">The index is no longer the one that the sync began with.</exception>
    public async Task ClearChangeTokenAsync(SyncRequest request, StoredPlan plan, CancellationToken cancellationToken)
    {
        var current = await _ending.CheckIndexAsync(request, plan, cancellationToken);
        if (IndexMetadata.From(current?.Meta) is { ChangeToken: not null } metadata)
        {
            await index.WriteMetaAsync(request.IndexName, (metadata with { ChangeToken = null }).ToJson(), cancellationToken);
        }
    }

    /// <summary>Refreshes the index and writes its metadata. Idempotent.</summary>
    /// <returns>Documents in the index.</returns>
    /// <exception cref="ConnectorException">The index is no longer the one that the sync began with.</exception>
    public async Task<long> CompleteAsync(SyncRequest request, StoredPlan plan, SyncCounts counts, CancellationToken cancellationToken)
    {
        await index.RefreshAsync(request.IndexName, cancellationToken);
        var hasRestricted = await _ending.RestrictUnsecuredAsync(request, plan, cancellationToken);
        var total = await index.CountAsync(request.IndexName, cancellationToken);
        var current = await _ending.CheckIndexAsync(request, plan, cancellationToken);
        if (hasRestricted || counts.Indexed + counts.Deleted > 0)
        {
            var before = IndexMetadata.From(current?.Meta);
            var metadata = new IndexMetadata(plan.Fingerprint, null, total, before?.HoldsForeign == true) { Shape = before?.Shape };
            await index.WriteMetaAsync(request.IndexName, metadata.ToJson(), cancellationToken);
        }

        return total;
    }
}
