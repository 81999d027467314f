using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.Admission;
using Connectors.Sync.Service.Jobs;
using DurableTask.Core.Exceptions;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Connectors.Functions.Triggers;

/// <summary>Starts orchestrations for jobs: each job once, however often it is requested.</summary>
public sealed class SyncStarter(ILogger<SyncStarter> logger)
{
    // An id that has ended may be used again: a job that waits again was suspended by somebody, or its first orchestration could not take
    // it.
    private static readonly OrchestrationRuntimeStatus[] Alive =
    [
        OrchestrationRuntimeStatus.Running,
        OrchestrationRuntimeStatus.Pending,
        OrchestrationRuntimeStatus.Suspended,
    ];

    /// <summary>Starts the jobs that wait, as many as may run at once.</summary>
    /// <returns>How many were started.</returns>
    /// <exception cref="Connectors.Abstractions.ConnectorException">Elasticsearch could not be asked.</exception>
    internal Task<int> StartWaitingAsync(AppServices services, DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.Admission.StartAsync(new Host(this, services.Replacement, client), cancellationToken);
    }

    /// <summary>Ends the jobs that are silent and have no orchestration. After a crash an orchestration may be silent for minutes and then
    /// go on: its job is not idle.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="Connectors.Abstractions.ConnectorException">Elasticsearch could not be asked.</exception>
    internal static Task<int> FailSilentAsync(AppServices services, DurableTaskClient client, CancellationToken cancellationToken) =>
        services.PollCycle.FailIdleJobsAsync(async job => await IsAliveAsync(client, job.Id, cancellationToken), cancellationToken);

    /// <summary>Starts an orchestration, unless it runs.</summary>
    /// <returns>Whether it was started by this call.</returns>
    public async Task<bool> TryStartAsync(DurableTaskClient client, SyncJobInput target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(target);
        if (await IsAliveAsync(client, target.JobId, cancellationToken))
        {
            return false;
        }

        var options = new StartOrchestrationOptions(SyncJobInput.InstanceIdOf(target.JobId)).WithDedupeStatuses(Alive);
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(SyncJob),
                new SyncJobState { Target = target },
                options,
                cancellationToken
            );
        }
        catch (Exception failure) when (IsThereAlready(failure))
        {
            return false;
        }

        OrchestrationLog.Started(logger, target.JobId, target.ConnectorId);
        return true;
    }

    /// <summary>Whether the orchestration of a job waits or runs.</summary>
    public static async Task<bool> IsAliveAsync(DurableTaskClient client, string jobId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        return await client.GetInstanceAsync(SyncJobInput.InstanceIdOf(jobId), getInputsAndOutputs: false, cancellationToken)
                is { } instance
            && Alive.Contains(instance.RuntimeStatus);
    }

    // The client throws the first; older ones threw the status as it came over gRPC, and what lies in between may have wrapped either.
    private static bool IsThereAlready(Exception? failure) =>
        failure is OrchestrationAlreadyExistsException or RpcException { StatusCode: StatusCode.AlreadyExists }
        || (failure?.InnerException is { } inner && IsThereAlready(inner));

    /// <summary>Starts jobs as orchestrations. What an orchestration left behind is never taken over: it goes on by itself.</summary>
    private sealed class Host(SyncStarter starter, JobReplacement replacement, DurableTaskClient client) : IJobHost
    {
        public async Task<RunningJobs> CountRunningAsync(IReadOnlyList<SyncJobRecord> unfinished, CancellationToken cancellationToken)
        {
            var running = default(RunningJobs);
            foreach (var job in unfinished)
            {
                // A job that waits may have an orchestration that is about to claim it.
                if (job.Status?.IsRunning() == true || await IsAliveAsync(client, job.Id, cancellationToken))
                {
                    running = running.With(job);
                }
            }

            return running;
        }

        public bool IsAbandoned(SyncJobRecord job) => false;

        public async Task<bool> TryStartAsync(SyncJobRecord job, ConnectorRecord connector, CancellationToken cancellationToken)
        {
            if (job.Status != JobStatus.Suspended)
            {
                return await starter.TryStartAsync(client, SyncJobInput.Of(job), cancellationToken);
            }

            // Only another service suspends jobs. One whose orchestration is about to claim it is not replaced.
            return !await IsAliveAsync(client, job.Id, cancellationToken)
                && (await replacement.CurrentAsync(job, asked: null, cancellationToken)).Job is { } current
                && await starter.TryStartAsync(client, SyncJobInput.Of(current), cancellationToken);
        }
    }
}
