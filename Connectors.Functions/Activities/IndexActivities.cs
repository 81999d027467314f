using Connectors.Functions.Orchestrations;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.Jobs;
using Microsoft.Azure.Functions.Worker;

namespace Connectors.Functions.Activities;

/// <summary>The activities that write the content index.</summary>
public sealed class IndexActivities(StepRunner runner)
{
    /// <summary>Writes a page that was staged.</summary>
    [Function(nameof(WritePage))]
    public Task<StepResult<WriteResult>> WritePage(
        [ActivityTrigger] StepInput<WritePageInput> input,
        CancellationToken cancellationToken
    ) =>
        runner.RunAsync(
            input.Target,
            (step, token) => step.Services.Staged.WritePageAsync(step.Request, input.Input, token),
            cancellationToken
        );

    /// <summary>Finds what vanished from the source, and stages its deletes unless they are refused.</summary>
    [Function(nameof(PlanDeletes))]
    public Task<StepResult<PlanDeletesResult>> PlanDeletes(
        [ActivityTrigger] StepInput<PlanDeletesInput> input,
        CancellationToken cancellationToken
    ) =>
        runner.RunAsync(
            input.Target,
            (step, token) => step.Services.Staged.PlanDeletesAsync(step.Request, input.Input, token),
            cancellationToken
        );

    /// <summary>Carries out some of the deletes.</summary>
    [Function(nameof(WriteDeletes))]
    public Task<StepResult<WriteResult>> WriteDeletes(
        [ActivityTrigger] StepInput<WriteDeletesInput> input,
        CancellationToken cancellationToken
    ) =>
        runner.RunAsync(
            input.Target,
            (step, token) => step.Services.Staged.WriteDeletesAsync(step.Request, input.Input, token),
            cancellationToken
        );

    /// <summary>Completes the index, and ends the job: as completed, or as an error when its deletes were refused.</summary>
    [Function(nameof(CompleteSync))]
    public Task<StepResult<SyncSummary>> CompleteSync(
        [ActivityTrigger] StepInput<CompleteSyncInput> input,
        CancellationToken cancellationToken
    ) =>
        runner.FinishAsync(
            input.Target,
            async (step, token) =>
            {
                var (complete, counts, refusal, indexed, cursor, fallback, gap) = input.Input;
                var answer = complete is null
                    ? new CompleteResult(indexed, new(), null, cursor, fallback)
                    : await step.Services.Staged.CompleteAsync(step.Request, complete, token);
                var result = new JobResult
                {
                    Counts = counts,
                    TotalDocuments = answer.TotalDocuments,
                    Rejections = answer.Rejections,
                    Error = refusal,
                    Cursor = answer.Cursor,
                    Fallback = answer.Fallback,
                    Rewrite = answer.Rewrite,
                    Gap = gap,
                };
                var status = await EndAsync(step, refusal is null ? SyncResultEnd.Completed : SyncResultEnd.Failed, result, token);
                return new SyncSummary(status, counts, answer.TotalDocuments, refusal, SummaryPreview.Of(answer.Preview));
            },
            cancellationToken
        );

    private static async Task<string> EndAsync(StepContext step, SyncResultEnd end, JobResult result, CancellationToken cancellationToken)
    {
        if (step.Job is null)
        {
            return (end == SyncResultEnd.Completed ? JobStatus.Completed : JobStatus.Error).ToWord();
        }

        return (await step.Services.EndAsync(step.Job, end, result, cancellationToken))?.Status?.ToWord() ?? "lost";
    }
}
