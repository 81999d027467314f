using System.Text.Json.Nodes;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine;

namespace Connectors.Sync.Protocol.Jobs;

/// <summary>The result that a job's end records. <see langword="null"/> leaves a value unchanged.</summary>
internal sealed record JobResult
{
    /// <summary>What the sync did, over all its runs.</summary>
    public SyncCounts? Counts { get; init; }

    /// <summary>Documents in the index.</summary>
    public long? TotalDocuments { get; init; }

    /// <summary>Documents that did not make it.</summary>
    public RejectionReport? Rejections { get; init; }

    /// <summary>Why the job failed: what, where, what next; without secrets.</summary>
    public string? Error { get; init; }

    /// <summary>With a completed job, where the next incremental sync begins; <see langword="null"/> clears the connector's
    /// <c>sync_cursor</c>.</summary>
    public JsonObject? Cursor { get; init; }

    /// <summary>Why a full sync was done in place of an incremental one; told in the job's <c>metadata</c>.</summary>
    public string? Fallback { get; init; }

    /// <summary>Why documents that did not change were written again; told in the job's <c>metadata</c>.</summary>
    public string? Rewrite { get; init; }

    /// <summary>The part of the source that could not be read, so that nothing was deleted; told in the job's <c>metadata</c>.</summary>
    public string? Gap { get; init; }
}
