using Connectors.Sync.Bulk;
using Connectors.Sync.Content;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine.Changes;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine;

/// <summary>
/// Runs a sync that lists the source, in one process: begin or resume, read and write pages, delete vanished documents, complete. Its
/// counterpart for changes only is <see cref="IncrementalSync"/>.
/// </summary>
internal sealed class ListingSync(
    IContentIndex index,
    SyncEngineOptions options,
    ContentExtraction extraction,
    BatchWriters writers,
    FlightBudget flight,
    TimeProvider time,
    ILogger logger
)
{
    private readonly SyncBeginning _beginning = new(index, options, logger);
    private readonly SyncCompletion _ending = new(index, options);

    /// <summary>Runs the sync, or resumes it.</summary>
    /// <exception cref="StartOverException">Its stored state is damaged.</exception>
    public async Task<SyncOutcome> RunAsync(
        SyncRequest request,
        SourceReader source,
        SyncProgress progress,
        LocalSyncState state,
        string? fallback,
        CancellationToken stopReading,
        CancellationToken cancellationToken
    )
    {
        var preview = request.DryRun ? new SyncPreview() : null;
        if (await TryResumeAsync(request, source, progress, state, cancellationToken) is not { } run)
        {
            state.Reset(keepsCounts: !request.DryRun);
            progress.Restart();

            var begun = await _beginning.BeginAsync(request, source, fallback, state.Folder, progress, cancellationToken);
            if (begun.Plan is not { } plan)
            {
                return new SyncOutcome(SyncEnd.Unchanged, default, begun.TotalDocuments, new RejectionReport())
                {
                    Cursor = begun.Cursor,
                    Fallback = fallback,
                };
            }

            await state.WritePlanAsync(plan, cancellationToken);
            run = OpenRun(request, plan, source, state, progress, preview);
            _beginning.Tell(request, plan);
        }

        using (run.Ids)
        {
            return await FinishAsync(request, source, progress, run, preview, stopReading, cancellationToken);
        }
    }

    private async Task<SyncOutcome> FinishAsync(
        SyncRequest request,
        SourceReader source,
        SyncProgress progress,
        LoadedRun opened,
        SyncPreview? preview,
        CancellationToken stopReading,
        CancellationToken cancellationToken
    )
    {
        var (plan, run, _) = opened;
        progress.Expect(plan.ExpectedDocuments, plan.IsExpectationGuess);
        progress.Phase = SyncPhase.Pages;
        await run.ReadAsync(source, cancellationToken);
        if (!run.IsComplete)
        {
            return Stopped(request, run);
        }

        progress.Phase = SyncPhase.Deletes;
        var deletes = plan.Kind != SyncKind.NoDeletes;
        var refusal = deletes ? _ending.RefuseDeletes(request, plan, run.Counts, run.Vanished, run.Gap) : null;
        if (refusal is not null)
        {
            SyncLog.DeletesRefused(logger, request.JobId, request.IndexName, refusal);
        }

        // A dry run tells what would be held back too. What is missing because of a gap may well be there: nothing is known of it.
        if (deletes && (refusal is null || (request.DryRun && run.Gap is null)))
        {
            await _ending.CheckIndexAsync(request, plan, cancellationToken);
            if (!await DeleteAsync(run, stopReading, cancellationToken))
            {
                return Stopped(request, run);
            }
        }

        progress.Phase = SyncPhase.Finishing;

        var total = await _ending.CompleteAsync(
            request,
            plan,
            isListed: refusal is null && run.Gap is null,
            run.Rejections,
            cancellationToken
        );
        SyncLog.Ends(logger, request, run.Counts, total);
        return new SyncOutcome(refusal is null ? SyncEnd.Completed : SyncEnd.Refused, run.Counts, total, run.Rejections, refusal, preview)
        {
            Cursor = SyncCursor.After(request, plan.Cursor, plan.IndexUuid),
            Fallback = plan.Fallback,
            Rewrite = plan.Rewrite,
            Gap = deletes ? run.Gap : null,
        };
    }

    private SyncOutcome Stopped(SyncRequest request, SyncRun run)
    {
        SyncLog.Stops(logger, request.JobId, request.IndexName, run.Counts.Read, run.Counts.Indexed);
        return new SyncOutcome(SyncEnd.Stopped, run.Counts, 0, run.Rejections);
    }

    private static async Task<bool> DeleteAsync(SyncRun run, CancellationToken stopReading, CancellationToken cancellationToken)
    {
        try
        {
            return await run.DeleteAsync(stopReading, cancellationToken);
        }
        catch (InvalidDataException failure)
        {
            throw new StartOverException(failure.Message);
        }
    }

    private async Task<LoadedRun?> TryResumeAsync(
        SyncRequest request,
        SourceReader source,
        SyncProgress progress,
        LocalSyncState state,
        CancellationToken cancellationToken
    )
    {
        if (request.DryRun)
        {
            return null;
        }

        try
        {
            if (state.ReadPlan() is not { } plan)
            {
                return null;
            }

            if (
                plan.Kind != request.Kind
                || plan.IndexName != request.IndexName
                || plan.Fingerprint != SyncPreparation.FingerprintOf(request)
            )
            {
                throw new InvalidDataException("The job has changed.");
            }

            if ((await index.InspectAsync(request.IndexName, cancellationToken))?.Uuid != plan.IndexUuid)
            {
                throw new InvalidDataException("The index was deleted or recreated.");
            }

            var run = OpenRun(request, plan, source, state, progress, preview: null);
            SyncLog.Resumes(logger, request.JobId, request.IndexName, run.Run.Counts.Read, run.Run.Counts.Indexed);
            progress.Resume();
            return run;
        }
        catch (InvalidDataException failure)
        {
            SyncLog.StartsOver(logger, request.JobId, failure.Message);
            return null;
        }
    }

    private LoadedRun OpenRun(
        SyncRequest request,
        StoredPlan plan,
        SourceReader source,
        LocalSyncState state,
        SyncProgress progress,
        SyncPreview? preview
    )
    {
        var ids = IdSnapshotFile.Open(state.Folder, plan.Snapshot);
        try
        {
            var monitor = new RejectionMonitor(options.Rejections);
            var effective = options.For(plan.PassesInference);
            var pages = PageStep.For(request, effective, extraction, source.Calls, time);
            var writer = writers.For(request, monitor, preview, plan.PassesInference);
            var run = new SyncRun(plan, state, ids, pages, writer, effective, flight, progress, time, logger);
            state.OpenJournal(run.Replay);
            monitor.Resume(run.Counts.Rejected);
            return new LoadedRun(plan, run, ids);
        }
        catch
        {
            ids.Dispose();
            throw;
        }
    }

    private sealed record LoadedRun(StoredPlan Plan, SyncRun Run, IdSnapshotFile Ids);
}
