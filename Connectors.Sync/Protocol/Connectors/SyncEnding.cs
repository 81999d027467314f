using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Sync.Protocol.Connectors;

/// <summary>How a job ended, among the others of its connector.</summary>
/// <param name="Job">The job.</param>
/// <param name="IsNewest">Whether no other job of its kind, content or access control, was taken later.</param>
/// <param name="IsCursorNewest">Whether no job that was taken later moved the connector's <c>sync_cursor</c>.</param>
internal sealed record SyncEnding(SyncJobRecord Job, bool IsNewest, bool IsCursorNewest);
