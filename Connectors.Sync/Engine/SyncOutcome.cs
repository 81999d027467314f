using System.Text.Json.Nodes;
using Connectors.Sync.Bulk;

namespace Connectors.Sync.Engine;

/// <summary>The outcome of a sync that did not throw.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Counts">What it did, over all its runs if it was resumed.</param>
/// <param name="TotalDocuments">Documents in the index afterwards.</param>
/// <param name="Rejections">What was refused or unreadable: the first ones by id, and totals by reason.</param>
/// <param name="Message">For <see cref="SyncEnd.Refused"/>, why, and how to allow it; <see langword="null"/> otherwise.</param>
internal sealed record SyncOutcome(
    SyncEnd End,
    SyncCounts Counts,
    long TotalDocuments,
    RejectionReport Rejections,
    string? Message = null,
    SyncPreview? Preview = null
)
{
    /// <summary>
    /// Where the next incremental sync begins, to be stored as the connector's <c>sync_cursor</c> when the sync completed;
    /// <see langword="null"/> when only a full sync can follow.
    /// </summary>
    public JsonObject? Cursor { get; init; }

    /// <summary>
    /// Why a full sync was done instead of the requested incremental one, in a sentence; <see langword="null"/> otherwise.
    /// </summary>
    public string? Fallback { get; init; }

    /// <summary>Why documents that did not change were written again, in a sentence; <see langword="null"/> when they weren't.</summary>
    public string? Rewrite { get; init; }

    /// <summary>The part of the source that could not be read, and why, when nothing was deleted because of it; <see langword="null"/>
    /// otherwise.</summary>
    public string? Gap { get; init; }
}

/// <summary>The ways a sync ends without an exception.</summary>
internal enum SyncEnd
{
    /// <summary>Everything was read, written and deleted: the index equals the source (but for rejected documents).</summary>
    Completed,

    /// <summary>The source was certain that nothing changed since the last completed sync.</summary>
    Unchanged,

    /// <summary>Reading was stopped on request; the pages under way were finished, and progress is kept for a resume.</summary>
    Stopped,

    /// <summary>Everything was read and written, but the deletes were refused: by the guard, or because the source could not list
    /// everything. The job ends as an error with the message.</summary>
    Refused,
}
