using System.Buffers.Binary;
using System.IO.Hashing;

namespace Connectors.Sync.Diff;

/// <summary>The 128-bit hash (XxHash128) of an <c>_id</c>, which stands for it in the snapshot. Two ids of an index of a billion share one
/// with a probability under 10^-20.</summary>
internal readonly record struct DocumentKey(ulong High, ulong Low) : IComparable<DocumentKey>
{
    /// <summary>The key of an <c>_id</c> given as UTF-8.</summary>
    public static DocumentKey Of(ReadOnlySpan<byte> id)
    {
        Span<byte> hash = stackalloc byte[16];
        XxHash128.Hash(id, hash);
        return new DocumentKey(BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[8..]));
    }

    /// <inheritdoc/>
    public int CompareTo(DocumentKey other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    /// <summary>Comparison by value, as unsigned numbers.</summary>
    public static bool operator <(DocumentKey left, DocumentKey right) => left.CompareTo(right) < 0;

    /// <summary>Comparison by value, as unsigned numbers.</summary>
    public static bool operator >(DocumentKey left, DocumentKey right) => left.CompareTo(right) > 0;

    /// <summary>Comparison by value, as unsigned numbers.</summary>
    public static bool operator <=(DocumentKey left, DocumentKey right) => left.CompareTo(right) <= 0;

    /// <summary>Comparison by value, as unsigned numbers.</summary>
    public static bool operator >=(DocumentKey left, DocumentKey right) => left.CompareTo(right) >= 0;
}
