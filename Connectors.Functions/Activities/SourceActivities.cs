using Connectors.Functions.Orchestrations;
using Connectors.Sync.Engine.Staged.Messages;
using Microsoft.Azure.Functions.Worker;

namespace Connectors.Functions.Activities;

/// <summary>The activities that ask the source.</summary>
public sealed class SourceActivities(StepRunner runner)
{
    /// <summary>Asks the source whether it is there.</summary>
    [Function(nameof(PingSource))]
    public Task<StepAnswer<bool>> PingSource([ActivityTrigger] SyncTarget target, CancellationToken cancellationToken) =>
        runner.AskAsync(target, async (step, source, token) =>
        {
            await source.PingAsync(step.Services.Options.PingTimeout, token);
            return true;
        }, cancellationToken);

    /// <summary>Asks whether anything changed, prepares the index, stages the snapshot, plans the partitions; or finds out where the changes begin.</summary>
    [Function(nameof(BeginSync))]
    public Task<StepAnswer<BegunSync>> BeginSync([ActivityTrigger] SyncTarget target, CancellationToken cancellationToken) =>
        runner.AskAsync(target, async (step, source, token) =>
        {
            var answer = await step.Services.Staged.BeginAsync(step.Request, source, target.FullBecause, token);
            return new BegunSync(answer, step.Services.Configuration.Engine.Partitions);
        }, cancellationToken);

    /// <summary>Reads a page, compares it and stages what has to be written.</summary>
    [Function(nameof(ReadPage))]
    public Task<StepAnswer<ReadAnswer>> ReadPage([ActivityTrigger] JobOrder<ReadOrder> order, CancellationToken cancellationToken) =>
        runner.AskAsync(
            order.Target,
            $"{order.Input.Plan}/{order.Input.Partition}",
            keeps: page => !page.IsLast && page.Lost is null,
            (step, source, token) => step.Services.Staged.ReadPageAsync(step.Request, source, order.Input, token),
            cancellationToken);
}
