using System.Buffers;
using System.Buffers.Binary;
using Connectors.Sources.Databases.MongoDB.Bson;
using MongoDB.Bson;

namespace Connectors.Sources.Databases.MongoDB.Ids;

/// <summary>
/// An <c>_id</c> as MongoDB Extended JSON without spaces, where every type has a form of its own: for ids that have no plain text,
/// or whose plain text another document has.
/// </summary>
internal static class ExtendedJsonId
{
    public static byte[] Text(RawId id)
    {
        var text = new ArrayBufferWriter<byte>(64);
        var json = new JsonText(text);
        Value(ref json, id.Type, id.Value.Span, isTop: true);
        json.Flush();
        return text.WrittenSpan.ToArray();
    }

    private static void Value(scoped ref JsonText json, BsonType type, scoped ReadOnlySpan<byte> value, bool isTop)
    {
        switch (type)
        {
            case BsonType.Document or BsonType.Array:
                Elements(ref json, value, isArray: type == BsonType.Array);
                break;
            case BsonType.String when !isTop && System.Text.Unicode.Utf8.IsValid(BsonReader.Text(value)):
                json.String(BsonReader.Text(value));
                break;
            case BsonType.Boolean when !isTop:
                json.Raw(value[0] != 0 ? "true"u8 : "false"u8);
                break;
            case BsonType.Null when !isTop:
                json.Raw("null"u8);
                break;
            default:
                Wrapped(ref json, type, value);
                break;
        }
    }

    private static void Elements(scoped ref JsonText json, scoped ReadOnlySpan<byte> document, bool isArray)
    {
        json.Byte(isArray ? '[' : '{');
        var reader = new BsonReader(document);
        for (var isFirst = true; reader.Read(); isFirst = false)
        {
            if (!isFirst)
            {
                json.Byte(',');
            }

            if (!isArray)
            {
                json.String(reader.Name);
                json.Byte(':');
            }

            Value(ref json, reader.Type, reader.Value, isTop: false);
        }

        json.Byte(isArray ? ']' : '}');
    }

    /// <summary><c>{"$type": value}</c>. Numbers that the server holds for equal can't be two ids, so their type need not show.</summary>
    private static void Wrapped(scoped ref JsonText json, BsonType type, scoped ReadOnlySpan<byte> value)
    {
        json.Raw("{\"$"u8);
        switch (type)
        {
            case BsonType.Double:
                json.Raw("numberDouble\":\""u8);
                PlainId.Number(ref json, BinaryPrimitives.ReadDoubleLittleEndian(value));
                json.Byte('"');
                break;
            case BsonType.String:
                json.Raw("string\":\""u8);
                json.Base64(BsonReader.Text(value));
                json.Byte('"');
                break;
            case BsonType.Binary:
                json.Raw("binary\":{\"base64\":\""u8);
                json.Base64(value[5..]);
                json.Raw("\",\"subType\":\""u8);
                json.Hex(value.Slice(4, 1));
                json.Raw("\"}"u8);
                break;
            case BsonType.ObjectId:
                json.Raw("oid\":\""u8);
                json.Hex(value);
                json.Byte('"');
                break;
            case BsonType.Boolean:
                json.Raw(value[0] != 0 ? "bool\":true"u8 : "bool\":false"u8);
                break;
            case BsonType.DateTime:
                json.Raw("date\":"u8);
                json.Number(BinaryPrimitives.ReadInt64LittleEndian(value));
                break;
            case BsonType.JavaScript or BsonType.Symbol:
                json.Raw(type == BsonType.Symbol ? "symbol\":"u8 : "code\":"u8);
                json.String(BsonReader.Text(value));
                break;
            case BsonType.Int32:
                json.Raw("numberInt\":\""u8);
                json.Number(BinaryPrimitives.ReadInt32LittleEndian(value));
                json.Byte('"');
                break;
            case BsonType.Timestamp:
                json.Raw("timestamp\":\""u8);
                json.Hex(value);
                json.Byte('"');
                break;
            case BsonType.Int64:
                json.Raw("numberLong\":\""u8);
                json.Number(BinaryPrimitives.ReadInt64LittleEndian(value));
                json.Byte('"');
                break;
            case BsonType.Decimal128:
                json.Raw("numberDecimal\":\""u8);
                json.Raw(
                    System.Text.Encoding.ASCII.GetBytes(
                        Decimal128
                            .FromIEEEBits(
                                BinaryPrimitives.ReadUInt64LittleEndian(value[8..]),
                                BinaryPrimitives.ReadUInt64LittleEndian(value)
                            )
                            .ToString()
                    )
                );
                json.Byte('"');
                break;
            case BsonType.Null:
                json.Raw("null\":true"u8);
                break;
            case BsonType.Undefined:
                json.Raw("undefined\":true"u8);
                break;
            case BsonType.MinKey:
                json.Raw("minKey\":1"u8);
                break;
            case BsonType.MaxKey:
                json.Raw("maxKey\":1"u8);
                break;
            default:
                json.Raw("bson\":{\"type\":"u8);
                json.Number((long)type);
                json.Raw(",\"base64\":\""u8);
                json.Base64(value);
                json.Raw("\"}"u8);
                break;
        }

        json.Byte('}');
    }
}
