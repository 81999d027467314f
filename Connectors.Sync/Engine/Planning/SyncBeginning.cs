using System.Text.Json.Nodes;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine.Changes;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Staging.LocalState;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine.Planning;

/// <summary>How a sync that lists its source begins, in every host: plan it, or find that nothing changed. Where the plan is kept is the
/// host's business.</summary>
internal sealed class SyncBeginning(IContentIndex index, SyncEngineOptions options, ILogger logger)
{
    private readonly IncrementalPreparation _changes = new(index, options, logger);
    private readonly SyncPreparation _preparation = new(index, options);
    private readonly SyncCompletion _ending = new(index, options);

    /// <summary>Begins.</summary>
    /// <param name="request">The sync.</param>
    /// <param name="source">The source.</param>
    /// <param name="fallback">Why everything is read though only changes were asked for; <see langword="null"/> when they were not.</param>
    /// <param name="folder">Takes the snapshot of the index's ids.</param>
    /// <param name="progress">Is told what is being done.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task<BegunListing> BeginAsync(
        SyncRequest request,
        SourceReader source,
        string? fallback,
        string folder,
        SyncProgress progress,
        CancellationToken cancellationToken
    )
    {
        // Before anything is read: later changes belong to the next incremental sync.
        var cursor = await _changes.FindCursorAsync(source, request, cancellationToken);
        if (await _preparation.PlanAsync(request, source, folder, progress, cancellationToken) is { } plan)
        {
            return new BegunListing(plan with { Cursor = cursor, Fallback = fallback }, plan.Snapshot.Count, null);
        }

        SyncLog.Unchanged(logger, request.JobId, request.IndexName);
        var (total, kept) = await _ending.UnchangedAsync(request, cursor, cancellationToken);
        return new BegunListing(null, total, kept);
    }

    /// <summary>Tells the log what was begun, once its plan is kept.</summary>
    public void Tell(SyncRequest request, StoredPlan plan) =>
        SyncLog.Begins(logger, request.JobId, request.IndexName, plan.Snapshot.Count, plan.Partitions.Count, plan.UnchangedAre);
}

/// <summary>How a sync that lists its source began.</summary>
/// <param name="Plan">The plan; <see langword="null"/> when the source is certain that nothing changed.</param>
/// <param name="TotalDocuments">Documents in the index.</param>
/// <param name="Cursor">Where nothing changed, what the connector's <c>sync_cursor</c> becomes.</param>
internal sealed record BegunListing(StoredPlan? Plan, long TotalDocuments, JsonObject? Cursor);
