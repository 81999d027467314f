using Connectors.Sync.Elasticsearch;

namespace Connectors.Sync.Protocol.Jobs;

/// <summary>
/// Whose a job is, by what its document says as long as nobody else takes it. A worker that was judged dead, or whose suspension was
/// written though no answer came, may still be at work: with its claim it changes nothing of the run of whoever has the job now.
/// </summary>
/// <param name="JobId">The job.</param>
internal sealed record JobClaim(string JobId)
{
    /// <summary>The job's worker, and when it was taken; <see langword="null"/> to leave that open.</summary>
    private (string? Worker, DateTimeOffset? StartedAt)? Run { get; init; }

    /// <summary>The state of the document; <see langword="null"/> when it may have been written to meanwhile.</summary>
    private StoredDocument? Unchanged { get; init; }

    /// <summary>Whether the worker is taken for dead, so that its work ended when it was last heard of.</summary>
    public bool IsLeft { get; private init; }

    /// <summary>The claim of the worker that has a job, by the document as the claim, or a later read, returned it.</summary>
    public static JobClaim Of(SyncJobRecord job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new JobClaim(job.Id) { Run = RunOf(job) };
    }

    /// <summary>The claim of a worker that is known to be dead.</summary>
    public static JobClaim Left(SyncJobRecord job) => Of(job) with { IsLeft = true };

    /// <summary>The claim of whoever has the job, as long as he gives no sign of life.</summary>
    public static JobClaim Silent(SyncJobRecord job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new JobClaim(job.Id) { Unchanged = job.Document, IsLeft = true };
    }

    /// <summary>Whether the job is still the claimant's.</summary>
    public bool Holds(SyncJobRecord job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return (Run is null || Run == RunOf(job))
            && (
                Unchanged is null
                || (Unchanged.SequenceNumber, Unchanged.PrimaryTerm) == (job.Document.SequenceNumber, job.Document.PrimaryTerm)
            );
    }

    // An execution of an orchestration moves from host to host, and its worker's id with it. Services that have no such id leave that of an
    // earlier worker in the document, but they write when they took the job.
    private static (string? Worker, DateTimeOffset? StartedAt) RunOf(SyncJobRecord job) =>
        (job.WorkerId ?? job.WorkerHostname, job.StartedAt);
}
