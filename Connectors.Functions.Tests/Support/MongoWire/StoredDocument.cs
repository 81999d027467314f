using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace Connectors.Tests.Support.MongoWire;

/// <summary>A stored document: its BSON as it goes over the wire, ordered by <c>_id</c>. An ObjectId is compared without being
/// decoded.</summary>
internal readonly struct StoredDocument(byte[] bson)
{
    public static Comparer<StoredDocument> ById { get; } = Comparer<StoredDocument>.Create((x, y) => x.CompareIdTo(y));

    public byte[] Bson => bson;

    public BsonValue Id => HasPlainObjectId ? new ObjectId(PlainObjectId.ToArray()) : ParseId();

    private bool HasPlainObjectId => bson.Length > 20 && bson[4] == (byte)BsonType.ObjectId && bson.AsSpan(5, 4).SequenceEqual("_id\0"u8);

    private ReadOnlySpan<byte> PlainObjectId => bson.AsSpan(9, 12);

    /// <summary>Encodes a document with <c>_id</c> in front, as a server stores it.</summary>
    public static StoredDocument From(BsonDocument document)
    {
        if (document is RawBsonDocument || document.ElementCount == 0 || document.GetElement(0).Name == "_id" || !document.Contains("_id"))
        {
            return new StoredDocument(document.ToBson());
        }

        var reordered = new BsonDocument("_id", document["_id"]);
        reordered.AddRange(document.Where(element => element.Name != "_id"));
        return new StoredDocument(reordered.ToBson());
    }

    /// <summary>The document as a graph; duplicate names are kept.</summary>
    public BsonDocument Parse() => Parse(bson);

    /// <summary>Decodes <c>_id</c> alone when it comes first: what follows may be broken on purpose.</summary>
    private BsonValue ParseId()
    {
        using var stream = new MemoryStream(bson);
        using var reader = new BsonBinaryReader(stream);
        reader.ReadStartDocument();
        return reader.ReadBsonType() != BsonType.EndOfDocument && reader.ReadName() == "_id"
            ? BsonValueSerializer.Instance.Deserialize(
                BsonDeserializationContext.CreateRoot(reader, builder => builder.AllowDuplicateElementNames = true)
            )
            : Parse().GetValue("_id", BsonNull.Value);
    }

    public static BsonDocument Parse(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        using var reader = new BsonBinaryReader(stream);
        var context = BsonDeserializationContext.CreateRoot(reader, builder => builder.AllowDuplicateElementNames = true);
        return BsonDocumentSerializer.Instance.Deserialize(context);
    }

    public int CompareIdTo(StoredDocument other) =>
        HasPlainObjectId && other.HasPlainObjectId
            ? PlainObjectId.SequenceCompareTo(other.PlainObjectId)
            : BsonOrder.Instance.Compare(Id, other.Id);

    public int CompareIdTo(BsonValue id) => BsonOrder.Instance.Compare(Id, id);
}
