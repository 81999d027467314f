using Connectors.Functions.Orchestrations;
using Microsoft.Azure.Functions.Worker;

namespace Connectors.Functions.Activities;

/// <summary>The activity that cleans up.</summary>
public sealed class StagingActivities(StepRunner runner)
{
    /// <summary>Deletes the staged blobs of a sync.</summary>
    [Function(nameof(CleanStaging))]
    public Task<StepResult<bool>> CleanStaging([ActivityTrigger] SyncJobInput target, CancellationToken cancellationToken) =>
        runner.GuardAsync(
            target,
            nameof(CleanStaging),
            async services =>
            {
                await services.Leases.ForgetAsync(target.JobId);
                await services.Staged.ForgetAsync(target.JobId, cancellationToken);
                return new StepResult<bool>(true);
            },
            cancellationToken
        );
}
