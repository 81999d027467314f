using System.Buffers;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using Connectors.Abstractions;

namespace Connectors.Sources.Databases.MongoDB.Bson;

/// <summary>
/// The names that the fields of one object get, so that Elasticsearch takes the document: the first of two fields of one name counts,
/// reserved names at the top get an underscore (<see cref="ReservedFields"/>), and so do the blank parts of a name, which Elasticsearch
/// refuses.
/// </summary>
internal ref struct BsonFieldNames(ReadOnlySpan<byte> document, bool isTop)
{
    private const int ManyFields = 64;

    // ASCII but for blanks, dots and what JSON escapes.
    private static readonly SearchValues<byte> Ordinary = SearchValues.Create([
        .. Enumerable.Range(0x21, 0x5E).Select(i => (byte)i).Where(i => i is not ((byte)'.' or (byte)'"' or (byte)'\\')),
    ]);

    private readonly ReadOnlySpan<byte> _document = document;
    private Filter _seen;
    private int _count;
    private HashSet<ulong>? _seenHashes;
    private HashSet<string>? _given;

    /// <summary>Whether an earlier field of the object has this very name. Ask once per field, in order.</summary>
    public bool IsRepeated(ReadOnlySpan<byte> name)
    {
        _count++;
        if (_count > ManyFields)
        {
            return IsRepeatedAmongMany(XxHash3.HashToUInt64(name));
        }

        // A few bytes tell most names apart; for those that they don't, the names themselves are compared.
        var place = name.IsEmpty ? 0 : (name.Length * 31) + name[0] + (name[name.Length / 2] * 7) + (name[^1] * 13);
        ref var seen = ref _seen[(place >> 6) & (Filter.Words - 1)];
        var bit = 1UL << (place & 63);
        var maySeen = (seen & bit) != 0;
        seen |= bit;
        return maySeen && Contains(name, _count - 1);
    }

    /// <summary>Whether a name can be written as it is, without a look at what it needs: true of nearly all.</summary>
    public readonly bool IsOrdinary(ReadOnlySpan<byte> name) =>
        !name.IsEmpty && !name.ContainsAnyExcept(Ordinary) && !(isTop && ReservedFields.Contains(name));

    /// <summary>Whether Elasticsearch, or we, need another name than the field's own.</summary>
    public readonly bool NeedsAnother(ReadOnlySpan<byte> name) =>
        name.IsEmpty || name[0] <= (byte)' ' || name.Contains((byte)'.') || !Utf8.IsValid(name) || (isTop && ReservedFields.Contains(name));

    /// <summary>The name that a field gets for which <see cref="NeedsAnother"/> holds; unique in the object.</summary>
    public string Another(ReadOnlySpan<byte> name)
    {
        var text = Encoding.UTF8.GetString(name);
        var wanted = isTop && ReservedFields.Contains(name) ? text + "_" : FieldNames.WithoutBlankParts(text);
        if (Encoding.UTF8.GetBytes(wanted).AsSpan().SequenceEqual(name))
        {
            return wanted;
        }

        _given ??= new HashSet<string>(StringComparer.Ordinal);
        while (Contains(Encoding.UTF8.GetBytes(wanted), int.MaxValue) || !_given.Add(wanted))
        {
            wanted += "_";
        }

        return wanted;
    }

    private readonly bool Contains(ReadOnlySpan<byte> name, int amongFirst)
    {
        var reader = new BsonReader(_document);
        while (amongFirst-- > 0 && reader.Read())
        {
            if (reader.Name.SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>By hash alone: with 64 bits a false repeat is beyond what happens, and a scan per field would take quadratic
    /// time.</summary>
    private bool IsRepeatedAmongMany(ulong hash)
    {
        if (_seenHashes is null)
        {
            _seenHashes = [];
            var reader = new BsonReader(_document);
            for (var i = 1; i < _count && reader.Read(); i++)
            {
                _seenHashes.Add(XxHash3.HashToUInt64(reader.Name));
            }
        }

        return !_seenHashes.Add(hash);
    }

    [InlineArray(Words)]
    private struct Filter
    {
        public const int Words = 8;
        private ulong _first;
    }
}
