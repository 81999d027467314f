using System.Text.Json.Serialization;

namespace Connectors.Sync.Engine;

/// <summary>The counts of a sync or a part of it, from Elasticsearch's responses, once per document. Counts of parts add up.</summary>
/// <param name="Read">Documents that the source listed.</param>
/// <param name="Skipped">Documents that were the same already.</param>
/// <param name="Created">Documents that are new in the index.</param>
/// <param name="Updated">Documents that were written over.</param>
/// <param name="Deleted">Documents deleted because the source no longer has them.</param>
/// <param name="AlreadyGone">Deletes of what was not there any more.</param>
/// <param name="Rejected">Documents that Elasticsearch refused for good: the index has them as they were, or not at all.</param>
/// <param name="Duplicates">Documents whose id had come before in the same sync; the last one wins.</param>
/// <param name="Unreadable">Documents, files or folders that the source could not read, or that vanished while they were read.</param>
/// <param name="Bytes">Bytes of documents written, as sent.</param>
/// <param name="Excluded">Documents that the source listed and a sync rule left out.</param>
/// <param name="WithoutText">Documents that were to be written without the text of their file, because it could not be had.</param>
public readonly record struct SyncCounts(
    long Read = 0,
    long Skipped = 0,
    long Created = 0,
    long Updated = 0,
    long Deleted = 0,
    long AlreadyGone = 0,
    long Rejected = 0,
    long Duplicates = 0,
    long Unreadable = 0,
    long Bytes = 0,
    long Excluded = 0,
    long WithoutText = 0
)
{
    /// <summary>Documents written: the protocol's <c>indexed_document_count</c>.</summary>
    [JsonIgnore]
    public long Indexed => Created + Updated;

    /// <summary>Documents with a problem, each named with its reason in the job's <c>rejections</c>: rejected, unreadable, or without
    /// text.</summary>
    [JsonIgnore]
    public long Problems => Rejected + Unreadable + WithoutText;

    /// <summary>The protocol's <c>indexed_document_volume</c>: mebibytes written, rounded down.</summary>
    [JsonIgnore]
    public long IndexedMebibytes => Bytes / (1024 * 1024);

    /// <summary>Adds part by part.</summary>
    public static SyncCounts operator +(SyncCounts left, SyncCounts right) => left.Add(right);

    /// <summary>Adds part by part.</summary>
    public SyncCounts Add(SyncCounts other) =>
        new(
            Read + other.Read,
            Skipped + other.Skipped,
            Created + other.Created,
            Updated + other.Updated,
            Deleted + other.Deleted,
            AlreadyGone + other.AlreadyGone,
            Rejected + other.Rejected,
            Duplicates + other.Duplicates,
            Unreadable + other.Unreadable,
            Bytes + other.Bytes,
            Excluded + other.Excluded,
            WithoutText + other.WithoutText
        );
}
