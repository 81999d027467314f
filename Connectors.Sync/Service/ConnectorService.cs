using Connectors.Abstractions;
using Connectors.Sync.Api;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.CleanUp;
using Connectors.Sync.Service.Jobs;
using Connectors.Sync.Service.Polling;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service;

/// <summary>
/// The service of one process: maintains connectors, runs their jobs, ends abandoned jobs. Any number of services may serve the same
/// connectors: each job is run by one of them. Use one method at a time.
/// </summary>
internal sealed class ConnectorService
{
    private readonly ServiceParts _parts;
    private readonly ConnectorServiceOptions _options;
    private readonly ILogger _logger;
    private readonly ServiceCore _core;
    private readonly JobDispatcher _jobs;
    private readonly LeftState? _left;

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
        _core = new ServiceCore(
            parts.Store,
            parts.Sources,
            parts.ContentIndexOf,
            options,
            parts.TimeProvider,
            parts.LoggerFactory,
            parts.InteractiveStore
        );
        _jobs = new JobDispatcher(_core, parts);
        _left = parts.States is { } states ? new LeftState(states, _core.Jobs) : null;
    }

    /// <summary>The connectors.</summary>
    public ConnectorIndex Connectors => _core.Connectors;

    /// <summary>The jobs.</summary>
    public SyncJobIndex Jobs => _core.Jobs;

    /// <summary>The steps of a job's life.</summary>
    public SyncJobSteps Steps => _core.Steps;

    /// <summary>Ends abandoned jobs.</summary>
    public JobCleanup Cleanup => _core.Cleanup;

    /// <summary>What the HTTP API answers.</summary>
    public ConnectorApi Api => _core.Api;

    /// <summary>The syncs that run here now, the oldest first. May be asked at any time.</summary>
    public IReadOnlyList<RunningSync> Running => _jobs.Running.Shown;

    /// <summary>
    /// Signals that there may be a new job: <see cref="RunAsync"/> polls now instead of waiting for its pause to end. May be called at any
    /// time.
    /// </summary>
    public void Wake() => _jobs.PollSignal.Wake();

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
        var loop = new PollLoop(settings.MaxErrors, settings.MaxErrorsSpan, _parts.TimeProvider, _logger);
        Task[] loops =
        [
            loop.RunAsync("Maintaining connectors", settings.Idling, new PollSignal(_parts.TimeProvider), MaintainAllAsync, ending.Token),
            loop.RunAsync(
                "Taking jobs",
                settings.Idling,
                _jobs.PollSignal,
                _ => TakeJobsAsync(ending.Token, cancellationToken),
                ending.Token
            ),
            loop.RunAsync(
                "Cleaning up abandoned jobs",
                settings.JobCleanupInterval,
                new PollSignal(_parts.TimeProvider),
                CleanUpAsync,
                ending.Token
            ),
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
            await MaintainAllAsync(ending.Token);
            var begun = new HashSet<string>(StringComparer.Ordinal);
            while (true)
            {
                await _jobs.StartAsync(begun, ending.Token, cancellationToken);
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

    /// <summary>Syncs one connector now, whatever it is served by, and returns when that has ended. A dry run writes nothing at all, no job
    /// either.</summary>
    /// <param name="connectorId">The connector.</param>
    /// <param name="options">How.</param>
    /// <param name="stop">As with <see cref="RunAsync"/>.</param>
    /// <param name="cancellationToken">As with <see cref="RunAsync"/>.</param>
    /// <exception cref="ConnectorException">There is no such connector, it is not configured, or it is being synced already.</exception>
    public async Task<SyncResult> SyncNowAsync(
        string connectorId,
        SyncNowOptions options,
        CancellationToken stop,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        if (_parts.Preflight is not null)
        {
            await _parts.Preflight(stop);
        }

        var now = new SyncNow(_core, _jobs, _parts);
        if (options.DryRun)
        {
            return await now.DryRunAsync(connectorId, options, stop, cancellationToken);
        }

        await DeleteLeftStateAsync(stop);
        return await now.RunAsync(connectorId, options, stop, cancellationToken);
    }

    /// <summary>Ends a job that is to be canceled and that nobody runs any more; otherwise whoever runs it ends it.</summary>
    /// <returns>Whether it is canceled now.</returns>
    public async Task<bool> TryEndCancelingAsync(string jobId, CancellationToken cancellationToken) =>
        await Jobs.FindAsync(jobId, cancellationToken) is { Status: JobStatus.Canceling } job
        && await _jobs.TryEndLeftAsync(job, cancellationToken);

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        ServiceLog.Starts(_logger, _options.Worker.Hostname, _options.Served);
        if (_parts.Preflight is not null)
        {
            await _parts.Preflight(cancellationToken);
        }

        await ProtocolIndices.EnsureAsync(_parts.Store, cancellationToken);
    }

    private async Task MaintainAllAsync(CancellationToken cancellationToken)
    {
        // A dead worker's job holds up its connector: what is silent is judged at each look, not only by the clean-up.
        var failed = await FailIdleJobsAsync(cancellationToken);
        if (await _core.PollCycle.MaintainAllAsync(_jobs.Running.HasConnector, cancellationToken) + failed > 0)
        {
            _jobs.PollSignal.Wake();
        }
    }

    private async Task TakeJobsAsync(CancellationToken stop, CancellationToken cancellationToken)
    {
        await _jobs.CollectAsync();
        await _jobs.StartAsync(begun: null, stop, cancellationToken);
    }

    private async Task CleanUpAsync(CancellationToken cancellationToken)
    {
        await FailIdleJobsAsync(cancellationToken);
        await _core.PollCycle.CancelOrphansAsync(cancellationToken);
        await _core.PollCycle.MendEndedAsync(cancellationToken);
        await DeleteLeftStateAsync(cancellationToken);
        await _core.Orphans.DeleteAsync(cancellationToken);
    }

    private Task DeleteLeftStateAsync(CancellationToken cancellationToken) => _left?.DeleteAsync(cancellationToken) ?? Task.CompletedTask;

    private Task<int> FailIdleJobsAsync(CancellationToken cancellationToken) =>
        _core.PollCycle.FailIdleJobsAsync(
            job => ValueTask.FromResult(_jobs.Running.Has(job.Id) || _jobs.IsAbandoned(job)),
            cancellationToken
        );
}
