using Connectors.Sync.Engine.Staged.Storage;

namespace Connectors.Sync.Engine.Staged.Messages;

/// <summary>The input for planning the deletes, once all partitions were read to their ends.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="LastPages">The last page of each partition, in the order of their numbers.</param>
public sealed record PlanDeletesInput(PlanName Plan, IReadOnlyList<PageName> LastPages);

/// <summary>The planned deletes.</summary>
/// <param name="Deletes">Name of what was staged, for the steps that follow; <see langword="null"/> when there is nothing to
/// delete.</param>
/// <param name="Parts">In how many parts it was staged.</param>
/// <param name="Count">How many documents.</param>
/// <param name="Refusal">Why nothing may be deleted, and how to allow it; <see langword="null"/> when the deletes are allowed.</param>
/// <param name="HasGap">Whether the source could not list everything.</param>
/// <param name="Correction">A correction of the counts for documents that several partitions listed. Some counts may be negative.</param>
/// <param name="Damaged">Why the sync has to begin again: what is staged of it is not what was staged; <see langword="null"/> otherwise.
/// Nothing is deleted then.</param>
/// <param name="Gap">The part of the source that could not be listed, and why, when nothing is deleted because of it.</param>
public sealed record PlanDeletesResult(
    DeletesName? Deletes,
    int Parts,
    long Count,
    string? Refusal,
    bool HasGap,
    SyncCounts Correction,
    string? Damaged = null,
    string? Gap = null
)
{
    /// <summary>Whether the source listed everything, and what vanished may be deleted.</summary>
    public bool IsListed() => Refusal is null && !HasGap;
}
