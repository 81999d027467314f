using Connectors.Functions.Activities;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;

namespace Connectors.Functions.Orchestrations;

/// <summary>The state of a job's orchestration: all that it needs, small enough to pass on when it continues as new.</summary>
public sealed record SyncJobState
{
    /// <summary>What had been written when the sync had to begin again.</summary>
    public SyncCounts Before { get; init; }

    /// <summary>What is synced.</summary>
    public required SyncJobInput Target { get; init; }

    /// <summary>The plan, once the sync has begun.</summary>
    public PlanName? Plan { get; init; }

    /// <summary>What kind of sync it is, once it has begun: perhaps a full one where an incremental one was asked for.</summary>
    public SyncKind Kind { get; init; }

    /// <summary>How many partitions are read at once.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Number of documents that the source reported, or else that the index held.</summary>
    public long? EstimatedDocuments { get; init; }

    /// <summary>Whether the estimate is what the index held.</summary>
    public bool IsEstimateGuess { get; init; }

    /// <summary>The partitions.</summary>
    public IReadOnlyList<PartitionState> Partitions { get; init; } = [];

    /// <summary>The deletes, once they are planned.</summary>
    public PlanDeletesResult? Deletes { get; init; }

    /// <summary>The first part of the deletes that is not carried out yet.</summary>
    public int NextPart { get; init; }

    /// <summary>What the deletes count.</summary>
    public SyncCounts DeleteCounts { get; init; }

    /// <summary>The last report of the deletes.</summary>
    public ReportName? DeleteReport { get; init; }

    /// <summary>What is shown of it.</summary>
    public SyncStatus Status(SyncPhase phase) => new(phase, Counts(), EstimatedDocuments, IsEstimateGuess);

    /// <summary>All counts so far.</summary>
    public SyncCounts Counts() =>
        Partitions.Aggregate(Before + DeleteCounts + (Deletes?.Correction ?? default), (sum, partition) => sum + partition.Counts);

    /// <summary>Why the cursor has expired and a full sync is needed; <see langword="null"/> otherwise.</summary>
    public string? ExpiredReason() => Partitions.Select(partition => partition.ExpiredReason).FirstOrDefault(lost => lost is not null);

    /// <summary>The state once the sync has begun.</summary>
    public SyncJobState Begun(BeginSyncResult begun)
    {
        ArgumentNullException.ThrowIfNull(begun);
        return this with
        {
            Plan = begun.Result.Plan,
            Kind = begun.Result.Kind,
            Parallel = begun.Parallel,
            EstimatedDocuments = begun.Result.EstimatedDocuments,
            IsEstimateGuess = begun.Result.IsEstimateGuess,
            Partitions = [.. Enumerable.Range(0, begun.Result.Partitions).Select(number => new PartitionState(number))],
        };
    }

    /// <summary>The state when a partition has got further.</summary>
    public SyncJobState With(PartitionState partition)
    {
        ArgumentNullException.ThrowIfNull(partition);
        return this with { Partitions = [.. Partitions.Select(old => old.Number == partition.Number ? partition : old)] };
    }

    /// <summary>The state when some parts of the deletes are carried out.</summary>
    public SyncJobState Deleted(int parts, WriteResult written)
    {
        ArgumentNullException.ThrowIfNull(written);
        return this with { NextPart = NextPart + parts, DeleteCounts = DeleteCounts + written.Counts, DeleteReport = written.Report };
    }

    /// <summary>The input of the sync's last step.</summary>
    public CompleteInput Complete() =>
        Kind == SyncKind.Incremental
            ? new CompleteInput(Plan!, Reports(), IsListed: false, Partitions[0].Page, Counts())
            : new CompleteInput(Plan!, Reports(), Deletes?.IsListed() == true);

    /// <summary>The state of the same sync from its begin.</summary>
    /// <param name="because">Why it has to begin again.</param>
    public SyncJobState Again(string because)
    {
        var counts = Counts();
        return new SyncJobState
        {
            Target = Target with { FullBecause = because },
            Before = new SyncCounts(Created: counts.Created, Updated: counts.Updated, Deleted: counts.Deleted, Bytes: counts.Bytes),
        };
    }

    /// <summary>The latest reports.</summary>
    public IReadOnlyList<ReportName> Reports() =>
        [.. Partitions.Select(partition => partition.Report).Append(DeleteReport).OfType<ReportName>()];
}

/// <summary>How far a partition is.</summary>
/// <param name="Number">The partition's number.</param>
/// <param name="Page">The last page that was read.</param>
/// <param name="IsRead">Whether it was the last one of the partition.</param>
/// <param name="Unwritten">The page that was read and is not written yet, if there is one: the last one.</param>
/// <param name="Report">The last report.</param>
/// <param name="Counts">What the partition counts.</param>
/// <param name="ExpiredReason">Why the cursor of changes has expired.</param>
public sealed record PartitionState(
    int Number,
    PageName? Page = null,
    bool IsRead = false,
    PageName? Unwritten = null,
    ReportName? Report = null,
    SyncCounts Counts = default,
    string? ExpiredReason = null
)
{
    /// <summary>Whether there is nothing left to do: everything of it is read and written, or can't be read.</summary>
    public bool IsDone() => ExpiredReason is not null || (IsRead && Unwritten is null);
}
