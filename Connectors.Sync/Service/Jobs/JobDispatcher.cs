using System.Collections.Concurrent;
using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.Polling;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service.Jobs;

/// <summary>Takes the jobs that can start and runs them in the background. Safe for concurrent use.</summary>
internal sealed class JobDispatcher
{
    private readonly ServiceParts _parts;
    private readonly ConnectorServiceOptions _options;
    private readonly SyncJobIndex _jobs;
    private readonly SyncJobSteps _steps;
    private readonly SourceCheck _sources;
    private readonly PollCycle _pollCycle;
    private readonly ILogger _logger;
    private readonly RunningSyncs _running = new();
    private readonly ConcurrentDictionary<string, Task<SyncResult?>> _tasks = new(StringComparer.Ordinal);

    public JobDispatcher(
        ServiceParts parts,
        ConnectorServiceOptions options,
        SyncJobIndex jobs,
        SyncJobSteps steps,
        SourceCheck sources,
        PollCycle round
    )
    {
        _parts = parts;
        _options = options;
        _jobs = jobs;
        _steps = steps;
        _sources = sources;
        _pollCycle = round;
        _logger = parts.LoggerFactory.CreateLogger<ConnectorService>();
        PollSignal = new PollSignal(parts.TimeProvider);
    }

    /// <summary>Signaled when a job may be able to start.</summary>
    public PollSignal PollSignal { get; }

    public RunningSyncs Running => _running;

    /// <summary>The jobs that run in the background.</summary>
    public IReadOnlyCollection<Task<SyncResult?>> Tasks => [.. _tasks.Values];

    public ISyncEngine EngineOf(string connectorId) => _parts.EngineOf(connectorId);

    /// <summary>Claims a job and runs it.</summary>
    /// <returns>How it ended; <see langword="null"/> when somebody else has it, or its end could not be written.</returns>
    public async Task<SyncResult?> RunJobAsync(
        SyncJobRecord seen,
        string connectorName,
        CancellationToken stop,
        CancellationToken cancellationToken
    )
    {
        var isAdopted = seen.Status == JobStatus.InProgress;
        var job = await _steps.ClaimAsync(seen, _options.Worker, isAdopted, cancellationToken);
        if (job is null)
        {
            return null;
        }

        var indexName = job.IndexName ?? string.Empty;
        if (isAdopted)
        {
            ServiceLog.JobAdopted(_logger, job.Id, job.ConnectorId, indexName);
        }
        else
        {
            ServiceLog.JobTaken(_logger, job.Id, job.ConnectorId, indexName);
        }

        var sync = new RunningSync(
            job.Id,
            job.ConnectorId,
            connectorName,
            indexName,
            job.ServiceType ?? string.Empty,
            _parts.TimeProvider.GetUtcNow()
        );
        _running.Show(job.Id, sync);
        _parts.Observer?.SyncStarted(sync);
        var runner = new JobRunner(
            _jobs,
            _steps,
            _sources,
            EngineOf(job.ConnectorId),
            _parts.ContentIndexOf(job.ConnectorId),
            _options,
            _parts.TimeProvider,
            _parts.LoggerFactory
        );
        var result = new SyncResult(SyncResultEnd.Lost, job, null, null);
        try
        {
            result = await runner.RunAsync(job, sync, stop, cancellationToken);
        }
        finally
        {
            _parts.Observer?.SyncEnded(sync, result);
        }

        return result;
    }

    public bool TryReserve(SyncJobRecord job) => _running.TryAdd(job.Id, job.ConnectorId, job.IsAccessControl);

    public void Release(SyncJobRecord job) => _running.Remove(job.Id);

    /// <summary>Whether the worker of a job that is in progress or canceling is known to be dead, so that we may take the job.</summary>
    public bool IsAbandoned(SyncJobRecord job)
    {
        if (_running.Has(job.Id))
        {
            return false;
        }

        if (job.WorkerId is not null && job.WorkerId == _options.Worker.Id)
        {
            return true;
        }

        // Kept progress that nobody holds may also be that of a worker that has just taken the job and is still asking the source: it gives
        // signs of life.
        return job.WorkerHostname == _options.Worker.Hostname
            && _parts.TimeProvider.GetUtcNow() - (job.LastSeen ?? DateTimeOffset.MinValue) > 3 * _options.JobHeartbeat
            && EngineOf(job.ConnectorId).CanResume(job.Id);
    }

    /// <summary>Starts the jobs that can start.</summary>
    /// <param name="begun">Jobs not to be begun again; those that are begun are added.</param>
    /// <param name="stop">Asks the jobs for an orderly stop; none is begun after it.</param>
    /// <param name="cancellationToken">Stops the jobs at once.</param>
    public async Task StartAsync(HashSet<string>? begun, CancellationToken stop, CancellationToken cancellationToken)
    {
        var unfinished = await _pollCycle.UnfinishedAsync(stop);
        foreach (var job in await _pollCycle.NextJobsAsync(unfinished, IsAbandoned, stop))
        {
            if (stop.IsCancellationRequested)
            {
                break;
            }

            if (_running.CountOf(job.IsAccessControl) >= _options.Service.MaxConcurrentSyncs(job.IsAccessControl))
            {
                continue;
            }

            if (job.Status == JobStatus.Canceling)
            {
                await _steps.CancelAsync(JobClaim.Of(job), new JobResult(), cancellationToken);
                await EngineOf(job.ConnectorId).ForgetAsync(job.Id, cancellationToken);
                continue;
            }

            if (begun?.Contains(job.Id) != true && TryReserve(job))
            {
                begun?.Add(job.Id);
                var connector = unfinished.Connectors[job.ConnectorId];
                _tasks[job.Id] = Task.Run(
                    () => RunInBackgroundAsync(job, connector.Name ?? connector.Id, stop, cancellationToken),
                    CancellationToken.None
                );
            }
        }
    }

    /// <summary>Takes the results of jobs that have ended.</summary>
    public async Task<IReadOnlyList<SyncResult>> CollectAsync()
    {
        var results = new List<SyncResult>();
        foreach (var (jobId, task) in _tasks.Where(pair => pair.Value.IsCompleted))
        {
            _tasks.TryRemove(jobId, out _);
            results.AddRange(await task is { } result ? [result] : []);
        }

        return results;
    }

    private async Task<SyncResult?> RunInBackgroundAsync(
        SyncJobRecord job,
        string connectorName,
        CancellationToken stop,
        CancellationToken cancellationToken
    )
    {
        SyncResult? result = null;
        try
        {
            result = await RunJobAsync(job, connectorName, stop, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The next start takes it up.
        }
        catch (ConnectorException exception)
        {
            ServiceLog.EndNotWritten(_logger, job.Id, job.ConnectorId, exception.Message);
        }
        catch (Exception exception)
        {
            ServiceLog.JobBroke(
                _logger,
                Redactor.Redact(exception),
                job.Id,
                job.ConnectorId,
                job.IndexName ?? string.Empty,
                UnexpectedError.IdOf(exception)
            );
        }

        Release(job);
        if (result is not null)
        {
            PollSignal.Wake();
        }

        return result;
    }
}
