using System.Text.Json.Nodes;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine.Staged.Storage;

namespace Connectors.Sync.Engine.Staged.Messages;

/// <summary>Asks for the end of a sync.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Reports">The last report of each partition and of the deletes, as far as there are any.</param>
/// <param name="IsListed">Whether the source listed everything, and all that vanished was deleted.</param>
/// <param name="LastPage">Of an incremental sync, the last page of changes: it says where the next one begins.</param>
/// <param name="Counts">Of an incremental sync, what it did.</param>
public sealed record CompleteOrder(PlanName Plan, IReadOnlyList<ReportName> Reports, bool IsListed, PageName? LastPage = null, SyncCounts Counts = default);

/// <summary>What is to be told of a sync besides its counts.</summary>
/// <param name="TotalDocuments">Documents in the index.</param>
/// <param name="Rejections">What was rejected or unreadable.</param>
/// <param name="Preview">The first documents that a dry run would write; <see langword="null"/> for any other sync.</param>
/// <param name="Cursor">What the connector's <c>sync_cursor</c> becomes when the job completes.</param>
/// <param name="Fallback">Why a full sync was done in place of an incremental one.</param>
/// <param name="Rewrite">Why documents that did not change were written again.</param>
public sealed record CompleteAnswer(
    long TotalDocuments, RejectionReport Rejections, SyncPreview? Preview, JsonObject? Cursor = null, string? Fallback = null, string? Rewrite = null);
