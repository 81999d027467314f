using Connectors.Functions.Activities;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Connectors.Functions.Orchestrations;

/// <summary>
/// A partition: each page is read while the one before it is written. It continues as new every few pages, so that its history stays short however long the partition is;
/// and it ends after a while, to be begun again with what it answered, so that its job hears how far it is and can continue as new itself. In between nothing of it is
/// under way: a page that was read and is not written yet is handed on by its name.
/// </summary>
public static class SyncPartition
{
    /// <summary>Pages after which it continues as new.</summary>
    internal const int MaxPages = 8;

    /// <summary>Time after which it ends with the next page.</summary>
    internal static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(1);

    /// <summary>Runs the orchestrator.</summary>
    [Function(nameof(SyncPartition))]
    public static async Task<StepAnswer<PartitionState>> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var order = context.GetInput<PartitionOrder>() ?? throw new InvalidOperationException("There is no partition to read.");
        var state = order.State;

        // Counted from here and not from when its job asked: with a long queue it would end before its first page, again and again.
        var begun = order.Begun ?? context.CurrentUtcDateTime;
        for (var page = 0; !state.IsDone() && context.CurrentUtcDateTime - begun < MaxTime; page++)
        {
            if (page == MaxPages)
            {
                context.ContinueAsNew(order with { State = state, Rejected = Rejected(order, state), Begun = begun });
                break;
            }

            var (next, stop, message) = await StepAsync(context, order, state);
            state = next;
            if (stop != StepStop.None)
            {
                return new StepAnswer<PartitionState>(state, stop, message);
            }
        }

        return new StepAnswer<PartitionState>(state);
    }

    /// <summary>Documents of the whole job that were rejected, as far as is known here.</summary>
    private static long Rejected(PartitionOrder order, PartitionState state) => order.Rejected + state.Counts.Rejected - order.State.Counts.Rejected;

    private static async Task<(PartitionState State, StepStop Stop, string? Message)> StepAsync(TaskOrchestrationContext context, PartitionOrder order, PartitionState state)
    {
        var rejected = Rejected(order, state);
        var writing = state.Unwritten is { } page
            ? context.StepAsync<WriteAnswer>(nameof(IndexActivities.WritePage), new JobOrder<WriteOrder>(order.Target, new WriteOrder(order.Plan, page, state.Report, rejected)))
            : null;
        var reading = state.IsRead
            ? null
            : context.SourceStepAsync<ReadAnswer>(nameof(SourceActivities.ReadPage), new JobOrder<ReadOrder>(order.Target, new ReadOrder(order.Plan, state.Number, state.Page)));
        if (writing is not null && await writing is var written)
        {
            if (written.Stop != StepStop.None)
            {
                // The page that was read meanwhile is not counted: it will not be written.
                _ = reading is null ? null : await reading;
                return (state, written.Stop, written.Message);
            }

            state = state with { Unwritten = null, Report = written.Value!.Report, Counts = state.Counts + written.Value.Counts };
        }

        if (reading is null)
        {
            return (state, StepStop.None, null);
        }

        return await reading switch
        {
            { Stop: StepStop.None, Value: { Lost: { } lost } } => (state with { Lost = lost }, StepStop.None, null),
            { Stop: StepStop.None, Value: { } read } => (
                state with { Page = read.Page, IsRead = read.IsLast, Unwritten = read.HasWork ? read.Page : null, Counts = state.Counts + read.Counts }, StepStop.None, null),
            var stopped => (state, stopped.Stop, stopped.Message),
        };
    }
}

/// <summary>Asks for a partition, or for the rest of it.</summary>
/// <param name="Target">What is synced.</param>
/// <param name="Plan">The plan.</param>
/// <param name="State">How far the partition is.</param>
/// <param name="Rejected">Documents of the whole job that were rejected so far.</param>
/// <param name="Begun">When it began, after it continued as new; <see langword="null"/> from its job.</param>
public sealed record PartitionOrder(SyncTarget Target, PlanName Plan, PartitionState State, long Rejected, DateTime? Begun = null);
