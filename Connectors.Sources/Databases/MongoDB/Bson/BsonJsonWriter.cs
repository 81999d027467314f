using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using MongoDB.Bson;

namespace Connectors.Sources.Databases.MongoDB.Bson;

/// <summary>
/// Turns a BSON document's bytes into JSON bytes, without an object in between. The conversions are those of docs/sources/mongodb.md; none
/// of them fails, whatever the values are. Stateless: safe for any thread.
/// </summary>
internal sealed class BsonJsonWriter(DateConversion dates)
{
    /// <summary>Objects and arrays below this depth become null. MongoDB itself stores 100 levels.</summary>
    public const int MaxDepth = 200;

    /// <summary>Appends the document as one JSON object, without <c>_id</c> and with reserved names changed.</summary>
    /// <exception cref="BsonFormatException">The bytes aren't BSON; part of the JSON may have been written.</exception>
    public void WriteBody(ReadOnlySpan<byte> document, IBufferWriter<byte> to)
    {
        var json = new JsonText(to);
        Object(ref json, document, isTop: true, depth: 1);
        json.Flush();
    }

    private void Object(scoped ref JsonText json, ReadOnlySpan<byte> document, bool isTop, int depth)
    {
        var reader = new BsonReader(document);
        var names = new BsonFieldNames(document, isTop);
        var separator = '{';
        while (reader.Read())
        {
            var name = reader.Name;
            if (names.IsRepeated(name) || (isTop && name.SequenceEqual("_id"u8)))
            {
                continue;
            }

            if (names.IsOrdinary(name))
            {
                json.PlainName(separator, name);
            }
            else
            {
                json.Byte(separator);
                json.String(names.NeedsAnother(name) ? Encoding.UTF8.GetBytes(names.Another(name)) : name);
                json.Byte(':');
            }

            separator = ',';
            Value(ref json, reader.Type, reader.Value, depth);
        }

        if (separator == '{')
        {
            json.Byte('{');
        }

        json.Byte('}');
    }

    private void Array(scoped ref JsonText json, ReadOnlySpan<byte> array, int depth)
    {
        var reader = new BsonReader(array);
        json.Byte('[');
        for (var isFirst = true; reader.Read(); isFirst = false)
        {
            if (!isFirst)
            {
                json.Byte(',');
            }

            Value(ref json, reader.Type, reader.Value, depth);
        }

        json.Byte(']');
    }

    private void Value(scoped ref JsonText json, BsonType type, ReadOnlySpan<byte> value, int depth)
    {
        switch (type)
        {
            case BsonType.Double:
                json.Number(BinaryPrimitives.ReadDoubleLittleEndian(value));
                break;
            case BsonType.String or BsonType.Symbol or BsonType.JavaScript:
                json.String(BsonReader.Text(value));
                break;
            case BsonType.Document or BsonType.Array when depth >= MaxDepth:
                json.Raw("null"u8);
                break;
            case BsonType.Document:
                Object(ref json, value, isTop: false, depth + 1);
                break;
            case BsonType.Array:
                Array(ref json, value, depth + 1);
                break;
            case BsonType.Binary:
                Binary(ref json, value);
                break;
            case BsonType.ObjectId:
                json.Byte('"');
                json.Hex(value);
                json.Byte('"');
                break;
            case BsonType.Boolean:
                json.Raw(value[0] != 0 ? "true"u8 : "false"u8);
                break;
            case BsonType.DateTime:
                json.Date(BinaryPrimitives.ReadInt64LittleEndian(value), dates);
                break;
            case BsonType.Null or BsonType.Undefined:
                json.Raw("null"u8);
                break;
            case BsonType.RegularExpression:
                RegularExpression(ref json, value);
                break;
            case BsonReader.DbPointer:
                DbPointer(ref json, value);
                break;
            case BsonType.JavaScriptWithScope:
                CodeWithScope(ref json, value, depth);
                break;
            case BsonType.Int32:
                json.Number(BinaryPrimitives.ReadInt32LittleEndian(value));
                break;
            case BsonType.Timestamp:
                Timestamp(ref json, value);
                break;
            case BsonType.Int64:
                json.Number(BinaryPrimitives.ReadInt64LittleEndian(value));
                break;
            case BsonType.Decimal128:
                BsonDecimalText.Write(ref json, value);
                break;
            case BsonType.MinKey:
                json.Raw("\"MinKey\""u8);
                break;
            case BsonType.MaxKey:
                json.Raw("\"MaxKey\""u8);
                break;
            default:
                throw new BsonFormatException($"Unknown BSON type 0x{(byte)type:x2}.");
        }
    }

    private static void Binary(scoped ref JsonText json, ReadOnlySpan<byte> value)
    {
        var subType = (BsonBinarySubType)value[4];
        var bytes = value[5..];
        if (bytes.Length == 16 && subType is (BsonBinarySubType.UuidStandard or BsonBinarySubType.UuidLegacy))
        {
            json.Byte('"');
            json.Uuid(bytes);
            json.Byte('"');
            return;
        }

        // The old binary subtype repeats the length inside.
        var isOld = value[4] == 2 && bytes.Length >= 4 && BsonReader.ReadInt32(bytes) == bytes.Length - 4;
        json.Byte('"');
        json.Base64(isOld ? bytes[4..] : bytes);
        json.Byte('"');
    }

    private static void RegularExpression(scoped ref JsonText json, ReadOnlySpan<byte> value)
    {
        var pattern = BsonReader.CString(value);
        json.Raw("\"/"u8);
        json.Text(pattern);
        json.Byte('/');
        json.Text(BsonReader.CString(value[(pattern.Length + 1)..]));
        json.Byte('"');
    }

    private static void DbPointer(scoped ref JsonText json, ReadOnlySpan<byte> value)
    {
        json.Raw("{\"$ref\":"u8);
        json.String(value[4..^13]);
        json.Raw(",\"$id\":\""u8);
        json.Hex(value[^12..]);
        json.Raw("\"}"u8);
    }

    private static void Timestamp(scoped ref JsonText json, ReadOnlySpan<byte> value)
    {
        json.Raw("{\"t\":"u8);
        json.Number((long)BinaryPrimitives.ReadUInt32LittleEndian(value[4..]));
        json.Raw(",\"i\":"u8);
        json.Number((long)BinaryPrimitives.ReadUInt32LittleEndian(value));
        json.Byte('}');
    }

    private void CodeWithScope(scoped ref JsonText json, ReadOnlySpan<byte> value, int depth)
    {
        var codeLength = BsonReader.ReadInt32(value[4..]);
        if (codeLength < 1 || codeLength > value.Length - 8 - 5)
        {
            throw new BsonFormatException("JavaScript with scope has a wrong length.");
        }

        json.Raw("{\"code\":"u8);
        json.String(value.Slice(8, codeLength - 1));
        json.Raw(",\"scope\":"u8);
        Value(ref json, BsonType.Document, value[(8 + codeLength)..], depth);
        json.Byte('}');
    }
}
