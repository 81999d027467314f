using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Staging;

namespace Connectors.Sync.Engine;

/// <summary>Deletes of what vanished, cut into batches. The same ids give the same batches, however often and wherever they are cut.</summary>
internal static class DeleteBatches
{
    /// <summary>Where the texts of the ids are that were not seen, in the order in which they lie on disk.</summary>
    public static long[] Offsets(SeenIds seen, IdSnapshot snapshot) => [.. seen.Unseen().Select(snapshot.TextOffset).Order()];

    /// <summary>A batch of deletes; the caller disposes it.</summary>
    public static BulkBatch Of(ReadOnlySpan<long> offsets, IdSnapshotFile ids)
    {
        var batch = new BulkBatch(offsets.Length * 64);
        foreach (var offset in offsets)
        {
            DocumentLines.WriteDelete(batch.Buffer, ids.ReadText(offset));
            batch.Add(BulkOperationKind.Delete);
        }

        return batch;
    }
}
