namespace Connectors.Sync.Diff;

/// <summary>
/// A set of 64-bit halves of document keys, 8 bytes a place and open addressing: it remembers the new documents of a sync, to notice one
/// that comes twice. A collision (about 10^-6 for ten million documents) miscounts one document and loses nothing.
/// </summary>
internal sealed class KeySet
{
    private ulong[] _places = new ulong[64];
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

        if (!Insert(_places, key))
        {
            return false;
        }

        if (++Count > _places.Length / 4L * 3)
        {
            Grow();
        }

        return true;
    }

    private static bool Insert(ulong[] places, ulong key)
    {
        var mask = places.Length - 1;
        for (var place = (int)key & mask; ; place = (place + 1) & mask)
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
        }
    }

    private void Grow()
    {
        var grown = new ulong[checked(_places.Length * 2)];
        foreach (var key in _places)
        {
            if (key != 0)
            {
                Insert(grown, key);
            }
        }

        _places = grown;
    }
}
