using System.Text.Json.Serialization;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine;

namespace Connectors.Sync.Staging.LocalState;

/// <summary>A step of a sync that is done (or, for <see cref="DeletesSent"/> and <see cref="ChangesSent"/>, is about to be done).</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(PageDone), "page")]
[JsonDerivedType(typeof(DeletesSent), "deleting")]
[JsonDerivedType(typeof(DeletesDone), "deleted")]
[JsonDerivedType(typeof(WrittenBefore), "before")]
[JsonDerivedType(typeof(ChangesSent), "changes")]
internal abstract record JournalRecord;

/// <summary>A page was read, and all its writes are done.</summary>
/// <param name="Partition">The partition's place in the plan.</param>
/// <param name="Next">Token of the page after it.</param>
/// <param name="IsLast">Whether the partition is complete.</param>
/// <param name="Counts">What the page counts.</param>
/// <param name="Rejections">What was refused or unreadable in it.</param>
/// <param name="Gap">Why documents may be missing from it.</param>
internal sealed record PageDone(int Partition, string Next, bool IsLast, SyncCounts Counts, RejectionReport? Rejections, string? Gap)
    : JournalRecord
{
    /// <summary>The ids that the page saw; stored beside the JSON.</summary>
    [JsonIgnore]
    public PageSeenIds PageSeen { get; init; } = new();
}

/// <summary>
/// A batch of deletes is about to be sent. Without a later record, documents that are already gone count as deleted by this batch.
/// </summary>
/// <param name="Batch">The batch's number.</param>
internal sealed record DeletesSent(int Batch) : JournalRecord;

/// <summary>A batch of deletes was carried out.</summary>
/// <param name="Batch">The batch's number.</param>
/// <param name="Counts">What it counts.</param>
/// <param name="Rejections">What was refused.</param>
internal sealed record DeletesDone(int Batch, SyncCounts Counts, RejectionReport? Rejections) : JournalRecord;

/// <summary>
/// Changes are about to be sent. Without a later <see cref="PageDone"/>, what the index has of them may be this very sending.
/// </summary>
/// <param name="Added">Ids that the index did not hold before.</param>
/// <param name="Held">Ids that it held.</param>
internal sealed record ChangesSent(IReadOnlyList<string> Added, IReadOnlyList<string> Held) : JournalRecord
{
    /// <summary>The record of a page's batches.</summary>
    public static ChangesSent Of(IEnumerable<BulkBatch> batches)
    {
        var (added, held) = (new List<string>(), new List<string>());
        foreach (var batch in batches)
        {
            for (var number = 0; number < batch.Count; number++)
            {
                var isAbsent = batch.Operations[number].Kind is BulkOperationKind.Add or BulkOperationKind.DeleteAbsent;
                (isAbsent ? added : held).Add(batch.IdOf(number));
            }
        }

        return new ChangesSent(added, held);
    }
}

/// <summary>The sync was started over: this much had been written before.</summary>
/// <param name="Counts">What was created, updated and deleted.</param>
internal sealed record WrittenBefore(SyncCounts Counts) : JournalRecord;
