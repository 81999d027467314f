namespace Connectors.Sync.Diff;

/// <summary>
/// A set of 64-bit halves of document keys, 8 bytes a place and open addressing: it remembers the new documents of a sync, to notice one
/// that comes twice. A collision (about 10^-6 for ten million documents) miscounts one document and loses nothing.
/// </summary>
/// <remarks>Keys are evenly distributed hashes, so their first bits divide them into parts of about the same size. A part grows by itself,
/// by a quarter: there is never a second copy of the whole, and never more than a third of the places are free.</remarks>
internal sealed class KeySet
{
    private const int PartBits = 12;
    private const int FirstPlaces = 8;

    // A part is full when four fifths of its places are taken.
    private const int Full = 5;

    private readonly ulong[]?[] _parts = new ulong[1 << PartBits][];
    private readonly int[] _counts = new int[1 << PartBits];
    private bool _hasZero;

    /// <summary>Number of members.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a member; false if it was one already.</summary>
    public bool Add(ulong key)
    {
        if (key == 0)
        {
            var added = !_hasZero;
            _hasZero = true;
            Count += added ? 1 : 0;
            return added;
        }

        var part = (int)(key >> (64 - PartBits));
        var places = _parts[part] ??= new ulong[FirstPlaces];
        if (!Insert(places, key))
        {
            return false;
        }

        Count = checked(Count + 1);
        if (++_counts[part] > places.Length - (places.Length / Full))
        {
            _parts[part] = Grow(places);
        }

        return true;
    }

    private static bool Insert(ulong[] places, ulong key)
    {
        // The bits below those of the part, as a fraction of the places.
        for (var place = (int)Math.BigMul(key << PartBits, (ulong)places.Length, out _); ;)
        {
            if (places[place] == key)
            {
                return false;
            }

            if (places[place] == 0)
            {
                places[place] = key;
                return true;
            }

            place = place + 1 == places.Length ? 0 : place + 1;
        }
    }

    private static ulong[] Grow(ulong[] places)
    {
        var grown = new ulong[checked(places.Length + Math.Max(places.Length / 4, FirstPlaces))];
        foreach (var key in places)
        {
            if (key != 0)
            {
                Insert(grown, key);
            }
        }

        return grown;
    }
}
