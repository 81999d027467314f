using Connectors.Functions.Orchestrations;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.Jobs;
using Microsoft.Azure.Functions.Worker;

namespace Connectors.Functions.Activities;

/// <summary>The activities that write the job's own document.</summary>
public sealed class JobActivities(StepRunner runner)
{
    /// <summary>Takes the job.</summary>
    [Function(nameof(ClaimJob))]
    public Task<StepAnswer<bool>> ClaimJob([ActivityTrigger] JobOrder<Guid> order, CancellationToken cancellationToken) =>
        runner.GuardAsync(order.Target, nameof(ClaimJob), async services =>
        {
            // The worker's id is that of one execution of one orchestration: a claim that is done again finds that the job is its own, and another app, which has an
            // orchestration of the same job, finds that it is not.
            var worker = services.Options.Worker with { Id = $"orchestration {order.Input:N}" };
            var job = await services.Jobs.FindAsync(order.Target.JobId, cancellationToken);
            if (job is not null && job.Status != JobStatus.Canceling && await services.Steps.ClaimAsync(job, worker, adopt: false, cancellationToken) is null)
            {
                // On another host the same claim may be done at this moment: then the job is ours, whichever of the two was later.
                job = await services.Jobs.FindAsync(order.Target.JobId, cancellationToken) is { Status: JobStatus.InProgress } other && other.WorkerId == worker.Id ? other : null;
            }

            return job is null ? new StepAnswer<bool>(false, StepStop.Lost)
                : job.Status == JobStatus.Canceling ? new StepAnswer<bool>(false, StepStop.Canceled)
                : new StepAnswer<bool>(true);
        }, cancellationToken);

    /// <summary>Tells that the job lives and how far it is, and hears whether it goes on.</summary>
    [Function(nameof(ReportProgress))]
    public Task<StepAnswer<bool>> ReportProgress([ActivityTrigger] JobOrder<SyncCounts> order, CancellationToken cancellationToken) =>
        runner.GuardAsync(order.Target, nameof(ReportProgress), async services =>
            await services.Steps.ProgressAsync(order.Target.JobId, order.Input, cancellationToken) switch
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

            var (stop, message, counts, reports) = order.Input;
            var result = new JobResult { Counts = counts, Rejections = await services.ReportAsync(reports, cancellationToken), Error = message };
            var end = stop == StepStop.Canceled ? SyncResultEnd.Canceled : SyncResultEnd.Failed;
            return new StepAnswer<bool>(await services.EndAsync(job, end, result, cancellationToken) is not null);
        }, cancellationToken);
}
