using System.Text;
using Connectors.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Connectors.Sources.Databases.MongoDB.Ids;

/// <summary>
/// The plain texts of ids that belong to another document. An id that is no string, an ObjectId for example, is indexed under its plain
/// text, unless the collection also has a document whose id is that very string. Safe for concurrent use.
/// </summary>
internal sealed class TakenTexts(IMongoCollection<RawBsonDocument> collection)
{
    private volatile object? _holdsStrings;

    /// <summary>The text that a document's id has in the index.</summary>
    /// <param name="id">The id.</param>
    /// <param name="taken">Plain texts that belong to others.</param>
    public static string TextOf(RawId id, HashSet<string> taken)
    {
        using var text = new PooledBuffer(64);
        return PlainId.TryWrite(id, text) && Encoding.UTF8.GetString(text.WrittenSpan) is var plain && !taken.Contains(plain)
            ? plain
            : Encoding.UTF8.GetString(ExtendedJsonId.Text(id));
    }

    /// <summary>Of the plain texts of ids that are no strings, those that belong to a document whose id is that very string: it comes
    /// first.</summary>
    public async Task<HashSet<string>> FindAsync(IClientSessionHandle? session, IEnumerable<RawId> ids, CancellationToken cancellationToken)
    {
        var texts = new BsonArray();
        using var text = new PooledBuffer(64);
        foreach (var id in ids.Where(id => IdBracket.IndexOf(id) != IdBracket.Strings))
        {
            text.Clear();
            if (PlainId.TryWrite(id, text))
            {
                texts.Add(Encoding.UTF8.GetString(text.WrittenSpan));
            }
        }

        if (texts.Count == 0)
        {
            return [];
        }

        var options = new FindOptions<RawBsonDocument, BsonDocument> { Projection = new BsonDocument("_id", 1) };
        var named = new BsonDocument("_id", new BsonDocument("$in", texts));
        using var cursor = session is null
            ? await collection.FindAsync<BsonDocument>(named, options, cancellationToken)
            : await collection.FindAsync<BsonDocument>(session, named, options, cancellationToken);
        var found = await cursor.ToListAsync(cancellationToken);
        return found
            .Select(document => document["_id"])
            .Where(id => id.IsString)
            .Select(id => id.AsString)
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Whether any text can be taken: whether any id is a string. Asked once, because almost no collection mixes types.</summary>
    public async Task<bool> MayHaveAnyAsync(CancellationToken cancellationToken)
    {
        if (_holdsStrings is bool known)
        {
            return known;
        }

        var options = new FindOptions<RawBsonDocument> { Limit = -1, Projection = new BsonDocument("_id", 1) };
        using var cursor = await collection.FindAsync(
            IdBracket.All[IdBracket.Strings].Filter(after: null, from: null, before: null),
            options,
            cancellationToken
        );
        var holds = await cursor.AnyAsync(cancellationToken);
        _holdsStrings = holds;
        return holds;
    }
}
