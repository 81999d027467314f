using Connectors.Sources.Databases.MongoDB.Bson;
using MongoDB.Bson;

namespace Connectors.Sources.Databases.MongoDB.Ids;

/// <summary>
/// A run of <c>_id</c> types that a comparison reaches. A server compares with <c>$gt</c> and <c>$lt</c> only inside the bracket of the
/// operand's type, so a collection of mixed ids is read bracket by bracket, in the server's own sort order. NaN is a bracket of its own,
/// because it sorts as the first number but no comparison finds it. Arrays, regular expressions and undefined can't be an <c>_id</c>.
/// </summary>
internal sealed class IdBracket
{
    private readonly string _operator;
    private readonly RawId _first;
    private readonly BsonType[] _types;

    private IdBracket(string startOperator, BsonValue first, bool isSingle, params BsonType[] types)
    {
        _operator = startOperator;
        _first = RawId.Of(new BsonDocument("_id", first).ToBson());
        IsSingle = isSingle;
        _types = types;
    }

    /// <summary>All brackets in sort order; a place in a collection is a bracket's index and an id in it.</summary>
    public static IReadOnlyList<IdBracket> All { get; } =
    [
        new("$type", -1, isSingle: true, BsonType.MinKey),
        new("$type", 10, isSingle: true, BsonType.Null),
        new("$eq", double.NaN, isSingle: true),
        new("$gte", double.NegativeInfinity, isSingle: false, BsonType.Double, BsonType.Int32, BsonType.Int64, BsonType.Decimal128),
        new("$gte", string.Empty, isSingle: false, BsonType.String, BsonType.Symbol),
        new("$gte", new BsonDocument(), isSingle: false, BsonType.Document),
        new("$type", 5, isSingle: false, BsonType.Binary),
        new("$gte", ObjectId.Empty, isSingle: false, BsonType.ObjectId),
        new("$gte", false, isSingle: false, BsonType.Boolean),
        new("$gte", new BsonDateTime(long.MinValue), isSingle: false, BsonType.DateTime),
        new("$gte", new BsonTimestamp(0), isSingle: false, BsonType.Timestamp),
        new("$type", 12, isSingle: false, BsonReader.DbPointer),
        new("$type", 13, isSingle: false, BsonType.JavaScript),
        new("$type", 15, isSingle: false, BsonType.JavaScriptWithScope),
        new("$type", 127, isSingle: true, BsonType.MaxKey),
    ];

    /// <summary>Whether a server may not know these types at all, and then holds none of them: some that speak MongoDB's protocol
    /// don't.</summary>
    public bool IsDeprecated => _types is [BsonReader.DbPointer or BsonType.JavaScript or BsonType.JavaScriptWithScope];

    /// <summary>Index of the bracket that finds a string.</summary>
    public static int Strings { get; } = IndexOf(RawId.Of(new BsonDocument("_id", string.Empty).ToBson()));

    /// <summary>Whether there is one value only, so that nothing can come after it.</summary>
    public bool IsSingle { get; }

    /// <summary>Index of the bracket that <paramref name="id"/> belongs to; -1 when no <c>_id</c> can have its type.</summary>
    public static int IndexOf(RawId id)
    {
        for (var i = 0; i < All.Count; i++)
        {
            if (id.IsNaN ? All[i]._operator == "$eq" : All[i]._types.Contains(id.Type))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The filter for this bracket's ids: after <paramref name="after"/>, or from <paramref name="from"/>, or from the first; and
    /// before <paramref name="before"/>.</summary>
    public RawBsonDocument Filter(RawId? after, RawId? from, RawId? before)
    {
        var conditions = new List<byte>(64);
        if (after is { } last)
        {
            last.AppendTo(conditions, "$gt");
        }
        else if (from is { } first)
        {
            first.AppendTo(conditions, "$gte");
        }
        else
        {
            _first.AppendTo(conditions, _operator);
        }

        before?.AppendTo(conditions, "$lt");
        var operators = RawId.Wrap([.. conditions]);
        var filter = new List<byte>(operators.Length + 8);
        new RawId(BsonType.Document, operators).AppendTo(filter, "_id");
        return new RawBsonDocument(RawId.Wrap([.. filter]));
    }
}
