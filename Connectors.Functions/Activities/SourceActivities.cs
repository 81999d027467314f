using Connectors.Functions.Orchestrations;
using Connectors.Sync.Engine.Staged.Messages;
using Microsoft.Azure.Functions.Worker;

namespace Connectors.Functions.Activities;

/// <summary>The activities that call the source.</summary>
public sealed class SourceActivities(StepRunner runner)
{
    /// <summary>Checks that the source responds.</summary>
    [Function(nameof(PingSource))]
    public Task<StepResult<bool>> PingSource([ActivityTrigger] SyncJobInput target, CancellationToken cancellationToken) =>
        runner.AskAsync(
            target,
            async (step, source, token) =>
            {
                await source.PingAsync(step.Services.Options.PingTimeout, token);
                return true;
            },
            cancellationToken
        );

    /// <summary>Asks whether anything changed, prepares the index, stages the snapshot, plans the partitions; or finds out where the
    /// changes begin.</summary>
    [Function(nameof(BeginSync))]
    public Task<StepResult<BeginSyncResult>> BeginSync([ActivityTrigger] SyncJobInput target, CancellationToken cancellationToken) =>
        runner.AskAsync(
            target,
            async (step, source, token) =>
            {
                var result = await step.Services.Staged.BeginAsync(step.Request, source, target.FullBecause, token);
                return new BeginSyncResult(result, step.Services.Configuration.Engine.Partitions);
            },
            cancellationToken
        );

    /// <summary>Reads a page, compares it and stages what has to be written.</summary>
    [Function(nameof(ReadPage))]
    public Task<StepResult<ReadPageResult>> ReadPage(
        [ActivityTrigger] StepInput<ReadPageInput> input,
        CancellationToken cancellationToken
    ) =>
        runner.AskAsync(
            input.Target,
            $"{input.Input.Plan}/{input.Input.Partition}",
            keeps: page => !page.IsLast && page.ExpiredReason is null,
            (step, source, token) => step.Services.Staged.ReadPageAsync(step.Request, source, input.Input, token),
            cancellationToken
        );
}
