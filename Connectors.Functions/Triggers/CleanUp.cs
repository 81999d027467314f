using Connectors.Abstractions;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.Sync.Protocol.Jobs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Connectors.Functions.Triggers;

/// <summary>Ends abandoned jobs, and deletes leftovers of syncs: old orchestrations, abandoned staging.</summary>
public sealed class CleanUp(ConnectorApp app, AppSettings settings, TimeProvider time, ILogger<CleanUp> logger)
{
    private static readonly OrchestrationRuntimeStatus[] Ended =
    [
        OrchestrationRuntimeStatus.Completed,
        OrchestrationRuntimeStatus.Failed,
        OrchestrationRuntimeStatus.Terminated,
    ];

    /// <summary>Runs a clean-up.</summary>
    [Function(nameof(CleanUp))]
    public async Task RunAsync(
        [TimerTrigger("%ConnectorsCleanUpSchedule%")] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(client);
        try
        {
            var services = await app.ReadyAsync(cancellationToken);
            var idle = await SyncStarter.FailSilentAsync(services, client, cancellationToken);
            idle += await services.PollCycle.CancelOrphansAsync(cancellationToken);
            await services.PollCycle.MendEndedAsync(cancellationToken);
            var staged = await RemoveStagingAsync(services, client, cancellationToken);
            var old = new PurgeInstancesFilter(CreatedTo: time.GetUtcNow().AddDays(-settings.HistoryDays), Statuses: Ended);
            var purged = await client.PurgeAllInstancesAsync(old, cancellationToken);
            if (idle + staged + purged.PurgedInstanceCount > 0)
            {
                OrchestrationLog.CleanedUp(logger, idle, purged.PurgedInstanceCount, staged);
            }

            // Last: what Elasticsearch refuses here must not keep anything else from being removed.
            await services.Orphans.DeleteAsync(cancellationToken);
        }
        catch (ConnectorException failure)
        {
            OrchestrationLog.Failed(logger, nameof(CleanUp), failure.Message);
        }
    }

    private static async Task<int> RemoveStagingAsync(AppServices services, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var removed = 0;
        await foreach (var jobId in services.Staged.StagedJobsAsync(cancellationToken))
        {
            var isOver = await services.Jobs.FindAsync(jobId, cancellationToken) is not { Status: { } status } || status.IsFinal();
            if (isOver && !await SyncStarter.IsAliveAsync(client, jobId, cancellationToken))
            {
                await services.Staged.ForgetAsync(jobId, cancellationToken);
                removed++;
            }
        }

        return removed;
    }
}
