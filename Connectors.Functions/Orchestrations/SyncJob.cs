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
        SyncJobState? state;
        try
        {
            state = context.GetInput<SyncJobState>();
        }
        catch (Exception failure) when (failure is System.Text.Json.JsonException or NotSupportedException or InvalidOperationException)
        {
            state = null;
        }

        if (
            state?.Target is not { JobId.Length: > 0, ConnectorId.Length: > 0 } target
            || SyncJobInput.InstanceIdOf(target.JobId) != context.InstanceId
        )
        {
            return await RefuseAsync(context);
        }

        using var run = new SyncJobRun(context, state);
        return await run.RunAsync();
    }

    private static async Task<SyncSummary> RefuseAsync(TaskOrchestrationContext context)
    {
        const string Message = "The sync could not be started, because its input is invalid. Start the sync again.";
        var input = new StepInput<EndJobInput>(
            new SyncJobInput(context.InstanceId, string.Empty),
            new EndJobInput(StopReason.Failed, Message, default, [])
        );
        await context.StepAsync<bool>(nameof(JobActivities.EndJob), input);
        return new SyncSummary(JobStatus.Error.ToWord(), default, 0, Message);
    }
}
