using System.Runtime.InteropServices;

namespace Connectors.Sync.Diff;

/// <summary>One document of the snapshot: 32 bytes, in memory and on disk (little endian).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal readonly record struct IdEntry(DocumentKey Key, DocumentVersion Version, long TextOffset)
{
    public const int SizeInBytes = 32;
}

/// <summary>The order of a snapshot: by key.</summary>
internal readonly struct IdEntryOrder : IComparer<IdEntry>
{
    public int Compare(IdEntry x, IdEntry y) => x.Key.CompareTo(y.Key);
}

/// <summary>
/// Every id of the content index with its version, as of the start of the sync: a sorted table of 32 bytes a document. A document's
/// position in it is its ordinal. The texts of the ids are stored separately, at <c>TextOffset</c>, and read only to delete. Immutable;
/// safe for concurrent use.
/// </summary>
internal sealed class IdSnapshot
{
    private readonly ReadOnlyMemory<IdEntry> _entries;

    /// <summary>A snapshot over entries that are sorted by key.</summary>
    public IdSnapshot(ReadOnlyMemory<IdEntry> sortedEntries) => _entries = sortedEntries;

    /// <summary>The snapshot of an index that holds nothing.</summary>
    public static IdSnapshot Empty { get; } = new(ReadOnlyMemory<IdEntry>.Empty);

    /// <summary>Number of documents.</summary>
    public int Count => _entries.Length;

    /// <summary>Where the text of the id with that ordinal is kept.</summary>
    public long TextOffset(int ordinal) => _entries.Span[ordinal].TextOffset;

    /// <summary>The key of the document with that ordinal.</summary>
    public DocumentKey KeyOf(int ordinal) => _entries.Span[ordinal].Key;

    /// <summary>Finds a document's ordinal and version; -1 when the index does not hold it.</summary>
    /// <remarks>
    /// Keys are evenly distributed hashes, so the position can be estimated from the key and is off by a few entries only.
    /// </remarks>
    public int Find(DocumentKey key, out DocumentVersion version)
    {
        var entries = _entries.Span;
        var low = 0;
        var high = entries.Length - 1;
        while (low <= high)
        {
            var first = entries[low].Key.High;
            var last = entries[high].Key.High;
            if (key.High < first || key.High > last)
            {
                break;
            }

            var middle = first == last ? low + ((high - low) / 2) : low + (int)((double)(key.High - first) / (last - first) * (high - low));
            ref readonly var entry = ref entries[middle];
            var order = entry.Key.CompareTo(key);
            if (order == 0)
            {
                version = entry.Version;
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        version = DocumentVersion.None;
        return -1;
    }
}
