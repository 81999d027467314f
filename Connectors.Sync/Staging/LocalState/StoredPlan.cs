using System.Text.Json.Serialization;
using Connectors.Abstractions;
using Connectors.Sync.Engine.Planning;

namespace Connectors.Sync.Staging.LocalState;

/// <summary>
/// The decisions of a sync before its first page, stored so that a resumed sync repeats them exactly: small data, without secrets.
/// </summary>
internal sealed record StoredPlan
{
    /// <summary>Form of the state folder; another form is started over.</summary>
    public const int CurrentFormat = 3;

    /// <summary>Form in which this was written.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Tells this plan from every other one, even of the same job.</summary>
    public string Id { get; init; } = Guid.NewGuid().ToString("N");

    /// <summary>The job, where the plan is kept on local disk.</summary>
    public string JobId { get; init; } = string.Empty;

    /// <summary>The content index.</summary>
    public required string IndexName { get; init; }

    /// <summary>Its <c>index.uuid</c> when the sync began; empty in a dry run of an index that does not exist.</summary>
    public required string IndexUuid { get; init; }

    /// <summary>What kind of sync it is.</summary>
    public SyncKind Kind { get; init; }

    /// <summary>Where the source was in its history before the first page of a full sync, or where an incremental one begins;
    /// <see langword="null"/> when it can't tell.</summary>
    public string? Cursor { get; init; }

    /// <summary>Why a full sync is done in place of the incremental one that was asked for.</summary>
    public string? Fallback { get; init; }

    /// <summary>Whether a sync that only deletes may ask for ids alone: not when sync rules look at fields.</summary>
    public bool ReadsIdsOnly { get; init; }

    /// <summary>With a sync that only deletes, what shaped the documents that it leaves as they are; <see langword="null"/> when nobody
    /// knows.</summary>
    public string? KeptFingerprint { get; init; }

    /// <summary>What shapes documents, including the pipeline.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>What Elasticsearch makes of the documents that this sync writes, or of those that it leaves as they are;
    /// <see langword="null"/> when nobody knows.</summary>
    public IndexShape? Shape { get; init; }

    /// <summary>Whether Elasticsearch asks an inference endpoint about what this sync writes.</summary>
    public bool PassesInference { get; init; }

    /// <summary>Why documents that did not change are written again, in a sentence; <see langword="null"/> when they aren't, or that was
    /// asked for.</summary>
    public string? Rewrite { get; init; }

    /// <summary>What becomes of documents that did not change, for the log.</summary>
    [JsonIgnore]
    public string UnchangedAre =>
        SkipUnchanged ? "left alone"
        : Rewrite is null ? "written again"
        : $"written again, because {Sentences.Inner(Rewrite)}";

    /// <summary>Whether unchanged documents are left alone.</summary>
    public required bool SkipUnchanged { get; init; }

    /// <summary>Whether the index holds documents that no connector wrote: none is deleted before somebody allows it.</summary>
    public bool HoldsForeign { get; init; }

    /// <summary>The source's change token from before the first page.</summary>
    public string? ChangeToken { get; init; }

    /// <summary>How many documents the source said it holds.</summary>
    public long? EstimatedDocuments { get; init; }

    /// <summary>How many documents the sync will probably read: what the source said, or else what the index held;
    /// <see langword="null"/> when nobody knows.</summary>
    [JsonIgnore]
    public long? ExpectedDocuments => EstimatedDocuments ?? (IsExpectationGuess ? Snapshot.Count : null);

    /// <summary>Whether <see cref="ExpectedDocuments"/> is what the index held.</summary>
    [JsonIgnore]
    public bool IsExpectationGuess => EstimatedDocuments is null && Kind != SyncKind.Incremental && Snapshot.Count > 0;

    /// <summary>The partitions, in order; journal records name them by their place here.</summary>
    public required IReadOnlyList<SourcePartition> Partitions { get; init; }

    /// <summary>The snapshot in the same folder.</summary>
    public required SnapshotChecksum Snapshot { get; init; }

    /// <summary>Whether nothing is missing of it that must be there.</summary>
    [JsonIgnore]
    public bool IsWhole =>
        Id is { Length: > 0 }
        && JobId is not null
        && IndexName is { Length: > 0 }
        && IndexUuid is not null
        && Fingerprint is not null
        && Enum.IsDefined(Kind)
        && (Kind != SyncKind.Incremental || Cursor is not null)
        && Partitions is not null
        && Partitions.All(partition => partition is { Name: not null, Bounds: not null })
        && Snapshot is { Count: >= 0, TextBytes: >= 0 };
}
