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
    public static async Task<IdSnapshot> ReadAsync(
        IContentIndex index,
        string indexName,
        IEnumerable<string> ids,
        CancellationToken cancellationToken
    )
    {
        var entries = new List<IdEntry>();
        foreach (var some in ids.Select(Stored).Distinct(StringComparer.Ordinal).Chunk(MaxIdsPerCall))
        {
            foreach (var (id, fields) in await index.ReadFieldsAsync(indexName, some, Fields, cancellationToken))
            {
                // Texts of ids are read for deletes only, and these are told by the source.
                entries.Add(new IdEntry(DocumentKey.Of(Encoding.UTF8.GetBytes(id)), VersionOf(fields), TextOffset: 0));
            }
        }

        entries.Sort(default(IdEntryOrder));
        return new IdSnapshot(entries.ToArray());
    }

    private static string Stored(string id)
    {
        ReadOnlySpan<byte> utf8 = Encoding.UTF8.GetBytes(id);
        return DocumentId.IsTooLong(utf8) ? Encoding.UTF8.GetString(DocumentId.Shorten(utf8)) : id;
    }

    private static DocumentVersion VersionOf(JsonObject fields) =>
        fields["_digest"] is JsonValue number && number.TryGetValue<long>(out var digest) ? DocumentVersion.FromDigest(digest)
        : fields["_timestamp"] is JsonValue text && text.TryGetValue<string>(out var time) ? DocumentVersion.FromTimestamp(time)
        : DocumentVersion.None;
}
