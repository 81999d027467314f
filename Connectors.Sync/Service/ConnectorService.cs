using System.Collections.Concurrent;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service;

/// <summary>
/// The service of one process: looks after connectors, runs their jobs, ends abandoned ones. Any number of services may serve the same connectors: each job
/// is run by one of them. Use one method at a time.
/// </summary>
public sealed class ConnectorService
{
    private readonly ServiceParts _parts;
    private readonly ConnectorServiceOptions _options;
    private readonly ILogger _logger;
    private readonly ConnectorCare _care;
    private readonly JobCleanup _cleanup;
    private readonly SourceCheck _sources;
    private readonly JobDispatcher _jobs;

    /// <summary>A service.</summary>
    /// <param name="parts">What it is made of.</param>
    /// <param name="options">What it serves.</param>
    public ConnectorService(ServiceParts parts, ConnectorServiceOptions options)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(options);
        _parts = parts;
        _options = options;
        _logger = parts.LoggerFactory.CreateLogger<ConnectorService>();
        Connectors = new ConnectorIndex(parts.Store, parts.TimeProvider, parts.ConnectorApi);
        Jobs = new SyncJobIndex(parts.Store, parts.TimeProvider);
        Steps = new SyncJobSteps(Connectors, Jobs);
        _sources = new SourceCheck(parts.Sources, parts.TimeProvider);
        _care = new ConnectorCare(Connectors, Steps, _sources, options, parts.TimeProvider, parts.LoggerFactory);
        _cleanup = new JobCleanup(Jobs, Steps, parts.TimeProvider, parts.LoggerFactory);
        _jobs = new JobDispatcher(parts, options, Jobs, Steps, _sources);
    }

    /// <summary>The connectors.</summary>
    public ConnectorIndex Connectors { get; }

    /// <summary>The jobs.</summary>
    public SyncJobIndex Jobs { get; }

    /// <summary>The steps of a job's life.</summary>
    public SyncJobSteps Steps { get; }

    /// <summary>The syncs that run here now, the oldest first. May be asked at any time.</summary>
    public IReadOnlyList<RunningSync> Running => _jobs.Running.Shown;

    /// <summary>Serves until stopped.</summary>
    /// <param name="stop">Asks for an orderly end: nothing new is begun, running syncs finish the page in flight and are suspended.</param>
    /// <param name="cancellationToken">Ends at once; running syncs go on at the next start.</param>
    /// <exception cref="ConnectorException">Elasticsearch can't be used, or too much failed in a while.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task RunAsync(CancellationToken stop, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken);
        try
        {
            await StartAsync(ending.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return;
        }

        var settings = _options.Service;
        var loop = new RoundLoop(settings.MaxErrors, settings.MaxErrorsSpan, _parts.TimeProvider, _logger);
        Task[] loops =
        [
            loop.RunAsync("Looking after connectors", settings.Idling, new Wakeup(_parts.TimeProvider), CareForAllAsync, ending.Token),
            loop.RunAsync("Taking jobs", settings.Idling, _jobs.Wakeup, _ => TakeJobsAsync(ending.Token, cancellationToken), ending.Token),
            loop.RunAsync("Looking for abandoned jobs", settings.JobCleanupInterval, new Wakeup(_parts.TimeProvider), CleanUpAsync, ending.Token),
        ];
        try
        {
            await await Task.WhenAny(loops);
        }
        finally
        {
            ServiceLog.Stops(_logger, _jobs.Running.Count);
            await ending.CancelAsync();
            await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(_jobs.Tasks);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Runs what is due or waits, once, and returns when all of it has ended.</summary>
    /// <param name="stop">As with <see cref="RunAsync"/>.</param>
    /// <param name="cancellationToken">As with <see cref="RunAsync"/>.</param>
    /// <returns>How each sync ended.</returns>
    /// <exception cref="ConnectorException">Elasticsearch can't be used.</exception>
    public async Task<IReadOnlyList<SyncResult>> RunOnceAsync(CancellationToken stop, CancellationToken cancellationToken)
    {
        var results = new List<SyncResult>();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken);
        try
        {
            await StartAsync(ending.Token);
            await CleanUpAsync(ending.Token);
            await CareForAllAsync(ending.Token);
            var begun = new HashSet<string>(StringComparer.Ordinal);
            while (true)
            {
                await _jobs.StartAsync(FindServedAsync, begun, ending.Token, cancellationToken);
                if (_jobs.Tasks.Count == 0)
                {
                    break;
                }

                // Whichever ends first makes room for the next.
                await Task.WhenAny(_jobs.Tasks);
                results.AddRange(await _jobs.CollectAsync());
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // What runs is waited for below.
        }

        await Task.WhenAll(_jobs.Tasks);
        results.AddRange(await _jobs.CollectAsync());
        cancellationToken.ThrowIfCancellationRequested();
        return results;
    }

    /// <summary>Syncs one connector now, whatever it is served by, and returns when that has ended. A dry run writes nothing at all, no job either.</summary>
    /// <param name="connectorId">The connector.</param>
    /// <param name="options">How.</param>
    /// <param name="stop">As with <see cref="RunAsync"/>.</param>
    /// <param name="cancellationToken">As with <see cref="RunAsync"/>.</param>
    /// <exception cref="ConnectorException">There is no such connector, it is not configured, or it is being synced already.</exception>
    public async Task<SyncResult> SyncNowAsync(string connectorId, SyncNowOptions options, CancellationToken stop, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (_parts.Preflight is not null)
        {
            await _parts.Preflight(stop);
        }

        var now = new SyncNow(Connectors, Jobs, _jobs, _parts, _options, _sources);
        return options.DryRun
            ? await now.TryAsync(connectorId, options, stop, cancellationToken)
            : await now.RunAsync(connectorId, options, stop, cancellationToken);
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        ServiceLog.Starts(
            _logger,
            _options.Worker.Hostname,
            string.Join(", ", _options.ServiceTypes),
            string.Join(", ", _options.Connectors.Select(connector => connector.ConnectorId)));
        if (_parts.Preflight is not null)
        {
            await _parts.Preflight(cancellationToken);
        }

        await ProtocolIndices.EnsureAsync(_parts.Store, cancellationToken);
    }

    private async Task CareForAllAsync(CancellationToken cancellationToken)
    {
        var unfinished = await Jobs.UnfinishedAsync(cancellationToken).ToListAsync(cancellationToken);
        var connectors = await ServedAsync(cancellationToken);
        var made = 0;
        var failures = new ConcurrentQueue<ConnectorException>();
        await Parallel.ForEachAsync(
            connectors,
            new ParallelOptions { MaxDegreeOfParallelism = _options.Service.MaxConcurrentSchedulingTasks, CancellationToken = cancellationToken },
            async (connector, token) =>
            {
                try
                {
                    List<SyncKind> pending =
                    [
                        .. unfinished.Where(job => job.ConnectorId == connector.Id && job is { Status: JobStatus.Pending, Type: JobType.Full or JobType.Incremental }).Select(job => job.Options.Kind),
                    ];
                    var jobs = await _care.LookAfterAsync(connector, pending, _jobs.Running.HasConnector(connector.Id), token);
                    Interlocked.Add(ref made, jobs.Count);
                }
                catch (ConnectorException exception)
                {
                    ServiceLog.ConnectorError(_logger, connector.Id, exception.Message);
                    failures.Enqueue(exception);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    ServiceLog.ConnectorFailed(_logger, exception, connector.Id, UnexpectedError.IdOf(exception));
                }
            });
        if (made > 0)
        {
            _jobs.Wakeup.Wake();
        }

        if (failures.TryPeek(out var failure) && failures.Count == connectors.Count)
        {
            // All of them: that is Elasticsearch, not a connector.
            throw failure;
        }
    }

    private async Task TakeJobsAsync(CancellationToken stop, CancellationToken cancellationToken)
    {
        await _jobs.CollectAsync();
        await _jobs.StartAsync(FindServedAsync, begun: null, stop, cancellationToken);
    }

    private async Task<IReadOnlyDictionary<string, ConnectorRecord>> FindServedAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        (await Connectors.FindAsync(ids, cancellationToken)).Where(pair => _options.ServedAs(pair.Value) is not null).ToDictionary(StringComparer.Ordinal);

    private async Task CleanUpAsync(CancellationToken cancellationToken)
    {
        var connectors = await Connectors.ListAsync(cancellationToken).ToDictionaryAsync(connector => connector.Id, StringComparer.Ordinal, cancellationToken);
        await _cleanup.FailIdleJobsAsync(
            job => !_jobs.Running.Has(job.Id)
                && (!connectors.TryGetValue(job.ConnectorId, out var connector) || (_options.ServedAs(connector) is not null && !_jobs.IsAbandoned(job))),
            _options.IdleAfter,
            cancellationToken);
        await _cleanup.CancelOrphansAsync(Connectors, _options.IdleAfter, cancellationToken);
    }

    private async Task<List<ConnectorRecord>> ServedAsync(CancellationToken cancellationToken)
    {
        var served = new List<ConnectorRecord>();
        await foreach (var connector in Connectors.ListAsync(cancellationToken))
        {
            if (_options.ServedAs(connector) is not null)
            {
                served.Add(connector);
            }
        }

        return served;
    }
}
