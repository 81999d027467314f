using System.Text.Json.Nodes;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine.Staged.Storage;

namespace Connectors.Sync.Engine.Staged.Messages;

/// <summary>The input of the last step.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Reports">The last reports of each partition and of the deletes, if any.</param>
/// <param name="IsListed">Whether the source listed everything and all vanished documents were deleted.</param>
/// <param name="LastPage">For an incremental sync, the last page of changes: it holds the next cursor.</param>
/// <param name="Counts">For an incremental sync, its counts.</param>
public sealed record CompleteInput(
    PlanName Plan,
    IReadOnlyList<ReportName> Reports,
    bool IsListed,
    PageName? LastPage = null,
    SyncCounts Counts = default
);

/// <summary>The result of a sync besides its counts.</summary>
/// <param name="TotalDocuments">Documents in the index.</param>
/// <param name="Rejections">What was rejected or unreadable.</param>
/// <param name="Preview">The first documents that a dry run would write; <see langword="null"/> for other syncs.</param>
/// <param name="Cursor">The connector's <c>sync_cursor</c> once the job has completed.</param>
/// <param name="Fallback">Why a full sync was done instead of an incremental one.</param>
/// <param name="Rewrite">Why documents that did not change were written again.</param>
public sealed record CompleteResult(
    long TotalDocuments,
    RejectionReport Rejections,
    SyncPreview? Preview,
    JsonObject? Cursor = null,
    string? Fallback = null,
    string? Rewrite = null
);
