using Connectors.Sync.Bulk;
using Connectors.Sync.Bulk.Documents;
using Connectors.Sync.Diff;
using Connectors.Sync.Staging;

namespace Connectors.Sync.Engine;

/// <summary>Deletes of what vanished, cut into batches. The same ids give the same batches, however often and wherever they are
/// cut.</summary>
internal static class DeleteBatches
{
    /// <summary>Ordinals of the ids that were not seen, in the order in which their texts lie on disk.</summary>
    public static int[] Vanished(SeenIds seen, IdSnapshot snapshot) => [.. seen.Unseen().OrderBy(snapshot.TextOffset)];

    /// <summary>A batch of deletes; the caller disposes it.</summary>
    public static BulkBatch Of(ReadOnlySpan<int> ordinals, IdSnapshotFile ids)
    {
        var batch = new BulkBatch(ordinals.Length * 64);
        foreach (var ordinal in ordinals)
        {
            DocumentLines.WriteDelete(batch.Buffer, ids.ReadText(ordinal));
            batch.Add(BulkOperationKind.Delete);
        }

        return batch;
    }
}
