using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine.Changes;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Engine;

/// <summary>The steps after the last page: judge the deletes, make sure that the index is still the same one, finish. Safe for concurrent use.</summary>
internal sealed class SyncEnding(IContentIndex index, SyncEngineOptions options)
{
    /// <summary>The sentence that refuses the deletes of a source that was read to its end, or <see langword="null"/> when they may go ahead.</summary>
    /// <param name="request">The sync.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="counts">What was listed.</param>
    /// <param name="vanished">Documents of the index that were not listed.</param>
    /// <param name="gap">Why documents may be missing from the listing, or <see langword="null"/>.</param>
    public string? RefuseDeletes(SyncRequest request, StoredPlan plan, SyncCounts counts, long vanished, string? gap) => vanished > 0 && gap is not null
        ? $"{(request.DryRun ? "Nothing would be deleted" : "Nothing was deleted")}, because the source could not list everything: {gap.TrimEnd('.')}. {(request.DryRun ? "New and changed documents would be written" : "New and changed documents were written")}. Mend the permissions, or exclude that place, and sync again."
        : vanished > 0 && plan.HoldsForeign && !request.AllowMassDelete
        ? DeleteGuard.Foreign(plan.IndexName, plan.Snapshot.Count, vanished, request.DryRun)
        : DeleteGuard.Refuse(plan.Snapshot.Count, counts.Read + counts.Unreadable, vanished, options.DeleteGuard, request.AllowMassDelete, request.DryRun);

    /// <summary>Makes sure that the index is the one that the sync began with.</summary>
    /// <returns>The index as it is; <see langword="null"/> in a dry run, which needs none.</returns>
    /// <exception cref="ConnectorException">It isn't.</exception>
    public async Task<ContentIndexState?> CheckIndexAsync(SyncRequest request, StoredPlan plan, CancellationToken cancellationToken)
    {
        if (request.DryRun)
        {
            return null;
        }

        var current = await index.InspectAsync(request.IndexName, cancellationToken);
        if (current?.Uuid != plan.IndexUuid)
        {
            throw new ConnectorException($"The index '{request.IndexName}' was deleted, or made again, while it was being filled. Start the sync again to build it anew.");
        }

        // Another process may have made it, after this one wrote to the index that was there before.
        index.Expect(request.IndexName, plan.IndexUuid);
        return current;
    }

    /// <summary>What there is to tell of a sync whose source was certain that nothing changed.</summary>
    /// <param name="request">The sync.</param>
    /// <param name="place">Where the source is in its history, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Documents in the index, and what the connector's <c>sync_cursor</c> becomes.</returns>
    public async Task<(long TotalDocuments, JsonObject? Cursor)> UnchangedAsync(SyncRequest request, string? place, CancellationToken cancellationToken)
    {
        var total = await index.CountAsync(request.IndexName, cancellationToken);
        var uuid = place is null ? null : (await index.InspectAsync(request.IndexName, cancellationToken))?.Uuid;
        return (total, SyncCursor.After(request, place, uuid ?? string.Empty));
    }

    /// <summary>
    /// Gives the documents that do not say who may see them to nobody, where documents have to: those that a sync did not reach, from before access control was switched on, would else stay
    /// open for good. Before, the index loses its mark, so that they are written again whatever the next sync is asked for. May be done twice.
    /// </summary>
    /// <param name="index">Where the index is.</param>
    /// <param name="request">The sync.</param>
    /// <param name="atMost">Stops after about so many.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Whether there were any.</returns>
    /// <exception cref="ConnectorException">One can't be closed.</exception>
    public static async Task<bool> CloseAsync(IContentIndex index, SyncRequest request, long atMost, CancellationToken cancellationToken)
    {
        if (request.DryRun || !request.HasAccessControl)
        {
            return false;
        }

        await index.RefreshAsync(request.IndexName, cancellationToken);
        if (await index.CountOpenAsync(request.IndexName, cancellationToken) == 0)
        {
            return false;
        }

        await index.PrepareAccessAsync(request.IndexName, cancellationToken);
        var mark = IndexMark.From((await index.InspectAsync(request.IndexName, cancellationToken))?.Meta);
        var unmarked = new IndexMark(null, null, await index.CountAsync(request.IndexName, cancellationToken), mark?.HoldsForeign == true);
        await index.WriteMetaAsync(request.IndexName, unmarked.ToJson(), cancellationToken);
        await index.CloseOpenAsync(request.IndexName, atMost, cancellationToken);
        return true;
    }

    /// <summary>The same for all of them, in the index that the sync began with.</summary>
    /// <exception cref="ConnectorException">One can't be closed, or it is another index.</exception>
    public async Task<bool> CloseAsync(SyncRequest request, StoredPlan plan, CancellationToken cancellationToken) =>
        request.HasAccessControl && await CheckIndexAsync(request, plan, cancellationToken) is not null && await CloseAsync(index, request, long.MaxValue, cancellationToken);

    /// <summary>Makes everything visible and marks the index with what it holds now. May be done twice.</summary>
    /// <param name="request">The sync.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="isListed">Whether the source listed everything, and the deletes of what vanished were not refused.</param>
    /// <param name="rejections">What was rejected or unreadable.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Documents in the index.</returns>
    public async Task<long> CompleteAsync(
        SyncRequest request, StoredPlan plan, bool isListed, RejectionReport rejections, CancellationToken cancellationToken)
    {
        if (request.DryRun)
        {
            return plan.Snapshot.Count;
        }

        await index.RefreshAsync(request.IndexName, cancellationToken);

        // A sync that only deletes writes no lists, and keeps the mark of the one that did.
        var hasClosed = plan.Kind != SyncKind.DeletesOnly && await CloseAsync(request, plan, cancellationToken);
        var total = await index.CountAsync(request.IndexName, cancellationToken);
        await CheckIndexAsync(request, plan, cancellationToken);
        if (plan.Kind != SyncKind.DeletesOnly || plan.KeptFingerprint is not null || plan.HoldsForeign)
        {
            var fingerprint = plan.Kind == SyncKind.DeletesOnly ? plan.KeptFingerprint : plan.Fingerprint;
            var holdsForeign = plan.HoldsForeign && !(isListed && plan.Kind != SyncKind.NoDeletes);

            // Documents that did not make it must be tried again at the next sync, even if the source says that nothing changed.
            var isWhole = plan.Kind == SyncKind.Full && isListed && rejections.Total == 0 && !hasClosed;
            var mark = new IndexMark(fingerprint, isWhole ? plan.ChangeMark : null, total, holdsForeign) { Shape = plan.Shape };
            await index.WriteMetaAsync(request.IndexName, mark.ToJson(), cancellationToken);
        }

        return total;
    }
}
