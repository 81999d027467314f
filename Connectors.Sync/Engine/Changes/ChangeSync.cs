using Connectors.Sync.Bulk;
using Connectors.Sync.Content;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Filtering;
using Connectors.Sync.Sources;
using Connectors.Sync.Staging;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine.Changes;

/// <summary>
/// The story of an incremental sync: begin where the last completed sync ended, or resume; write what changed; remember where the next one begins. Where that can't be
/// done for certain, the answer is a reason for a full sync.
/// </summary>
internal sealed class ChangeSync(IContentIndex index, SyncEngineOptions options, ContentExtraction extraction, TimeProvider time, Random random, ILogger logger)
{
    /// <summary>Where the source is now, for a full sync that is about to read it; <see langword="null"/> when it can't tell.</summary>
    public async Task<string?> FindPlaceAsync(IDataSource source, SyncRequest request, CancellationToken cancellationToken)
    {
        if (source is not IChangeFeed feed || request.Kind != SyncKind.Full || request.DryRun)
        {
            return null;
        }

        try
        {
            var start = await feed.FindCursorAsync(cancellationToken);
            if (start.Cursor is null)
            {
                SyncLog.NoCursor(logger, request.IndexName, start.Unavailable ?? "the source has no history");
            }

            return start.Cursor;
        }
        catch (ConnectorException failure)
        {
            // A full sync does not need it; whether the source answers shows with the first page.
            SyncLog.NoCursor(logger, request.IndexName, failure.Message);
            return null;
        }
    }

    /// <summary>Runs an incremental sync, or goes on with one.</summary>
    /// <returns>Its outcome, or the reason why a full sync has to be done, or gone on with, instead.</returns>
    public async Task<(SyncOutcome? Outcome, string? FullBecause)> RunAsync(
        SyncRequest request, IDataSource source, SyncProgress progress, SyncState state, CancellationToken stopReading, CancellationToken cancellationToken)
    {
        if (Kept(request, state) is { Kind: SyncKind.Full } full)
        {
            return (null, full.Fallback ?? "it was begun as one");
        }

        var (plan, mark, reason) = await PlanAsync(request, source, state, cancellationToken);
        if (plan is null)
        {
            return (null, reason);
        }

        var run = Open(request, plan, state, progress);
        progress.Phase = SyncPhase.Pages;
        var lost = await run.ReadAsync(
            (IChangeFeed)source,
            async () =>
            {
                await UnmarkAsync(request, plan, mark, cancellationToken);
                mark = null;
            },
            stopReading,
            cancellationToken);
        if (lost is not null)
        {
            state.Reset();
            return (null, lost);
        }

        if (run.Cursor is null)
        {
            SyncLog.Stops(logger, request.JobId, request.IndexName, run.Counts.Read, run.Counts.Indexed);
            return (new SyncOutcome(SyncEnd.Stopped, run.Counts, 0, run.Rejections), null);
        }

        progress.Phase = SyncPhase.Finishing;
        return (await FinishAsync(request, plan, run, cancellationToken), null);
    }

