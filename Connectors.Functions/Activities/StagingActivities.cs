using Connectors.Functions.Orchestrations;
using Microsoft.Azure.Functions.Worker;

namespace Connectors.Functions.Activities;

/// <summary>The activity that cleans up.</summary>
public sealed class StagingActivities(StepRunner runner)
{
    /// <summary>Deletes what the steps of a sync left for each other.</summary>
    [Function(nameof(CleanStaging))]
    public Task<StepAnswer<bool>> CleanStaging([ActivityTrigger] SyncTarget target, CancellationToken cancellationToken) =>
        runner.GuardAsync(target, nameof(CleanStaging), async services =>
        {
            await services.Leases.ForgetAsync(target.JobId);
            await services.Staged.ForgetAsync(target.JobId, cancellationToken);
            return new StepAnswer<bool>(true);
        }, cancellationToken);
}
