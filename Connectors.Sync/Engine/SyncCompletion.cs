using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine.Changes;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Engine;

/// <summary>
/// Completes a sync: judges the deletes, makes sure that the index is still the same, and writes its metadata. Safe for concurrent use.
/// </summary>
internal sealed class SyncCompletion(IContentIndex index, SyncEngineOptions options)
{
    /// <summary>
    /// Why the deletes of a completely read source are refused, in a sentence, or <see langword="null"/> when they are allowed.
    /// </summary>
    /// <param name="request">The sync.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="counts">What was listed.</param>
    /// <param name="vanished">Documents of the index that were not listed.</param>
    /// <param name="gap">Why documents may be missing from the listing, or <see langword="null"/>.</param>
    public string? RefuseDeletes(SyncRequest request, StoredPlan plan, SyncCounts counts, long vanished, string? gap) =>
        vanished > 0 && gap is not null
            ? $"{(request.DryRun ? "Nothing would be deleted" : "Nothing was deleted")}, because the source could not list everything: "
                + $"{Sentences.Inner(gap)}."
                + $"{DeleteGuard.Written(request.DryRun, plan.Kind == SyncKind.DeletesOnly)} Make that place readable, or leave it out, "
                + "then sync again."
        : vanished > 0 && plan.HoldsForeign && !request.AllowMassDelete
            ? DeleteGuard.Foreign(plan.IndexName, plan.Snapshot.Count, vanished, request.DryRun, plan.Kind == SyncKind.DeletesOnly)
        : DeleteGuard.Refuse(
            plan.Snapshot.Count,
            counts.Read + counts.Unreadable,
            vanished,
            options.DeleteGuard,
            request.AllowMassDelete,
            request.DryRun,
            plan.Kind == SyncKind.DeletesOnly
        );

    /// <summary>Makes sure that the index is the one that the sync began with.</summary>
    /// <returns>The current index; <see langword="null"/> in a dry run, which needs none.</returns>
    /// <exception cref="ConnectorException">It is another one.</exception>
    public async Task<ContentIndexState?> CheckIndexAsync(SyncRequest request, StoredPlan plan, CancellationToken cancellationToken)
    {
        if (request.DryRun)
        {
            return null;
        }

        var current = await index.InspectAsync(request.IndexName, cancellationToken);
        if (current?.Uuid != plan.IndexUuid)
        {
            throw new ConnectorException(
                $"The index '{request.IndexName}' was deleted or recreated during the sync. Start the sync again to rebuild it."
            );
        }

        // Another process may have recreated it after this one wrote to the previous index.
        index.PinIndex(request.IndexName, plan.IndexUuid);
        return current;
    }

    /// <summary>The result of a sync that was skipped because nothing changed.</summary>
    /// <param name="request">The sync.</param>
    /// <param name="sourceCursor">The source's position in its history, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Documents in the index, and what the connector's <c>sync_cursor</c> becomes.</returns>
    public async Task<(long TotalDocuments, JsonObject? Cursor)> UnchangedAsync(
        SyncRequest request,
        string? sourceCursor,
        CancellationToken cancellationToken
    )
    {
        var total = await index.CountAsync(request.IndexName, cancellationToken);
        var uuid = sourceCursor is null ? null : (await index.InspectAsync(request.IndexName, cancellationToken))?.Uuid;
        return (total, SyncCursor.After(request, sourceCursor, uuid ?? string.Empty));
    }

    /// <summary>
    /// Restricts documents without an access list to no one. They are documents that a sync did not reach, from before access control was
    /// switched on, and would otherwise stay visible to everyone. The index metadata is cleared first, so that the next sync writes them
    /// again whatever its kind. Idempotent.
    /// </summary>
    /// <param name="index">The index.</param>
    /// <param name="request">The sync.</param>
    /// <param name="atMost">Stops after about so many.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Whether there were any.</returns>
    /// <exception cref="ConnectorException">One could not be restricted.</exception>
    public static async Task<bool> RestrictUnsecuredAsync(
        IContentIndex index,
        SyncRequest request,
        long atMost,
        CancellationToken cancellationToken
    )
    {
        if (request.DryRun || !request.HasAccessControl)
        {
            return false;
        }

        await index.RefreshAsync(request.IndexName, cancellationToken);
        if (await index.CountUnsecuredAsync(request.IndexName, cancellationToken) == 0)
        {
            return false;
        }

        await index.PrepareAccessAsync(request.IndexName, cancellationToken);
        var metadata = IndexMetadata.From((await index.InspectAsync(request.IndexName, cancellationToken))?.Meta);
        var unmarked = new IndexMetadata(
            null,
            null,
            await index.CountAsync(request.IndexName, cancellationToken),
            metadata?.HoldsForeign == true
        );
        await index.WriteMetaAsync(request.IndexName, unmarked.ToJson(), cancellationToken);
        await index.RestrictUnsecuredAsync(request.IndexName, atMost, cancellationToken);
        return true;
    }

    /// <summary>Restricts all of them in the index that the sync began with.</summary>
    /// <exception cref="ConnectorException">One could not be restricted, or it is another index.</exception>
    public async Task<bool> RestrictUnsecuredAsync(SyncRequest request, StoredPlan plan, CancellationToken cancellationToken) =>
        request.HasAccessControl
        && await CheckIndexAsync(request, plan, cancellationToken) is not null
        && await RestrictUnsecuredAsync(index, request, long.MaxValue, cancellationToken);

    /// <summary>Refreshes the index and writes its metadata. Idempotent.</summary>
    /// <param name="request">The sync.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="isListed">Whether the source listed everything, and the deletes of what vanished were not refused.</param>
    /// <param name="rejections">What was rejected or unreadable.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Documents in the index.</returns>
    public async Task<long> CompleteAsync(
        SyncRequest request,
        StoredPlan plan,
        bool isListed,
        RejectionReport rejections,
        CancellationToken cancellationToken
    )
    {
        if (request.DryRun)
        {
            return plan.Snapshot.Count;
        }

        await index.RefreshAsync(request.IndexName, cancellationToken);

        // A sync that only deletes writes no access lists, and keeps the metadata of the sync that wrote them.
        var hasRestricted = plan.Kind != SyncKind.DeletesOnly && await RestrictUnsecuredAsync(request, plan, cancellationToken);
        var total = await index.CountAsync(request.IndexName, cancellationToken);
        await CheckIndexAsync(request, plan, cancellationToken);
        if (plan.Kind != SyncKind.DeletesOnly || plan.KeptFingerprint is not null || plan.HoldsForeign)
        {
            var fingerprint = plan.Kind == SyncKind.DeletesOnly ? plan.KeptFingerprint : plan.Fingerprint;
            var holdsForeign = plan.HoldsForeign && !(isListed && plan.Kind != SyncKind.NoDeletes);

            // Rejected documents must be retried at the next sync, even if the source has not changed.
            var isWhole = plan.Kind == SyncKind.Full && isListed && rejections.Total == 0 && !hasRestricted;
            var metadata = new IndexMetadata(fingerprint, isWhole ? plan.ChangeToken : null, total, holdsForeign) { Shape = plan.Shape };
            await index.WriteMetaAsync(request.IndexName, metadata.ToJson(), cancellationToken);
        }

        return total;
    }
}
