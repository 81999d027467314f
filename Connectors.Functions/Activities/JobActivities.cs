using Connectors.Functions.Orchestrations;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Service;
using Microsoft.Azure.Functions.Worker;

namespace Connectors.Functions.Activities;

/// <summary>The activities that write the job's own document.</summary>
public sealed class JobActivities(StepRunner runner)
{
    /// <summary>Takes the job.</summary>
    [Function(nameof(ClaimJob))]
    public Task<StepAnswer<bool>> ClaimJob([ActivityTrigger] SyncTarget target, CancellationToken cancellationToken) =>
        runner.GuardAsync(target, nameof(ClaimJob), async services =>
        {
            // The worker's id is the orchestration's: a claim that is done again finds that the job is its own.
            var worker = services.Options.Worker with { Id = "orchestration " + target.JobId };
            var job = await services.Jobs.FindAsync(target.JobId, cancellationToken);
            return job is { Status: JobStatus.Canceling } ? new StepAnswer<bool>(false, StepStop.Canceled)
                : job is not null && await services.Steps.ClaimAsync(job, worker, adopt: false, cancellationToken) is not null ? new StepAnswer<bool>(true)
                : new StepAnswer<bool>(false, StepStop.Lost);
        }, cancellationToken);

    /// <summary>Tells that the job lives and how far it is, and hears whether it goes on.</summary>
    [Function(nameof(ReportProgress))]
    public Task<StepAnswer<bool>> ReportProgress([ActivityTrigger] JobOrder<SyncCounts> order, CancellationToken cancellationToken) =>
        runner.GuardAsync(order.Target, nameof(ReportProgress), async services =>
            await services.Steps.ProgressAsync(order.Target.JobId, order.Order, cancellationToken) switch
            {
                JobStatus.InProgress => new StepAnswer<bool>(true),
                JobStatus.Canceling => new StepAnswer<bool>(false, StepStop.Canceled),
                _ => new StepAnswer<bool>(false, StepStop.Lost),
            }, cancellationToken);

    /// <summary>Ends the job of a sync that was stopped: as canceled, or as an error.</summary>
    [Function(nameof(EndJob))]
    public Task<StepAnswer<bool>> EndJob([ActivityTrigger] JobOrder<EndOrder> order, CancellationToken cancellationToken) =>
        runner.GuardAsync(order.Target, nameof(EndJob), async services =>
        {
            if (await services.Jobs.FindAsync(order.Target.JobId, cancellationToken) is not { } job)
            {
                return new StepAnswer<bool>(false, StepStop.Lost);
            }

            var (stop, message, counts, reports) = order.Order;
            var result = new JobResult { Counts = counts, Rejections = await services.ReportAsync(reports, cancellationToken), Error = message };
            var end = stop == StepStop.Canceled ? SyncResultEnd.Canceled : SyncResultEnd.Failed;
            return new StepAnswer<bool>(await new JobEnding(services.Steps, services.IndexOf(job.ConnectorId)).WriteAsync(job, end, result, cancellationToken) is not null);
        }, cancellationToken);
}
