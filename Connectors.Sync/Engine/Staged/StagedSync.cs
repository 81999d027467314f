using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Content;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine.Changes;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Steps;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Sync.Retries;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine.Staged;

/// <summary>
/// A sync of any kind as steps that share only staged blobs and a few names: begin, read and write pages, plan and carry out deletes,
/// complete. The caller keeps the results and decides what comes next. Every step may run twice, on another machine, or fail half-way: only
/// the results that the caller keeps count.
/// </summary>
/// <remarks>
/// <para>
/// Order: the pages of a partition are read one after the other, and written one after the other in the same order; a page may be read
/// while the one before it is written. Partitions are independent. Deletes are planned after the last page of every partition has been
/// written, and carried out one step after the other.
/// </para>
/// <para>
/// An incremental sync has one partition, the changes, and plans no deletes. When one of its pages has an expired cursor
/// (<see cref="ReadPageResult.ExpiredReason"/>), the sync starts again as a full one.
/// </para>
/// <para>
/// Errors are <see cref="ConnectorException"/>: with <see cref="FailureKind.Retry"/> the caller runs the same step again after a pause, any
/// other kind ends the job.
/// </para>
/// <para>
/// Safe for concurrent use.
/// </para>
/// </remarks>
internal sealed class StagedSync : IDisposable
{
    private readonly IStagingStore _store;
    private readonly Func<string, IContentIndex> _indexOf;
    private readonly SyncEngineOptions _options;
    private readonly StagedSyncOptions _limits;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly StagedPlans _plans;
    private readonly ReadStep _reading;
    private readonly ReadChangesStep _readingChanges;
    private readonly WriteSteps _writing;
    private readonly ContentExtraction _extraction;

    /// <summary>Steps over a staging store.</summary>
    /// <param name="store">Where the steps exchange data.</param>
    /// <param name="indexOf">The gateway that writes a connector's index, by the connector's id.</param>
    /// <param name="options">How syncs are run. Copies of snapshots are stored under <see cref="SyncEngineOptions.StateFolder"/>.</param>
    /// <param name="limits">The limits of a step.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">For the jitter of retries.</param>
    /// <param name="loggerFactory">Where messages go.</param>
    /// <param name="extraction">How files become text; the caller disposes it. <see langword="null"/>: as in the options.</param>
    public StagedSync(
        IStagingStore store,
        Func<string, IContentIndex> indexOf,
        SyncEngineOptions options,
        StagedSyncOptions limits,
        TimeProvider time,
        Random random,
        ILoggerFactory loggerFactory,
        ContentExtraction? extraction = null
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        _store = store;
        _indexOf = indexOf;
        _options = options;
        _limits = limits;
        _time = time;
        _random = random;
        _logger = loggerFactory.CreateLogger<StagedSync>();
        _plans = new StagedPlans(store, options.StateFolder, limits.MaxCachedPlans);
        _extraction = extraction ?? new ContentExtraction(options.Content, time, loggerFactory);
        _reading = new ReadStep(store, options, _extraction, limits, time, _logger);
        _readingChanges = new ReadChangesStep(store, options, _extraction, limits, time, _logger);
        _writing = new WriteSteps(store, indexOf, options, limits, time, random, _logger);
    }

    /// <summary>The reader of a configured source. It retries nothing: a host of steps waits by itself.</summary>
    public SourceReader ReaderOf(IDataSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var limit = _options.SourceCallTimeLimit < _limits.MaxCallTime ? _options.SourceCallTimeLimit : _limits.MaxCallTime;
        var calls = new SourceCalls(
            source.Description.Name,
            BackoffPolicy.None,
            limit,
            _time,
            _random,
            _logger,
            waits: source is IReportsWaiting waiting ? () => waiting.WaitsUntil : null,
            outwaits: false,
            origin: source
        );
        return new SourceReader(source, calls);
    }

    /// <summary>
    /// Begins: finds out whether the sync can resume from the last one and whether anything changed, prepares the index, stages the
    /// snapshot of its ids, and plans the partitions.
    /// </summary>
    /// <param name="request">The sync.</param>
    /// <param name="source">The source.</param>
    /// <param name="fullBecause">
    /// Why a full sync is needed, when an incremental sync was begun before and its cursor had expired
    /// (<see cref="ReadPageResult.ExpiredReason"/>).
    /// </param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ConnectorException">It could not be begun.</exception>
    public Task<BeginResult> BeginAsync(SyncRequest request, SourceReader source, string? fullBecause, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        request = SyncPreparation.EffectiveRequest(request, _extraction);
        return new BeginStep(_store, _plans, _indexOf(request.ConnectorId), _options, _logger).BeginAsync(
            request,
            source,
            fullBecause,
            cancellationToken
        );
    }

    /// <summary>Reads the next page of a partition, compares it and stages what has to be written.</summary>
    /// <exception cref="ConnectorException">It could not be read.</exception>
    public async Task<ReadPageResult> ReadPageAsync(
        SyncRequest request,
        SourceReader source,
        ReadPageInput input,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(input);
        using var plan = await RentAsync(input.Plan, request, cancellationToken);
        request = plan.Request;
        using var activity = Trace("read page", request);
        var result =
            request.Kind == SyncKind.Incremental
                ? await _readingChanges.ReadAsync(plan.Opened, request, source, input, cancellationToken)
                : await _reading.ReadAsync(plan.Opened, request, source, input, cancellationToken);
        SyncTelemetry.CountPage(result.Counts);
        return result;
    }

