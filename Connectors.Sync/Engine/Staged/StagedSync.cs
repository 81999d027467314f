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
/// A sync of any kind as steps that know of each other only through staging and a few names: begin, read and write pages, plan and carry out deletes, complete. Whoever calls
/// them keeps the answers and decides what comes next. Every step may be done twice, on another machine, or die half-way: only the answers that are kept count.
/// </summary>
/// <remarks>
/// <para>Order: the pages of a partition are read one after the other, and written one after the other in the same order; a page may be read while the one before it is
/// written. Partitions are independent. Deletes are planned after the last page of every partition has been written, and carried out one order after the other.</para>
/// <para>An incremental sync has one partition, the changes, and no deletes to be planned. When a page of it is <see cref="ReadAnswer.Lost"/>, the sync is begun again as a full one.</para>
/// <para>Errors are <see cref="ConnectorException"/>: <see cref="FailureKind.Retry"/> asks for the same step again after a pause, anything else ends the job.</para>
/// <para>Safe for concurrent use.</para>
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
    private readonly ContentExtraction _extraction;

    /// <summary>Steps over a staging store.</summary>
    /// <param name="store">Where the steps leave things for each other.</param>
    /// <param name="indexOf">The gateway with which a connector's index is written, by the connector's id.</param>
    /// <param name="options">How syncs are run. Copies of snapshots are kept under <see cref="SyncEngineOptions.StateFolder"/>.</param>
    /// <param name="limits">How much a step does.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">For the jitter of retries.</param>
    /// <param name="loggerFactory">Where messages go.</param>
    /// <param name="extraction">How files become text; the caller disposes it. <see langword="null"/>: as the options say.</param>
    public StagedSync(IStagingStore store, Func<string, IContentIndex> indexOf, SyncEngineOptions options, StagedSyncOptions limits, TimeProvider time, Random random, ILoggerFactory loggerFactory, ContentExtraction? extraction = null)
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
        _plans = new StagedPlans(store, options.StateFolder, limits.MaxPlansAtHand);
        _extraction = extraction ?? new ContentExtraction(options.Content, time, loggerFactory);
        _reading = new ReadStep(store, options, _extraction, limits, time, _logger);
        _readingChanges = new ReadChangesStep(store, options, _extraction, limits, time, _logger);
    }

    /// <summary>The reader of a configured source. It retries nothing: a host of steps waits by itself.</summary>
    public SourceReader ReaderOf(IDataSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var limit = _options.SourceCallTimeLimit < _limits.MaxCallTime ? _options.SourceCallTimeLimit : _limits.MaxCallTime;
        return new SourceReader(source, new SourceCalls(source.Description.Name, BackoffPolicy.None, limit, _time, _random, _logger));
    }

    /// <summary>Begins: finds out whether a sync can go on from the last one, or whether anything changed; prepares the index, stages the snapshot of its ids, plans the partitions.</summary>
    /// <param name="request">The sync.</param>
    /// <param name="source">The source.</param>
    /// <param name="fullBecause">Why everything has to be read, when an incremental sync was begun before and lost its way (<see cref="ReadAnswer.Lost"/>).</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ConnectorException">It could not be begun.</exception>
    public Task<BeginAnswer> BeginAsync(SyncRequest request, SourceReader source, string? fullBecause, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        request = PageStep.Shape(SyncPreparation.AsDone(request), _extraction);
        return new BeginStep(_store, _plans, _indexOf(request.ConnectorId), _options, _logger).BeginAsync(request, source, fullBecause, cancellationToken);
    }

    /// <summary>Reads the next page of a partition, compares it and stages what has to be written.</summary>
    /// <exception cref="ConnectorException">It could not be read.</exception>
    public async Task<ReadAnswer> ReadPageAsync(SyncRequest request, SourceReader source, ReadOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(order);
        using var plan = await RentAsync(order.Plan, request, cancellationToken);
        request = plan.Request;
        using var activity = Trace("read page", request);
        var answer = request.Kind == SyncKind.Incremental
            ? await _readingChanges.ReadAsync(plan.Opened, request, source, order, cancellationToken)
            : await _reading.ReadAsync(plan.Opened, request, source, order, cancellationToken);
        SyncTelemetry.CountPage(answer.Counts);
        return answer;
    }

    /// <summary>Writes a page to the index.</summary>
    /// <exception cref="ConnectorException">It could not be written, or too many documents are rejected.</exception>
    public async Task<WriteAnswer> WritePageAsync(SyncRequest request, WriteOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(order);
        using var plan = await RentAsync(order.Plan, request, cancellationToken);
        request = plan.Request;
        using var activity = Trace("write page", request);
        if (request.Kind == SyncKind.Incremental)
        {
            await ChangeEndingOf(request).UnmarkAsync(request, plan.Plan, cancellationToken);
        }
        else
        {
            await EndingOf(request).CheckIndexAsync(request, plan.Plan, cancellationToken);
        }

        return await WithinTimeAsync(token => Writing(request, plan.Plan.Partitions.Count).WritePageAsync(request, order, token), cancellationToken);
    }

    /// <summary>Finds what vanished, and stages its deletes unless they are refused.</summary>
    /// <exception cref="ConnectorException">A partition was not read to its end, or something was lost: nothing is deleted then.</exception>
    public async Task<DeleteAnswer> PlanDeletesAsync(SyncRequest request, PlanDeletesOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(order);
        using var plan = await RentAsync(order.Plan, request, cancellationToken);
        request = plan.Request;
        var planning = new DeletePlanning(_store, _plans, EndingOf(request), _options.Bulk, _limits);
        var answer = await planning.PlanAsync(plan.Opened, request, order, cancellationToken);
        if (answer.Refusal is { } refusal)
        {
            SyncLog.DeletesRefused(_logger, request.JobId, request.IndexName, refusal);
        }

        return answer;
    }

    /// <summary>Carries out some of the deletes.</summary>
    /// <exception cref="ConnectorException">They could not be carried out, or the index is no longer the one that was compared.</exception>
    public async Task<WriteAnswer> WriteDeletesAsync(SyncRequest request, DeleteOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(order);
        using var plan = await RentAsync(order.Plan, request, cancellationToken);
        request = plan.Request;
        await EndingOf(request).CheckIndexAsync(request, plan.Plan, cancellationToken);
        using var activity = Trace("write deletes", request);
        return await WithinTimeAsync(token => Writing(request, writers: 1).WriteDeletesAsync(request, order, token), cancellationToken);
    }

    /// <summary>Makes everything visible, marks the index, and gathers what is to be told.</summary>
    /// <exception cref="ConnectorException">It could not be completed.</exception>
    public async Task<CompleteAnswer> CompleteAsync(SyncRequest request, CompleteOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(order);
        using var plan = await RentAsync(order.Plan, request, cancellationToken);
        request = plan.Request;
        var (rejections, preview) = await ReadReportsAsync(order.Reports, cancellationToken);
        long total;
        string? place;
        if (request.Kind == SyncKind.Incremental)
        {
            place = await PlaceAfterAsync(order.LastPage, cancellationToken);
            total = await ChangeEndingOf(request).CompleteAsync(request, plan.Plan, order.Counts, cancellationToken);
        }
        else
        {
            place = plan.Plan.Cursor;
            total = await EndingOf(request).CompleteAsync(request, plan.Plan, order.IsListed, rejections, cancellationToken);
        }

        return new CompleteAnswer(total, rejections, preview, SyncCursor.After(request, place, plan.Plan.IndexUuid), plan.Plan.Fallback, plan.Plan.Rewrite);
    }

    /// <summary>Gathers what was rejected so far, for a sync that does not complete.</summary>
    /// <exception cref="ConnectorException">A report was lost.</exception>
    public async Task<RejectionReport> ReportAsync(IReadOnlyList<ReportName> reports, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reports);
        return (await ReadReportsAsync(reports, cancellationToken)).Rejections;
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
    public async IAsyncEnumerable<string> StagedJobsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var folder in _store.ListFoldersAsync(cancellationToken))
        {
            var id = await _store.OpenAsync(StagedNames.Id(folder), cancellationToken);
            if (id is null)
            {
                // What a step left that ended after its job was forgotten.
                yield return folder;
                continue;
            }

            // An id that belongs elsewhere would have another job judged, and its staging deleted.
            using var reader = new StreamReader(id);
            var job = await reader.ReadToEndAsync(cancellationToken);
            yield return JobFolder.NameOf(job) == folder ? job : folder;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _plans.Dispose();

    private Task<PlanLease> RentAsync(PlanName plan, SyncRequest request, CancellationToken cancellationToken) =>
        _plans.RentAsync(plan, PageStep.Shape(SyncPreparation.AsDone(request), _extraction), cancellationToken);

    /// <summary>Where the next incremental sync begins.</summary>
    private async Task<string> PlaceAfterAsync(PageName? lastPage, CancellationToken cancellationToken) =>
        lastPage is not null && (await StagedPage.GetAsync(_store, lastPage, cancellationToken)).Page is { IsLast: true } page
            ? page.Next
            : throw new ConnectorException("The changes were not read to their end. Start the sync again.");

    private ChangeEnding ChangeEndingOf(SyncRequest request) => new(_indexOf(request.ConnectorId), _options);

    private SyncEnding EndingOf(SyncRequest request) => new(_indexOf(request.ConnectorId), _options);

    /// <param name="request">The sync.</param>
    /// <param name="writers">Steps that may write at the same time: together they send no more requests than one process would.</param>
    private WriteStep Writing(SyncRequest request, int writers)
    {
        var bulk = _options.Bulk with
        {
            MaxConcurrency = Math.Max(1, _options.Bulk.MaxConcurrency / Math.Clamp(writers, 1, _options.Partitions)),

            // A step gives up before its time is over, and is tried again.
            RetryTimeLimit = _options.Bulk.RetryTimeLimit < _limits.MaxWriteTime / 2 ? _options.Bulk.RetryTimeLimit : _limits.MaxWriteTime / 2,
        };
        return new WriteStep(_store, new BatchWriters(_indexOf(request.ConnectorId), bulk, _time, _random, _logger), _options.Rejections);
    }

    private static System.Diagnostics.Activity? Trace(string what, SyncRequest request) => SyncTelemetry.Source.StartActivity(what)?
        .SetTag("connectors.job", request.JobId).SetTag("connectors.connector", request.ConnectorId).SetTag("connectors.index", request.IndexName);

    private async Task<WriteAnswer> WithinTimeAsync(Func<CancellationToken, Task<WriteAnswer>> write, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_limits.MaxWriteTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var answer = await write(either.Token);
            SyncTelemetry.Count(answer.Counts);
            return answer;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ConnectorException(FailureKind.Retry, $"Elasticsearch did not take what was to be written within {_limits.MaxWriteTime.TotalMinutes:0.#} minutes.");
        }
    }

    private async Task<(RejectionReport Rejections, SyncPreview? Preview)> ReadReportsAsync(IReadOnlyList<ReportName> names, CancellationToken cancellationToken)
    {
        var rejections = new RejectionReport();
        SyncPreview? preview = null;
        foreach (var name in names)
        {
            var report = await WriteReport.GetAsync(_store, name, cancellationToken);
            rejections.Merge(report.Rejections);
            if (report.Preview is not null)
            {
                preview ??= new SyncPreview();
                preview.Merge(report.Preview);
            }
        }

        return (rejections, preview);
    }
}
