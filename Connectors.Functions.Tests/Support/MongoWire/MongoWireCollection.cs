using MongoDB.Bson;

namespace Connectors.Tests.Support.MongoWire;

/// <summary>
/// A collection of the test server. Changes replace the sorted array, so a cursor under way reads on in the state it began with. One writer
/// at a time; any number of readers.
/// </summary>
internal sealed class MongoWireCollection
{
    private volatile StoredDocument[] _sorted = [];
    private long _writes;

    public MongoWireCollection(string database, string name)
    {
        Database = database;
        Name = name;
    }

    public string Database { get; }

    public string Name { get; }

    /// <summary>A new one on every creation, as on a real server.</summary>
    public Guid Uuid { get; set; } = Guid.NewGuid();

    /// <summary><c>collection</c>, <c>view</c> or <c>timeseries</c>.</summary>
    public string Type { get; set; } = "collection";

    /// <summary>Adds an index with <c>expireAfterSeconds</c> to what listIndexes tells.</summary>
    public bool HasTtlIndex { get; set; }

    /// <summary>Options as listCollections tells them.</summary>
    public BsonDocument Options { get; set; } = [];

    /// <summary>What was written, in order, by kind and id, as the operation log keeps it; without an id for what concerns the collection
    /// as a whole.</summary>
    public List<(string Type, BsonValue? Id)> Changes { get; } = [];

    /// <summary>Write operations since the server process started, as latencyStats counts them.</summary>
    public long WriteOperations
    {
        get => Interlocked.Read(ref _writes);
        set => Interlocked.Exchange(ref _writes, value);
    }

    /// <summary>Transactions, as latencyStats counts them.</summary>
    public long Transactions { get; set; }

    /// <summary>Documents that the TTL monitor took, which only the storage engine counts.</summary>
    public long Expired { get; private set; }

    public int Count => _sorted.Length;

    public StoredDocument[] Sorted => _sorted;

    /// <summary>Replaces everything at once; documents already in <c>_id</c> order are not sorted again.</summary>
    public void Load(IEnumerable<StoredDocument> documents)
    {
        var loaded = documents.ToArray();
        for (var i = 1; i < loaded.Length; i++)
        {
            if (loaded[i - 1].CompareIdTo(loaded[i]) > 0)
            {
                Array.Sort(loaded, StoredDocument.ById);
                break;
            }
        }

        _sorted = loaded;
    }

    public void Insert(BsonDocument document)
    {
        var stored = StoredDocument.From(document);
        var index = Array.BinarySearch(_sorted, stored, StoredDocument.ById);
        if (index >= 0)
        {
            throw new InvalidOperationException("Duplicate _id.");
        }

        var list = _sorted.ToList();
        list.Insert(~index, stored);
        _sorted = [.. list];
        Changes.Add(("insert", stored.Id));
        Interlocked.Increment(ref _writes);
    }

    /// <summary>Replaces the document with the same <c>_id</c>.</summary>
    public void Replace(BsonDocument document)
    {
        var copy = _sorted.ToArray();
        var stored = StoredDocument.From(document);
        var index = Array.BinarySearch(copy, stored, StoredDocument.ById);
        copy[index >= 0 ? index : throw new InvalidOperationException("No such _id.")] = stored;
        _sorted = copy;
        Changes.Add(("replace", stored.Id));
        Interlocked.Increment(ref _writes);
    }

    /// <summary>Removes a document; <paramref name="asExpired"/> is how the TTL monitor does it, which latencyStats does not
    /// count.</summary>
    public bool Remove(BsonValue id, bool asExpired = false)
    {
        var rest = _sorted.Where(document => document.CompareIdTo(id) != 0).ToArray();
        var removed = rest.Length < _sorted.Length;
        _sorted = rest;
        if (removed)
        {
            Changes.Add(("delete", id));
        }

        if (asExpired)
        {
            Expired++;
        }
        else
        {
            Interlocked.Increment(ref _writes);
        }

        return removed;
    }
}
