using System.Text;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Indices;

/// <summary>
/// One version of a document. It never changes once it is in a table (but for its slot, which belongs to the table), so readers need no
/// lock. Id and source share one array: with a million documents every object counts.
/// </summary>
internal sealed class StoredDocument
{
    private readonly byte[] _bytes;
    private readonly long _timestamp;
    private readonly long _digest;
    private readonly short _idLength;
    private readonly bool _hasTimestamp;
    private readonly bool _hasDigest;

    public StoredDocument(ReadOnlySpan<byte> id, ReadOnlySpan<byte> source, DocumentState facts)
    {
        _bytes = GC.AllocateUninitializedArray<byte>(id.Length + source.Length);
        id.CopyTo(_bytes);
        source.CopyTo(_bytes.AsSpan(id.Length));
        _idLength = (short)id.Length;
        (_timestamp, _hasTimestamp) = (facts.Timestamp ?? 0, facts.Timestamp is not null);
        (_digest, _hasDigest) = (facts.Digest ?? 0, facts.Digest is not null);
        IdHash = IdComparer.Hash(id);
    }

    public int IdHash { get; }

    /// <summary>Its place in the table's order of writes.</summary>
    public int Slot { get; set; }

    /// <summary>Counts up with each write of this id. Set before the document is published.</summary>
    public int Version { get; set; }

    /// <summary>The write's number in the index. Set before the document is published.</summary>
    public long SeqNo { get; set; }

    public ReadOnlySpan<byte> Utf8Id => _bytes.AsSpan(0, _idLength);

    public string Id => Encoding.UTF8.GetString(Utf8Id);

    public ReadOnlySpan<byte> Source => _bytes.AsSpan(_idLength);

    public ReadOnlyMemory<byte> SourceMemory => _bytes.AsMemory(_idLength);

    public long? Timestamp => _hasTimestamp ? _timestamp : null;

    public long? Digest => _hasDigest ? _digest : null;
}

/// <summary>Documents by their id, also looked up by its bytes.</summary>
internal sealed class IdComparer : IEqualityComparer<StoredDocument>, IAlternateEqualityComparer<ReadOnlySpan<byte>, StoredDocument>
{
    public static readonly IdComparer Instance = new();

    public static int Hash(ReadOnlySpan<byte> id)
    {
        var hash = new HashCode();
        hash.AddBytes(id);
        return hash.ToHashCode();
    }

    public bool Equals(StoredDocument? x, StoredDocument? y) =>
        ReferenceEquals(x, y) || (x is not null && y is not null && x.Utf8Id.SequenceEqual(y.Utf8Id));

    public int GetHashCode(StoredDocument obj) => obj.IdHash;

    public bool Equals(ReadOnlySpan<byte> alternate, StoredDocument other) => other.Utf8Id.SequenceEqual(alternate);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => Hash(alternate);

    public StoredDocument Create(ReadOnlySpan<byte> alternate) => throw new NotSupportedException("Documents are added with their source.");
}
