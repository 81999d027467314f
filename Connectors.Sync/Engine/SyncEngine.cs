using Connectors.Abstractions;
using Connectors.Sync.Content;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine.Changes;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Retries;
using Connectors.Sync.Staging.LocalState;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine;

/// <summary>
/// Runs a sync in one process: an incremental one where that is possible, otherwise one that lists the source. Its state is stored on local
/// disk, so that any process on the machine can resume it.
/// </summary>
internal sealed class SyncEngine : ISyncEngine
{
    private readonly SyncEngineOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly LocalSyncStateStore _states;
    private readonly ContentExtraction _extraction;
    private readonly ListingSync _listing;
    private readonly IncrementalSync _changes;

    /// <summary>An engine that writes to <paramref name="index"/>.</summary>
    /// <param name="index">The gateway to Elasticsearch.</param>
    /// <param name="options">How syncs are run.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">For the jitter of retries.</param>
    /// <param name="loggerFactory">Where messages go.</param>
    /// <param name="extraction">How files become text, shared with other engines; the caller disposes it. <see langword="null"/>: as the
    /// options say.</param>
    /// <param name="flight">What may be in flight, shared with other engines; <see langword="null"/>: as the options say.</param>
    public SyncEngine(
        IContentIndex index,
        SyncEngineOptions options,
        TimeProvider time,
        Random random,
        ILoggerFactory loggerFactory,
        ContentExtraction? extraction = null,
        FlightBudget? flight = null
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        _options = options;
        _time = time;
        _random = random;
        _logger = loggerFactory.CreateLogger<SyncEngine>();
        _states = new LocalSyncStateStore(options.StateFolder);
        _extraction = extraction ?? new ContentExtraction(options.Content, time, loggerFactory);
        var writers = new BatchWriters(index, options.Bulk, time, random, _logger);
        flight ??= new FlightBudget(options.MaxBytesInFlight);
        _listing = new ListingSync(index, options, _extraction, writers, flight, time, _logger);
        _changes = new IncrementalSync(index, options, _extraction, writers, flight, time, _logger);
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
        request = SyncPreparation.EffectiveRequest(request, _extraction);
        var calls = new SourceCalls(
            source.Description.Name,
            _options.SourceRetries,
            _options.SourceCallTimeLimit,
            _time,
            _random,
            _logger,
            stop: stopReading,
            waits: source is IReportsWaiting waiting ? () => waiting.WaitsUntil : null,
            isWaitTold: progress.IsWaitTold,
            origin: source
        );
        progress.Waits = () => calls.Wait;
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
            return await _listing.RunAsync(request, source, progress, state, fallback, stopReading, cancellationToken);
        }
        catch (StartOverException failure)
        {
            // Once: what was just written and can't be read again is a fault of the disk.
            SyncLog.StartsOver(_logger, request.JobId, failure.Message);
            state.Reset(keepsCounts: !request.DryRun);
        }

        try
        {
            return await _listing.RunAsync(request, source, progress, state, fallback, stopReading, cancellationToken);
        }
        catch (StartOverException failure)
        {
            throw new ConnectorException(
                $"The state folder '{state.Folder}' does not give back what was written to it: {failure.Message} Nothing that the source "
                    + "still has was deleted. Check the disk, or set service.state_dir to another one."
            );
        }
    }
}
