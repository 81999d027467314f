using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Diff;

namespace Connectors.Sync.Engine.Changes;

/// <summary>The versions of some documents as the index has them: a snapshot of a page, so that changes that changed nothing are left
/// out.</summary>
internal static class IndexedVersions
{
    private const int MaxIdsPerCall = 500;
    private static readonly string[] Fields = ["_digest", "_timestamp"];

    /// <summary>Reads them.</summary>
    /// <param name="index">The index.</param>
    /// <param name="indexName">Its name.</param>
    /// <param name="ids">Ids of documents, as the index has them (<see cref="IdInIndex"/>).</param>
    /// <param name="wasHeld">The documents that may have been sent before, and whether the index held them until then. Those have no
    /// version, since what the index has of them may be that sending.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public static async Task<IdSnapshot> ReadAsync(
        IContentIndex index,
        string indexName,
        IEnumerable<string> ids,
        IReadOnlyDictionary<string, bool> wasHeld,
        CancellationToken cancellationToken
    )
    {
        // Texts of ids are read for deletes only, and these are told by the source.
        var distinct = ids.Distinct(StringComparer.Ordinal).ToLookup(wasHeld.ContainsKey);
        var entries = distinct[true].Where(id => wasHeld[id]).Select(id => new IdEntry(KeyOf(id), DocumentVersion.None, 0)).ToList();
        foreach (var some in distinct[false].Chunk(MaxIdsPerCall))
        {
            var found = await index.ReadFieldsAsync(indexName, some, Fields, cancellationToken);
            entries.AddRange(found.Select(pair => new IdEntry(KeyOf(pair.Key), VersionOf(pair.Value), 0)));
        }

        entries.Sort(default(IdEntryOrder));
        return new IdSnapshot(entries.ToArray());
    }

    /// <summary>Whether the index has a document.</summary>
    public static bool Holds(this IdSnapshot indexed, string id) => indexed.Find(KeyOf(id), out _) >= 0;

    /// <summary>The key of a document's id.</summary>
    public static DocumentKey KeyOf(string id) => DocumentKey.Of(Encoding.UTF8.GetBytes(id));

    /// <summary>The id that a document has in the index: one that is too long is shortened.</summary>
    public static string IdInIndex(string id)
    {
        ReadOnlySpan<byte> utf8 = Encoding.UTF8.GetBytes(id);
        return DocumentId.IsTooLong(utf8) ? Encoding.UTF8.GetString(DocumentId.Shorten(utf8)) : id;
    }

    private static DocumentVersion VersionOf(JsonObject fields) =>
        fields["_digest"] is JsonValue number && number.TryGetValue<long>(out var digest) ? DocumentVersion.FromDigest(digest)
        : fields["_timestamp"] is JsonValue text && text.TryGetValue<string>(out var time) ? DocumentVersion.FromTimestamp(time)
        : DocumentVersion.None;
}
