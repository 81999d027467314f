using Connectors.Sync.Bulk;
using Connectors.Sync.Engine.Planning;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine;

/// <summary>Receives the batches of a sync.</summary>
internal interface IBatchWriter
{
    /// <summary>Writes a batch; the caller disposes it.</summary>
    Task<BulkReport> WriteAsync(BulkBatch batch, bool mayHaveBeenSent, CancellationToken cancellationToken);
}

/// <summary>Makes what a sync's batches are written with, in every host.</summary>
/// <param name="index">The index's gateway.</param>
/// <param name="bulk">Bulk requests.</param>
/// <param name="time">The clock.</param>
/// <param name="random">For the jitter of retries.</param>
/// <param name="logger">Where messages go.</param>
internal sealed class BatchWriters(IContentIndex index, BulkWriterOptions bulk, TimeProvider time, Random random, ILogger logger)
{
    /// <summary>The writer of a sync, or of one of its steps.</summary>
    /// <param name="request">The sync.</param>
    /// <param name="monitor">Ends it when too much is rejected.</param>
    /// <param name="preview">Of a dry run, what is told instead of being written; <see langword="null"/> otherwise.</param>
    /// <param name="passesInference">Whether Elasticsearch asks an inference endpoint about what is written.</param>
    public IBatchWriter For(SyncRequest request, RejectionMonitor monitor, SyncPreview? preview, bool passesInference) =>
        preview is not null
            ? new DryRunBatchWriter(index, request, preview)
            : new IndexBatchWriter(
                new BulkWriter(index, bulk.For(passesInference), monitor, time, random, logger),
                request.IndexName,
                request.Pipeline?.Name
            );
}

/// <summary>Writes to the index.</summary>
internal sealed class IndexBatchWriter(BulkWriter writer, string indexName, string? pipeline) : IBatchWriter
{
    public Task<BulkReport> WriteAsync(BulkBatch batch, bool mayHaveBeenSent, CancellationToken cancellationToken) =>
        writer.WriteAsync(indexName, pipeline, batch, mayHaveBeenSent, cancellationToken);
}
