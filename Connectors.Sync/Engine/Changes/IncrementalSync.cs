using Connectors.Sync.Bulk;
using Connectors.Sync.Content;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Staging.LocalState;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine.Changes;

/// <summary>
/// Runs an incremental sync: resume, or start at the end of the last completed sync; write the changes; store the next cursor. If that is
/// not safe, it returns the reason for a full sync.
/// </summary>
internal sealed class IncrementalSync(
    IContentIndex index,
    SyncEngineOptions options,
    ContentExtraction extraction,
    BatchWriters writers,
    FlightBudget flight,
    TimeProvider time,
    ILogger logger
)
{
    private readonly IncrementalPreparation _preparation = new(index, options, logger);
    private readonly IncrementalCompletion _ending = new(index, options);

    /// <summary>Runs an incremental sync, or goes on with one.</summary>
    /// <returns>Its outcome, or why a full sync has to run or resume instead.</returns>
    public async Task<(SyncOutcome? Outcome, string? FullBecause)> RunAsync(
        SyncRequest request,
        SourceReader source,
        SyncProgress progress,
        LocalSyncState state,
        CancellationToken cancellationToken
    )
    {
        if (Kept(request, state) is { Kind: SyncKind.Full } full)
        {
            return (null, full.Fallback ?? "it was begun as a full sync");
        }

        var (plan, reason) = await PlanAsync(request, source, state, cancellationToken);
        if (plan is null)
        {
            return (null, reason);
        }

        IncrementalRun run;
        try
        {
            run = Open(request, plan, source, state, progress);
        }
        catch (InvalidDataException failure)
        {
            SyncLog.StartsOver(logger, request.JobId, failure.Message);
            state.Reset(keepsCounts: true);
            progress.Restart();
            (plan, reason) = await PlanAsync(request, source, state, cancellationToken);
            if (plan is null)
            {
                return (null, reason);
            }

            run = Open(request, plan, source, state, progress);
        }

        progress.Phase = SyncPhase.Pages;
        var lost = await run.ReadAsync(source, () => _ending.ClearChangeTokenAsync(request, plan, cancellationToken), cancellationToken);
        if (lost is not null)
        {
            state.Reset(keepsCounts: true);
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

    private static StoredPlan? Kept(SyncRequest request, LocalSyncState state)
    {
        try
        {
            return
                state.ReadPlan() is { } plan
                && plan.IndexName == request.IndexName
                && plan.Fingerprint == SyncPreparation.FingerprintOf(request)
                ? plan
                : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>The plan to resume or a new one, or why there is none.</summary>
    private async Task<(StoredPlan? Plan, string? FullBecause)> PlanAsync(
        SyncRequest request,
        SourceReader source,
        LocalSyncState state,
        CancellationToken cancellationToken
    )
    {
        if (
            source.IsChangeFeed
            && Kept(request, state) is { Kind: SyncKind.Incremental } kept
            && kept.IndexUuid == (await index.InspectAsync(request.IndexName, cancellationToken))?.Uuid
        )
        {
            return (kept, null);
        }

        state.Reset(keepsCounts: true);
        var (plan, reason) = await _preparation.PlanAsync(request, source, cancellationToken);
        if (plan is not null)
        {
            await state.WritePlanAsync(plan, cancellationToken);
            SyncLog.ChangesBegin(logger, request.JobId, request.IndexName);
        }

        return (plan, reason);
    }

    private IncrementalRun Open(SyncRequest request, StoredPlan plan, SourceReader source, LocalSyncState state, SyncProgress progress)
    {
        var monitor = new RejectionMonitor(options.Rejections);
        var effective = options.For(plan.PassesInference);
        var writer = writers.For(request, monitor, preview: null, plan.PassesInference);
        var step = new IncrementalPageStep(
            index,
            request,
            PageStep.ForChanges(request, effective, extraction, source.Calls, time),
            effective
        );
        var run = new IncrementalRun(plan, state, step, writer, effective, flight, progress, time);
        state.OpenJournal(run.Replay);
        monitor.Resume(run.Counts.Rejected);
        if (!run.Token.IsStart)
        {
            SyncLog.Resumes(logger, request.JobId, request.IndexName, run.Counts.Read, run.Counts.Indexed);
            progress.Resume();
        }

        return run;
    }

    private async Task<SyncOutcome> FinishAsync(
        SyncRequest request,
        StoredPlan plan,
        IncrementalRun run,
        CancellationToken cancellationToken
    )
    {
        var total = await _ending.CompleteAsync(request, plan, run.Counts, cancellationToken);
        SyncLog.Ends(logger, request, run.Counts, total);
        return new SyncOutcome(SyncEnd.Completed, run.Counts, total, run.Rejections)
        {
            Cursor = SyncCursor.After(request, run.Cursor, plan.IndexUuid),
        };
    }
}