    /// <summary>Writes a page to the index.</summary>
    /// <exception cref="ConnectorException">It could not be written, or too many documents are rejected.</exception>
    public async Task<WriteResult> WritePageAsync(SyncRequest request, WritePageInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(input);
        using var plan = await RentAsync(input.Plan, request, cancellationToken);
        request = plan.Request;
        using var activity = Trace("write page", request);
        if (request.Kind == SyncKind.Incremental)
        {
            await ChangeEndingOf(request).ClearChangeTokenAsync(request, plan.Plan, cancellationToken);
        }
        else
        {
            await EndingOf(request).CheckIndexAsync(request, plan.Plan, cancellationToken);
        }

        return await _writing.RunAsync(
            request,
            plan.Plan,
            writers: plan.Plan.Partitions.Count,
            (step, token) => step.WritePageAsync(request, input, token),
            cancellationToken
        );
    }

    /// <summary>Finds vanished documents, and stages their deletes unless they are refused.</summary>
    /// <exception cref="ConnectorException">
    /// A partition was not read to its end, or something is missing from staging: nothing is deleted.
    /// </exception>
    public async Task<PlanDeletesResult> PlanDeletesAsync(SyncRequest request, PlanDeletesInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(input);
        using var plan = await RentAsync(input.Plan, request, cancellationToken);
        request = plan.Request;
        var planning = new DeletePlanning(_store, _plans, EndingOf(request), _options.Bulk, _limits);
        var result = await planning.PlanAsync(plan.Opened, request, input, cancellationToken);
        if (result.Refusal is { } refusal)
        {
            SyncLog.DeletesRefused(_logger, request.JobId, request.IndexName, refusal);
        }

        return result;
    }

    /// <summary>Carries out some of the deletes.</summary>
    /// <exception cref="ConnectorException">They could not be carried out, or the index is no longer the one that was compared.</exception>
    public async Task<WriteResult> WriteDeletesAsync(SyncRequest request, WriteDeletesInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(input);
        using var plan = await RentAsync(input.Plan, request, cancellationToken);
        request = plan.Request;
        await EndingOf(request).CheckIndexAsync(request, plan.Plan, cancellationToken);
        using var activity = Trace("write deletes", request);
        return await _writing.RunAsync(
            request,
            plan.Plan,
            writers: 1,
            (step, token) => step.WriteDeletesAsync(request, input, token),
            cancellationToken
        );
    }

    /// <summary>Refreshes the index, writes its metadata, and collects the results.</summary>
    /// <exception cref="ConnectorException">It could not be completed.</exception>
    public async Task<CompleteResult> CompleteAsync(SyncRequest request, CompleteInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(input);
        using var plan = await RentAsync(input.Plan, request, cancellationToken);
        request = plan.Request;
        return await new CompleteStep(_store, _indexOf(request.ConnectorId), _options).CompleteAsync(
            plan.Plan,
            request,
            input,
            cancellationToken
        );
    }

    /// <summary>Collects what was rejected so far, for a sync that does not complete.</summary>
    /// <exception cref="ConnectorException">A report is missing.</exception>
    public async Task<RejectionReport> ReportAsync(IReadOnlyList<ReportName> reports, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reports);
        return (await WriteReport.MergeAsync(_store, reports, cancellationToken)).Rejections;
    }

    /// <summary>Deletes everything that is staged of a job.</summary>
    /// <exception cref="ConnectorException">It could not be deleted.</exception>
    public async Task ForgetAsync(string jobId, CancellationToken cancellationToken)
    {
        _plans.Forget(jobId);
        await _store.DeleteAsync(JobFolder.NameOf(jobId), cancellationToken);
    }

    /// <summary>The jobs of which anything is staged.</summary>
    /// <exception cref="ConnectorException">The store could not be asked.</exception>
    public IAsyncEnumerable<string> StagedJobsAsync(CancellationToken cancellationToken) => StagedJobs.ListAsync(_store, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _plans.Dispose();

    private Task<PlanLease> RentAsync(PlanName plan, SyncRequest request, CancellationToken cancellationToken) =>
        _plans.RentAsync(plan, SyncPreparation.EffectiveRequest(request, _extraction), cancellationToken);

    private IncrementalCompletion ChangeEndingOf(SyncRequest request) => new(_indexOf(request.ConnectorId), _options);

    private SyncCompletion EndingOf(SyncRequest request) => new(_indexOf(request.ConnectorId), _options);

    private static System.Diagnostics.Activity? Trace(string what, SyncRequest request) =>
        SyncTelemetry
            .Source.StartActivity(what)
            ?.SetTag("connectors.job", request.JobId)
            .SetTag("connectors.connector", request.ConnectorId)
            .SetTag("connectors.index", request.IndexName);
}
