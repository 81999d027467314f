using Connectors.Functions.Activities;
using Connectors.Sync.Engine.Staged;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Connectors.Functions.Orchestrations;

/// <summary>
/// Some pages of a partition: each is read while the one before it is written. It ends after a few, and is begun again with what it answered, so that its history stays
/// short however long the partition is.
/// </summary>
public static class SyncPartition
{
    /// <summary>Pages after which it ends.</summary>
    internal const int MaxPages = 8;

    /// <summary>Runs the orchestrator.</summary>
    [Function(nameof(SyncPartition))]
    public static async Task<StepAnswer<PartitionState>> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var order = context.GetInput<PartitionOrder>() ?? throw new InvalidOperationException("There is no partition to read.");
        var state = order.State;
        for (var page = 0; page < MaxPages && !state.IsDone(); page++)
        {
            var (next, stop, message) = await StepAsync(context, order, state);
            state = next;
            if (stop != StepStop.None)
            {
                return new StepAnswer<PartitionState>(state, stop, message);
            }
        }

        return new StepAnswer<PartitionState>(state);
    }

    private static async Task<(PartitionState State, StepStop Stop, string? Message)> StepAsync(TaskOrchestrationContext context, PartitionOrder order, PartitionState state)
    {
        var rejected = order.Rejected + state.Counts.Rejected - order.State.Counts.Rejected;
        var writing = state.Unwritten is { } page
            ? context.StepAsync<WriteAnswer>(nameof(IndexActivities.WritePage), new JobOrder<WriteOrder>(order.Target, new WriteOrder(order.Plan, page, state.Report, rejected)))
            : null;
        var reading = state.IsRead
            ? null
            : context.StepAsync<ReadAnswer>(nameof(SourceActivities.ReadPage), new JobOrder<ReadOrder>(order.Target, new ReadOrder(order.Plan, state.Number, state.Page)));
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

        var read = await reading;
        return read is { Stop: StepStop.None, Value: { } value }
            ? (state with { Page = value.Page, IsRead = value.IsLast, Unwritten = value.HasWork ? value.Page : null, Counts = state.Counts + value.Counts }, StepStop.None, null)
            : (state, read.Stop, read.Message);
    }
}

/// <summary>Asks for some pages of a partition.</summary>
/// <param name="Target">What is synced.</param>
/// <param name="Plan">The plan.</param>
/// <param name="State">How far the partition is.</param>
/// <param name="Rejected">Documents of the whole job that were rejected so far.</param>
public sealed record PartitionOrder(SyncTarget Target, string Plan, PartitionState State, long Rejected);
