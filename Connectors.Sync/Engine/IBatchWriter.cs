using Connectors.Sync.Bulk;

namespace Connectors.Sync.Engine;

/// <summary>Where a sync's batches go.</summary>
internal interface IBatchWriter
{
    /// <summary>Writes a batch; the caller disposes it.</summary>
    Task<BulkReport> WriteAsync(BulkBatch batch, bool mayHaveBeenSent, CancellationToken cancellationToken);
}

/// <summary>Writes to the index.</summary>
internal sealed class IndexBatchWriter(BulkWriter writer, string indexName, string? pipeline) : IBatchWriter
{
    public Task<BulkReport> WriteAsync(BulkBatch batch, bool mayHaveBeenSent, CancellationToken cancellationToken) =>
        writer.WriteAsync(indexName, pipeline, batch, mayHaveBeenSent, cancellationToken);
}

/// <summary>Writes nothing, and tells what would have been written.</summary>
internal sealed class DryRunBatchWriter(SyncPreview preview) : IBatchWriter
{
    public Task<BulkReport> WriteAsync(BulkBatch batch, bool mayHaveBeenSent, CancellationToken cancellationToken)
    {
        var counts = default(SyncCounts);
        for (var index = 0; index < batch.Count; index++)
        {
            var operation = batch.Operations[index];
            preview.Add(operation.Kind, batch.IdOf(index));
            counts += operation.Kind switch
            {
                BulkOperationKind.Add => new SyncCounts(Created: 1, Bytes: operation.Length),
                BulkOperationKind.Change => new SyncCounts(Updated: 1, Bytes: operation.Length),
                BulkOperationKind.Repeat => new SyncCounts(Duplicates: 1, Bytes: operation.Length),
                _ => new SyncCounts(Deleted: 1),
            };
        }

        return Task.FromResult(new BulkReport(counts, new RejectionReport()));
    }
}
