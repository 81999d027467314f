using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Content;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine.Changes;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Retries;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine;

/// <summary>
/// Runs a sync in one process: begin or resume, read and write pages, delete vanished documents, complete. Its state is stored on local
/// disk, so that any process on the machine can resume it.
/// </summary>
internal sealed class SyncEngine : ISyncEngine
{
    private readonly IContentIndex _index;
    private readonly SyncEngineOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly LocalSyncStateStore _states;
    private readonly SyncBeginning _beginning;
    private readonly BatchWriters _writers;
    private readonly SyncCompletion _ending;
    private readonly ContentExtraction _extraction;
    private readonly IncrementalSync _changes;

    /// <summary>An engine that writes to <paramref name="index"/>.</summary>
    /// <param name="index">The gateway to Elasticsearch.</param>
    /// <param name="options">How syncs are run.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">For the jitter of retries.</param>
    /// <param name="loggerFactory">Where messages go.</param>
    /// <param name="extraction">How files become text, shared with other engines; the caller disposes it. <see langword="null"/>: as the
    /// options say.</param>
    public SyncEngine(
        IContentIndex index,
        SyncEngineOptions options,
        TimeProvider time,
        Random random,
        ILoggerFactory loggerFactory,
        ContentExtraction? extraction = null
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        _index = index;
        _options = options;
        _time = time;
        _random = random;
        _logger = loggerFactory.CreateLogger<SyncEngine>();
        _states = new LocalSyncStateStore(options.StateFolder);
        _beginning = new SyncBeginning(index, options, _logger);
        _writers = new BatchWriters(index, options.Bulk, time, random, _logger);
        _ending = new SyncCompletion(index, options);
        _extraction = extraction ?? new ContentExtraction(options.Content, time, loggerFactory);
        _changes = new IncrementalSync(index, options, _extraction, _writers, time, _logger);
    }

    /// <inheritdoc/>
    public async Task<SyncOutcome> RunAsync(
        SyncRequest request,
        IDataSource source,
        SyncProgress progress,
        CancellationToken stopReading,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(progress);
        progress.Phase = SyncPhase.Preparing;
        request = PageStep.Shape(SyncPreparation.EffectiveRequest(request), _extraction);
        var calls = new SourceCalls(
            source.Description.Name,
            _options.SourceRetries,
            _options.SourceCallTimeLimit,
            _time,
            _random,
            _logger,
            stop: stopReading
        );
        using var state = _states.Open(request.JobId);
        try
        {
            return await RunAsync(request, new SourceReader(source, calls), progress, state, stopReading, cancellationToken);
        }
        finally
        {
            progress.Phase = SyncPhase.Ended;
            if (request.DryRun)
            {
                state.Reset();
            }
        }
    }

    /// <inheritdoc/>
    public bool CanResume(string jobId) => _states.CanResume(jobId);

    /// <inheritdoc/>
    public Task ForgetAsync(string jobId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _states.Forget(jobId);
        return Task.CompletedTask;
    }

    private async Task<SyncOutcome> RunAsync(
        SyncRequest request,
        SourceReader source,
        SyncProgress progress,
        LocalSyncState state,
        CancellationToken stopReading,
        CancellationToken cancellationToken
    )
    {
        string? fallback = null;
        if (request.Kind == SyncKind.Incremental)
        {
            (var outcome, fallback) = await _changes.RunAsync(request, source, progress, state, cancellationToken);
            if (outcome is not null)
            {
                return outcome;
            }

            SyncLog.FallsBack(_logger, request.JobId, request.IndexName, fallback!);
            request = request with { Kind = SyncKind.Full };
        }

        try
        {
            return await ListAsync(request, source, progress, state, fallback, stopReading, cancellationToken);
        }
        catch (StartOverException failure)
        {
            // Once: what was just written and can't be read again is a fault of the disk.
            SyncLog.StartsOver(_logger, request.JobId, failure.Message);
            state.Reset(keepsCounts: !request.DryRun);
        }

        try
        {
            return await ListAsync(request, source, progress, state, fallback, stopReading, cancellationToken);
        }
        catch (StartOverException failure)
        {
            throw new ConnectorException(
                $"The state folder '{state.Folder}' does not give back what was written to it: {failure.Message} Nothing that the source "
                    + "still has was deleted. Check the disk, or set service.state_dir to another one."
            );
        }
    }

    /// <summary>Begins to compare all that the source lists, or goes on with it, and does it to its end.</summary>
    /// <exception cref="StartOverException">What is kept of it is damaged.</exception>
    private async Task<SyncOutcome> ListAsync(
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
            SyncLog.Stops(_logger, request.JobId, request.IndexName, run.Counts.Read, run.Counts.Indexed);
            return new SyncOutcome(SyncEnd.Stopped, run.Counts, 0, run.Rejections);
        }

        progress.Phase = SyncPhase.Deletes;
        var deletes = plan.Kind != SyncKind.NoDeletes;
        var refusal = deletes ? _ending.RefuseDeletes(request, plan, run.Counts, run.Vanished, run.Gap) : null;
        if (refusal is not null)
        {
            SyncLog.DeletesRefused(_logger, request.JobId, request.IndexName, refusal);
        }
        else if (deletes)
        {
            await _ending.CheckIndexAsync(request, plan, cancellationToken);
            if (!await DeleteAsync(run, stopReading, cancellationToken))
            {
                SyncLog.Stops(_logger, request.JobId, request.IndexName, run.Counts.Read, run.Counts.Indexed);
                return new SyncOutcome(SyncEnd.Stopped, run.Counts, 0, run.Rejections);
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
        SyncLog.Ends(
            _logger,
            request.JobId,
            request.IndexName,
            run.Counts.Created,
            run.Counts.Updated,
            run.Counts.Deleted,
            run.Counts.Skipped,
            run.Counts.Rejected,
            total
        );
        return new SyncOutcome(refusal is null ? SyncEnd.Completed : SyncEnd.Refused, run.Counts, total, run.Rejections, refusal, preview)
        {
            Cursor = SyncCursor.After(request, plan.Cursor, plan.IndexUuid),
            Fallback = plan.Fallback,
            Rewrite = plan.Rewrite,
        };
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

            if ((await _index.InspectAsync(request.IndexName, cancellationToken))?.Uuid != plan.IndexUuid)
            {
                throw new InvalidDataException("The index was deleted or recreated.");
            }

            var run = OpenRun(request, plan, source, state, progress, preview: null);
            SyncLog.Resumes(_logger, request.JobId, request.IndexName, run.Run.Counts.Read, run.Run.Counts.Indexed);
            progress.Resume();
            return run;
        }
        catch (InvalidDataException failure)
        {
            SyncLog.StartsOver(_logger, request.JobId, failure.Message);
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
            var monitor = new RejectionMonitor(_options.Rejections);
            var pages = PageStep.For(request, _options, _extraction, source.Calls, _time);
            var run = new SyncRun(plan, state, ids, pages, _writers.For(request, monitor, preview), _options, progress, _logger);
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