    private static StoredPlan? Kept(SyncRequest request, SyncState state)
    {
        try
        {
            return state.ReadPlan() is { } plan && plan.IndexName == request.IndexName && plan.Fingerprint == SyncPreparation.FingerprintOf(request) ? plan : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>The plan to go on with, or a new one that begins at the request's cursor; or why there can be none.</summary>
    private async Task<(StoredPlan? Plan, IndexMark? Mark, string? Reason)> PlanAsync(SyncRequest request, IDataSource source, SyncState state, CancellationToken cancellationToken)
    {
        if (source is not IChangeFeed)
        {
            return (null, null, $"{source.Description.Name} can't tell what changed.");
        }

        var fingerprint = SyncPreparation.FingerprintOf(request);
        var current = await index.InspectAsync(request.IndexName, cancellationToken);
        var mark = IndexMark.From(current?.Meta);
        if (Kept(request, state) is { Kind: SyncKind.Incremental } kept && kept.IndexUuid == current?.Uuid)
        {
            return (kept, mark, null);
        }

        state.Reset();
        if (request.Reindex)
        {
            return (null, null, "every document is to be written again.");
        }

        if (SyncCursor.From(request.Cursor) is not { } cursor)
        {
            return (null, null, "no full sync has completed yet that could be gone on from.");
        }

        if (current is null || current.Uuid != cursor.IndexUuid)
        {
            return (null, null, $"the index '{request.IndexName}' is not the one that the last sync filled.");
        }

        if (cursor.Fingerprint != fingerprint || mark?.Fingerprint != fingerprint)
        {
            return (null, null, "the pipeline, the sync rules or the source's fields changed since the last full sync, or it did not complete.");
        }

        var plan = new StoredPlan
        {
            Kind = SyncKind.Incremental,
            IndexName = request.IndexName,
            IndexUuid = current.Uuid,
            Fingerprint = fingerprint,
            Cursor = cursor.Place,
            SkipUnchanged = false,
            Partitions = [],
            Snapshot = new SnapshotSeal(0, 0, 0),
        };
        await new SyncPreparation(index, options).CheckPipelineAsync(request, cancellationToken);
        await state.WritePlanAsync(plan, cancellationToken);
        SyncLog.ChangesBegin(logger, request.JobId, request.IndexName);
        return (plan, mark, null);
    }

    private ChangeRun Open(SyncRequest request, StoredPlan plan, SyncState state, SyncProgress progress)
    {
        var monitor = new RejectionMonitor(options.Rejections);
        var writer = new IndexBatchWriter(new BulkWriter(index, options.Bulk, monitor, time, random, logger), request.IndexName, request.Pipeline?.Name);
        var step = new ChangeStep(PageStep.ForChanges(request, options, extraction, time), options.Bulk, DocumentFilter.For(request.Rules));
        var run = new ChangeRun(plan, state, step, writer, options, progress, () => new BackoffClock(
            options.Bulk.FirstRetryDelay, options.Bulk.MaxRetryDelay, options.SourceRetryTimeLimit, time, random), time, logger);
        state.OpenJournal(run.Replay);
        run.BeginAgain();
        monitor.Resume(run.Counts.Rejected);
        return run;
    }

    /// <summary>From the first write on, the index is no longer what the source's change mark stands for.</summary>
    private async Task UnmarkAsync(SyncRequest request, StoredPlan plan, IndexMark? mark, CancellationToken cancellationToken)
    {
        await CheckIndexAsync(request, plan, cancellationToken);
        if (mark?.ChangeMark is not null)
        {
            await index.WriteMetaAsync(request.IndexName, (mark with { ChangeMark = null }).ToJson(), cancellationToken);
        }
    }

    private async Task<SyncOutcome> FinishAsync(SyncRequest request, StoredPlan plan, ChangeRun run, CancellationToken cancellationToken)
    {
        await index.RefreshAsync(request.IndexName, cancellationToken);
        var total = await index.CountAsync(request.IndexName, cancellationToken);
        await CheckIndexAsync(request, plan, cancellationToken);
        if (run.Counts.Indexed + run.Counts.Deleted > 0)
        {
            await index.WriteMetaAsync(request.IndexName, new IndexMark(plan.Fingerprint, null, total).ToJson(), cancellationToken);
        }

        SyncLog.Ends(logger, request.JobId, request.IndexName, run.Counts.Created, run.Counts.Updated, run.Counts.Deleted, run.Counts.Skipped, run.Counts.Rejected, total);
        return new SyncOutcome(SyncEnd.Completed, run.Counts, total, run.Rejections) { Cursor = new SyncCursor(run.Cursor!, plan.Fingerprint, plan.IndexUuid).ToJson() };
    }

    private Task CheckIndexAsync(SyncRequest request, StoredPlan plan, CancellationToken cancellationToken) =>
        new SyncEnding(index, options).CheckIndexAsync(request, plan, cancellationToken);
}
