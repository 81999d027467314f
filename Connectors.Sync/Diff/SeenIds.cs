namespace Connectors.Sync.Diff;

/// <summary>
/// The ids that a sync has seen: one bit for each document of the snapshot, and the keys of new documents. Pages mark ids
/// (<see cref="PageSeenIds"/>), and ids seen by pages that were read elsewhere can be added. One thread at a time.
/// </summary>
internal sealed class SeenIds
{
    private readonly ulong[] _bits;
    private readonly KeySet _added = new();

    /// <summary>No ids seen yet of a snapshot of <paramref name="count"/> documents.</summary>
    public SeenIds(int count)
    {
        Count = count;
        _bits = new ulong[(count + 63L) / 64];
    }

    /// <summary>Size of the snapshot.</summary>
    public int Count { get; }

    /// <summary>How many of the snapshot's documents have been seen.</summary>
    public int Seen { get; private set; }

    /// <summary>Marks a document of the snapshot; false if it was marked already.</summary>
    public bool Mark(int ordinal)
    {
        ref var word = ref _bits[ordinal >> 6];
        var bit = 1UL << (ordinal & 63);
        if ((word & bit) != 0)
        {
            return false;
        }

        word |= bit;
        Seen++;
        return true;
    }

    /// <summary>Marks a document that the snapshot does not hold; false if it was marked already.</summary>
    public bool MarkAdded(DocumentKey key) => _added.Add(key.Low);

    /// <summary>Adds the marks of a page.</summary>
    public void Add(PageSeenIds marks)
    {
        foreach (var ordinal in marks.Ordinals)
        {
            Mark(ordinal);
        }

        foreach (var key in marks.AddedKeys)
        {
            _added.Add(key);
        }
    }

    /// <summary>The ordinals that have not been seen, in order: what a complete sync deletes.</summary>
    public IEnumerable<int> Unseen()
    {
        for (var index = 0; index < _bits.Length; index++)
        {
            var missing = ~_bits[index];
            while (missing != 0)
            {
                var ordinal = (index << 6) + System.Numerics.BitOperations.TrailingZeroCount(missing);
                if (ordinal >= Count)
                {
                    yield break;
                }

                yield return ordinal;
                missing &= missing - 1;
            }
        }
    }
}
