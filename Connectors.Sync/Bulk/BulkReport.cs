using Connectors.Sync.Engine;

namespace Connectors.Sync.Bulk;

/// <summary>What became of a batch: every operation is in one of the counts.</summary>
/// <param name="Counts">Created, updated, deleted, already gone, rejected, duplicates, bytes.</param>
/// <param name="Rejections">What was refused for good.</param>
internal sealed record BulkReport(SyncCounts Counts, RejectionReport Rejections);
