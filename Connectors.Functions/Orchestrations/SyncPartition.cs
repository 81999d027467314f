using Connectors.Functions.Activities;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Connectors.Functions.Orchestrations;

/// <summary>
/// A partition: each page is read while the one before it is written. It continues as new every few pages, so that its history stays short
/// however long the partition is; and it ends after a while, to be begun again with what it answered, so that its job hears how far it is
/// and can continue as new itself. In between nothing of it is under way: a page that was read and is not written yet is handed on by its
/// name.
/// </summary>
public static class SyncPartition
{
    /// <summary>Pages after which it continues as new.</summary>
    internal const int MaxPages = 8;

    /// <summary>Time after which it ends with the next page.</summary>
    internal static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(1);

    /// <summary>Runs the orchestrator.</summary>
    [Function(nameof(SyncPartition))]
    public static async Task<StepResult<PartitionState>> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var input = context.GetInput<SyncPartitionInput>() ?? throw new InvalidOperationException("There is no partition to read.");
        var state = input.State;

        // Counted from here and not from when its job asked: with a long queue it would end before its first page, again and again.
        var begun = input.StartedAt ?? context.CurrentUtcDateTime;
        for (var page = 0; !state.IsDone() && context.CurrentUtcDateTime - begun < MaxTime; page++)
        {
            if (page == MaxPages)
            {
                context.ContinueAsNew(input with { State = state, Rejected = Rejected(input, state), StartedAt = begun });
                break;
            }

            var (next, stop, message) = await StepAsync(context, input, state);
            state = next;
            if (stop != StopReason.None)
            {
                return new StepResult<PartitionState>(state, stop, message);
            }
        }

        return new StepResult<PartitionState>(state);
    }

    /// <summary>Documents of the whole job that were rejected, as far as is known here.</summary>
    private static long Rejected(SyncPartitionInput input, PartitionState state) =>
        input.Rejected + state.Counts.Rejected - input.State.Counts.Rejected;

    private static async Task<(PartitionState State, StopReason Stop, string? Message)> StepAsync(
        TaskOrchestrationContext context,
        SyncPartitionInput input,
        PartitionState state
    )
    {
        var rejected = Rejected(input, state);
        var writing = state.Unwritten is { } page
            ? context.StepAsync<WriteResult>(
                nameof(IndexActivities.WritePage),
                new StepInput<WritePageInput>(input.Target, new WritePageInput(input.Plan, page, state.Report, rejected))
            )
            : null;
        var reading = state.IsRead
            ? null
            : context.SourceStepAsync<ReadPageResult>(
                nameof(SourceActivities.ReadPage),
                input.Target,
                new StepInput<ReadPageInput>(input.Target, new ReadPageInput(input.Plan, state.Number, state.Page))
            );
        if (writing is not null && await writing is var written)
        {
            if (written.Stop != StopReason.None)
            {
                // The page that was read meanwhile is not counted: it will not be written.
                _ = reading is null ? null : await reading;
                return (state, written.Stop, written.Message);
            }

            state = state with { Unwritten = null, Report = written.Value!.Report, Counts = state.Counts + written.Value.Counts };
        }

        if (reading is null)
        {
            return (state, StopReason.None, null);
        }

        return await reading switch
        {
            { Stop: StopReason.None, Value: { ExpiredReason: { } lost } } => (state with { ExpiredReason = lost }, StopReason.None, null),
            { Stop: StopReason.None, Value: { } read } => (
                state with
                {
                    Page = read.Page,
                    IsRead = read.IsLast,
                    Unwritten = read.HasWork ? read.Page : null,
                    Counts = state.Counts + read.Counts,
                },
                StopReason.None,
                null
            ),
            var stopped => (state, stopped.Stop, stopped.Message),
        };
    }
}

/// <summary>The input of a partition's orchestration: the partition, or the rest of it.</summary>
/// <param name="Target">What is synced.</param>
/// <param name="Plan">The plan.</param>
/// <param name="State">How far the partition is.</param>
/// <param name="Rejected">Documents of the whole job that were rejected so far.</param>
/// <param name="StartedAt">When it began, after it continued as new; <see langword="null"/> from its job.</param>
public sealed record SyncPartitionInput(
    SyncJobInput Target,
    PlanName Plan,
    PartitionState State,
    long Rejected,
    DateTime? StartedAt = null
);
