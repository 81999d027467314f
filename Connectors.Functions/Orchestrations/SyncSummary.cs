using Connectors.Sync.Engine;

namespace Connectors.Functions.Orchestrations;

/// <summary>How a sync ended: the orchestration's output.</summary>
/// <param name="Status">The job's state in the protocol's words; <c>lost</c> when somebody else has the job.</param>
/// <param name="Counts">What it did, or, of a dry run, would do.</param>
/// <param name="TotalDocuments">Documents in the index.</param>
/// <param name="Message">Why it failed or was refused.</param>
/// <param name="Preview">The first documents that a dry run would write.</param>
public sealed record SyncSummary(
    string Status,
    SyncCounts Counts,
    long TotalDocuments,
    string? Message = null,
    SummaryPreview? Preview = null
);

/// <summary>The first ids of each kind, few enough for an orchestration's output.</summary>
/// <param name="Added">Ids that would be added.</param>
/// <param name="Updated">Ids that would be updated.</param>
/// <param name="Deleted">Ids that would be deleted.</param>
/// <param name="Names">What people know these documents by, where they have that.</param>
public sealed record SummaryPreview(
    IReadOnlyList<string> Added,
    IReadOnlyList<string> Updated,
    IReadOnlyList<string> Deleted,
    IReadOnlyDictionary<string, string>? Names = null
)
{
    private const int MaxIds = 10;

    /// <summary>The beginning of a preview.</summary>
    public static SummaryPreview? Of(SyncPreview? preview)
    {
        if (preview is null)
        {
            return null;
        }

        string[] added = [.. preview.Added.Take(MaxIds)];
        string[] updated = [.. preview.Updated.Take(MaxIds)];
        string[] deleted = [.. preview.Deleted.Take(MaxIds)];
        var names = added.Concat(updated).Concat(deleted).Where(preview.Names.ContainsKey).ToDictionary(id => id, id => preview.Names[id]);
        return new SummaryPreview(added, updated, deleted, names);
    }
}

/// <summary>What an orchestration shows while it runs.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="Counts">Counts so far.</param>
/// <param name="EstimatedDocuments">Number of documents that the source reported, or else that the index held.</param>
/// <param name="IsEstimateGuess">Whether the estimate is what the index held.</param>
public sealed record SyncStatus(SyncPhase Phase, SyncCounts Counts, long? EstimatedDocuments, bool IsEstimateGuess = false);
