using System.Collections.Concurrent;
using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.Admission;
using Connectors.Sync.Service.Polling;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service.Jobs;

/// <summary>Runs the jobs of one process in the background. Safe for concurrent use.</summary>
/// <param name="core">The service.</param>
/// <param name="parts">What it is made of.</param>
internal sealed class JobDispatcher(ServiceCore core, ServiceParts parts)
{
    private readonly ILogger _logger = parts.LoggerFactory.CreateLogger<ConnectorService>();
    private readonly RunningSyncs _running = new();
    private readonly ConcurrentDictionary<string, Task<SyncResult?>> _tasks = new(StringComparer.Ordinal);

    /// <summary>Signaled when a job may be able to start.</summary>
    public PollSignal PollSignal { get; } = new(parts.TimeProvider);

    public RunningSyncs Running => _running;

    /// <summary>The jobs that run in the background.</summary>
    public IReadOnlyCollection<Task<SyncResult?>> Tasks => [.. _tasks.Values];

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
        var job = await core.Steps.ClaimAsync(seen, core.Options.Worker, isAdopted, cancellationToken);
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
            parts.TimeProvider.GetUtcNow()
        )
        {
            EarlierTime = job.EarlierTime,
            IsFaultTold = parts.Observer?.TellsFaults == true,
        };
        sync.Progress.Resumed = () => parts.Observer?.SyncResumed(sync);
        _running.Show(job.Id, sync);
        parts.Observer?.SyncStarted(sync);
        var runner = new JobRunner(
            core,
            parts.EngineOf(job.ConnectorId),
            parts.ContentIndexOf(job.ConnectorId),
            parts.TimeProvider,
            parts.LoggerFactory
        );
        var result = new SyncResult(SyncResultEnd.Interrupted, job, null, null);
        try
        {
            result = await runner.RunAsync(job, sync, stop, cancellationToken);
        }
        finally
        {
            parts.Observer?.SyncEnded(sync, result);
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

        if (job.WorkerId is { } worker && (worker == core.Options.Worker.Id || core.Options.IsDead(worker)))
        {
            return true;
        }

        // Kept progress that nobody holds may also be that of a worker that has just taken the job and is still asking the source: it gives
        // signs of life.
        return job.WorkerHostname == core.Options.Worker.Hostname
            && parts.TimeProvider.GetUtcNow() - (job.LastSeen ?? DateTimeOffset.MinValue) > 3 * core.Options.JobHeartbeat
            && parts.EngineOf(job.ConnectorId).CanResume(job.Id);
    }

    /// <summary>Ends a job that is said to run and that nobody continues: one that was to be canceled when its process died, or one that
    /// has been silent for too long.</summary>
    /// <returns>Whether it is over now.</returns>
    public async Task<bool> TryEndLeftAsync(SyncJobRecord job, CancellationToken cancellationToken)
    {
        if (job.Status?.IsRunning() != true || _running.Has(job.Id))
        {
            return false;
        }

        // What was abandoned, and was not to be canceled, is continued.
        var isCanceling = job.Status == JobStatus.Canceling;
        return IsAbandoned(job) ? isCanceling && await TryCancelAsync(job, JobClaim.Left(job), cancellationToken)
            : isCanceling && job.IsSilent(parts.TimeProvider.GetUtcNow(), core.Options.IdleAfter)
                ? await TryCancelAsync(job, JobClaim.Silent(job), cancellationToken)
            : await core.Cleanup.TryFailIdleAsync(job, core.Options.IdleAfter, cancellationToken);
    }

    /// <summary>The job to run for one that waits or was left (<see cref="JobReplacement"/>).</summary>
    /// <returns><see langword="null"/> when somebody else has it.</returns>
    public async Task<SyncJobRecord?> CurrentAsync(
        SyncJobRecord job,
        SyncJobOptions? asked,
        CancellationToken cancellationToken
    )
    {
        var current = await core.Replacement.CurrentAsync(job, asked, cancellationToken);
        if (current.IsReplaced)
        {
            await parts.EngineOf(job.ConnectorId).ForgetAsync(job.Id, cancellationToken);
        }

        return current.Job;
    }

    /// <summary>Starts the jobs that may be taken.</summary>
    /// <param name="begun">Jobs not to be begun again; those that are begun are added.</param>
    /// <param name="stop">Asks the jobs for an orderly stop; none is begun after it.</param>
    /// <param name="cancellationToken">Stops the jobs at once.</param>
    public Task StartAsync(HashSet<string>? begun, CancellationToken stop, CancellationToken cancellationToken) =>
        core.Admission.StartAsync(new Host(this, begun, stop, cancellationToken), stop);

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

    private async Task<bool> TryCancelAsync(SyncJobRecord job, JobClaim claim, CancellationToken cancellationToken)
    {
        if (await core.Steps.CancelAsync(claim, new JobResult(), cancellationToken) is null)
        {
            return false;
        }

        ServiceLog.AbandonedCanceled(_logger, job.Id, job.ConnectorId);
        await parts.EngineOf(job.ConnectorId).ForgetAsync(job.Id, cancellationToken);
        return true;
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

    /// <summary>Starts jobs in this process.</summary>
    private sealed class Host(JobDispatcher dispatcher, HashSet<string>? begun, CancellationToken stop, CancellationToken stopAtOnce)
        : IJobHost
    {
        public Task<RunningJobs> CountRunningAsync(IReadOnlyList<SyncJobRecord> unfinished, CancellationToken cancellationToken) =>
            Task.FromResult(
                new RunningJobs(dispatcher._running.CountOf(isAccessControl: false), dispatcher._running.CountOf(isAccessControl: true))
            );

        public bool IsAbandoned(SyncJobRecord job) => dispatcher.IsAbandoned(job);

        public async Task<bool> TryStartAsync(SyncJobRecord job, ConnectorRecord connector, CancellationToken cancellationToken)
        {
            if (job.Status == JobStatus.Canceling)
            {
                await dispatcher.TryCancelAsync(job, JobClaim.Left(job), stopAtOnce);
                return false;
            }

            if (
                begun?.Contains(job.Id) == true
                || await CurrentAsync(job) is not { } current
                || !dispatcher.TryReserve(current)
            )
            {
                return false;
            }

            begun?.Add(current.Id);
            dispatcher._tasks[current.Id] = Task.Run(
                () => dispatcher.RunInBackgroundAsync(current, connector.Name ?? connector.Id, stop, stopAtOnce),
                CancellationToken.None
            );
            return true;
        }

        /// <summary>A job that was never begun has the settings with which it was asked for.</summary>
        private async Task<SyncJobRecord?> CurrentAsync(SyncJobRecord job) =>
            job.Status == JobStatus.Pending ? job : await dispatcher.CurrentAsync(job, asked: null, stopAtOnce);
    }
}
