using Connectors.Abstractions;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Engine.Changes;

/// <summary>What an incremental sync notes in the index's mark: before it writes, and after its last page. Safe for concurrent use.</summary>
internal sealed class ChangeEnding(IContentIndex index, SyncEngineOptions options)
{
    private readonly SyncEnding _ending = new(index, options);

    /// <summary>Before something is written: from the first write on, the index is no longer what the source's change mark stands for. May be done twice.</summary>
    /// <exception cref="ConnectorException">The index is no longer the one that the sync began with.</exception>
    public async Task UnmarkAsync(SyncRequest request, StoredPlan plan, CancellationToken cancellationToken)
    {
        var current = await _ending.CheckIndexAsync(request, plan, cancellationToken);
        if (IndexMark.From(current?.Meta) is { ChangeMark: not null } mark)
        {
            await index.WriteMetaAsync(request.IndexName, (mark with { ChangeMark = null }).ToJson(), cancellationToken);
        }
    }

    /// <summary>Makes everything visible and marks the index with what it holds now. May be done twice.</summary>
    /// <returns>Documents in the index.</returns>
    /// <exception cref="ConnectorException">The index is no longer the one that the sync began with.</exception>
    public async Task<long> CompleteAsync(SyncRequest request, StoredPlan plan, SyncCounts counts, CancellationToken cancellationToken)
    {
        await index.RefreshAsync(request.IndexName, cancellationToken);
        var hasClosed = await _ending.CloseAsync(request, plan, cancellationToken);
        var total = await index.CountAsync(request.IndexName, cancellationToken);
        var current = await _ending.CheckIndexAsync(request, plan, cancellationToken);
        if (hasClosed || counts.Indexed + counts.Deleted > 0)
        {
            var before = IndexMark.From(current?.Meta);
            var mark = new IndexMark(plan.Fingerprint, null, total, before?.HoldsForeign == true) { Shape = before?.Shape };
            await index.WriteMetaAsync(request.IndexName, mark.ToJson(), cancellationToken);
        }

        return total;
    }
}
