using Connectors.Functions.Activities;
using Connectors.Sync.Protocol;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Connectors.Functions.Orchestrations;

/// <summary>The orchestration of a job, from its claim to its end. Its instance id is the job's id, so that a job is run once.</summary>
public static class SyncJob
{
    /// <summary>Runs the orchestrator.</summary>
    [Function(nameof(SyncJob))]
    public static async Task<SyncSummary?> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        SyncState? state;
        try
        {
            state = context.GetInput<SyncState>();
        }
        catch (Exception failure) when (failure is System.Text.Json.JsonException or NotSupportedException or InvalidOperationException)
        {
            state = null;
        }

        if (state?.Target is not { JobId.Length: > 0, ConnectorId.Length: > 0 } target || SyncTarget.InstanceIdOf(target.JobId) != context.InstanceId)
        {
            return await RefuseAsync(context);
        }

        using var run = new SyncJobRun(context, state);
        return await run.RunAsync();
    }

    private static async Task<SyncSummary> RefuseAsync(TaskOrchestrationContext context)
    {
        const string Message = "The sync could not be started, because what it was started with can't be read. Start the sync again.";
        var order = new JobOrder<EndOrder>(new SyncTarget(context.InstanceId, string.Empty), new EndOrder(StepStop.Failed, Message, default, []));
        await context.StepAsync<bool>(nameof(JobActivities.EndJob), order);
        return new SyncSummary(JobStatus.Error.ToWord(), default, 0, Message);
    }
}
