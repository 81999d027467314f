using Connectors.Abstractions;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Retries;
using Connectors.Sync.Service.Jobs;
using Microsoft.Azure.Functions.Worker;

namespace Connectors.Functions.Activities;

/// <summary>The activities that write the job's document.</summary>
public sealed class JobActivities(StepRunner runner)
{
    /// <summary>Claims the job.</summary>
    [Function(nameof(ClaimJob))]
    public Task<StepResult<bool>> ClaimJob([ActivityTrigger] StepInput<Guid> input, CancellationToken cancellationToken) =>
        runner.GuardAsync(
            input.Target,
            nameof(ClaimJob),
            async services =>
            {
                // The worker's id belongs to one execution of one orchestration: a repeated claim finds its own job, and another app with
                // an orchestration of the same job finds another worker's.
                var worker = services.Options.Worker with { Id = SyncJobInput.WorkerIdOf(input.Input) };
                var job = await services.Jobs.FindAsync(input.Target.JobId, cancellationToken);
                if (
                    job is not null
                    && job.Status != JobStatus.Canceling
                    && await services.Steps.ClaimAsync(job, worker, adopt: false, cancellationToken) is null
                )
                {
                    // Another host may repeat the same claim at this moment: the job is ours whichever of the two was later.
                    job =
                        await services.Jobs.FindAsync(input.Target.JobId, cancellationToken) is { Status: JobStatus.InProgress } other
                        && other.WorkerId == worker.Id
                            ? other
                            : null;
                }

                return job is null ? new StepResult<bool>(false, StopReason.TakenOver)
                    : job.Status == JobStatus.Canceling ? new StepResult<bool>(false, StopReason.Canceled)
                    : new StepResult<bool>(true);
            },
            cancellationToken
        );

    /// <summary>Writes a sign of life and the progress, and returns whether the job continues.</summary>
    [Function(nameof(ReportProgress))]
    public Task<StepResult<bool>> ReportProgress([ActivityTrigger] StepInput<SyncCounts> input, CancellationToken cancellationToken) =>
        runner.GuardAsync(
            input.Target,
            nameof(ReportProgress),
            async services =>
            {
                var wait = services.Leases.WaitOf(input.Target.JobId);
                return await WriteProgressAsync(services, input.Target, input.Input, wait, cancellationToken) switch
                {
                    JobStatus.InProgress => new StepResult<bool>(true),
                    JobStatus.Canceling => new StepResult<bool>(false, StopReason.Canceled),
                    _ => new StepResult<bool>(false, StopReason.TakenOver),
                };
            },
            cancellationToken
        );

    /// <summary>Writes that the source is waited for, and why.</summary>
    [Function(nameof(ReportWait))]
    public Task<StepResult<bool>> ReportWait([ActivityTrigger] StepInput<SourceWaitInput> input, CancellationToken cancellationToken) =>
        runner.GuardAsync(
            input.Target,
            nameof(ReportWait),
            async services =>
            {
                var (until, reason, limit) = input.Input;
                var wait = new SourceWait(Utc(until), reason, limit is { } end ? Utc(end) : null);
                var status = await WriteProgressAsync(services, input.Target, counts: null, wait, cancellationToken);
                return new StepResult<bool>(status is not null);
            },
            cancellationToken
        );

    /// <summary>Ends the job of a sync that was stopped: as canceled, or as an error.</summary>
    [Function(nameof(EndJob))]
    public Task<StepResult<bool>> EndJob([ActivityTrigger] StepInput<EndJobInput> input, CancellationToken cancellationToken) =>
        runner.GuardAsync(
            input.Target,
            nameof(EndJob),
            async services =>
            {
                try
                {
                    return await EndAsync(services, input, cancellationToken);
                }
                catch (ConnectorException failure) when (failure.Kind != FailureKind.Retry)
                {
                    // A key that is being changed is refused for a while. Without an end the job would look as if it went on until it is
                    // judged silent.
                    throw new ConnectorException(FailureKind.Retry, failure.Message);
                }
            },
            cancellationToken
        );

    /// <summary>Writes it into the job.</summary>
    /// <returns>The state of the job; <see langword="null"/> when it is another worker's, or gone.</returns>
    private static async Task<JobStatus?> WriteProgressAsync(
        AppServices services,
        SyncJobInput target,
        SyncCounts? counts,
        SourceWait? wait,
        CancellationToken cancellationToken
    ) =>
        await services.Jobs.FindAsync(target.JobId, cancellationToken) is { } job && target.Holds(job)
            ? await services.Steps.ProgressAsync(JobClaim.Of(job), counts, wait, cancellationToken)
            : null;

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    private static async Task<StepResult<bool>> EndAsync(
        AppServices services,
        StepInput<EndJobInput> input,
        CancellationToken cancellationToken
    )
    {
        if (await services.Jobs.FindAsync(input.Target.JobId, cancellationToken) is not { } job || !input.Target.Holds(job))
        {
            return new StepResult<bool>(false, StopReason.TakenOver);
        }

        var (stop, message, counts, reports) = input.Input;
        var result = new JobResult
        {
            Counts = counts,
            Rejections = await services.ReportAsync(reports, cancellationToken),
            Error = message,
        };
        var end = stop == StopReason.Canceled ? SyncResultEnd.Canceled : SyncResultEnd.Failed;
        return new StepResult<bool>(await services.EndAsync(job, end, result, cancellationToken) is not null);
    }
}
