using Connectors.Sync.Engine;

namespace Connectors.Sync.Bulk;

/// <summary>The outcome of a batch: every operation is counted once.</summary>
/// <param name="Counts">Created, updated, deleted, already gone, rejected, duplicates, bytes.</param>
/// <param name="Rejections">Operations that were rejected permanently.</param>
internal sealed record BulkReport(SyncCounts Counts, RejectionReport Rejections);
