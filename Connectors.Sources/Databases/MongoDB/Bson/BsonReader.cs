using System.Buffers.Binary;
using Connectors.Abstractions;
using MongoDB.Bson;

namespace Connectors.Sources.Databases.MongoDB.Bson;

/// <summary>
/// Walks over the elements of one BSON document or array without decoding them. Every length is checked against the bytes that
/// are there, so broken data ends in a <see cref="BsonFormatException"/> and nothing else.
/// </summary>
internal ref struct BsonReader
{
    /// <summary>The deprecated DBPointer, which the driver's <see cref="BsonType"/> leaves out.</summary>
    public const BsonType DbPointer = (BsonType)0x0C;

    private readonly ReadOnlySpan<byte> _document;
    private int _name;
    private int _value;
    private int _end;

    public BsonReader(ReadOnlySpan<byte> document)
    {
        var length = ReadInt32(document);
        if (length < 5 || length > document.Length || document[length - 1] != 0)
        {
            throw new BsonFormatException(
                $"A document says that it is {length} bytes long, but "
                    + $"{Quantity.Of(document.Length, "byte is", "bytes are")} there."
            );
        }

        _document = document[..(length - 1)];
        _end = 4;
    }

    /// <summary>Type of the current element.</summary>
    public BsonType Type { get; private set; }

    /// <summary>Name of the current element, as UTF-8 that nobody has checked.</summary>
    public readonly ReadOnlySpan<byte> Name => _document[_name..(_value - 1)];

    /// <summary>The current element's value as it stands in the document.</summary>
    public readonly ReadOnlySpan<byte> Value => _document[_value.._end];

    /// <summary>The text in the value of a string, symbol or JavaScript element, without length and end.</summary>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> value) => value[4..^1];

    public static int ReadInt32(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : throw new BsonFormatException("A number was cut off.");

    /// <summary>Splits a value of two cstrings: a regular expression's pattern and options.</summary>
    public static ReadOnlySpan<byte> CString(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOf((byte)0);
        return end >= 0 ? value[..end] : throw new BsonFormatException("A name or pattern has no end.");
    }

    /// <summary>Moves to the next element; false after the last.</summary>
    public bool Read()
    {
        var document = _document;
        if (_end >= document.Length)
        {
            return false;
        }

        Type = document[_end] == 0xFF ? BsonType.MinKey : (BsonType)(sbyte)document[_end];
        _name = _end + 1;
        _value = _name + CString(document[_name..]).Length + 1;
        var rest = document[_value..];
        var length = LengthOf(Type, rest);
        if ((uint)length > (uint)rest.Length)
        {
            throw new BsonFormatException(
                $"A value of type {Type} says that it is {length} bytes long, but "
                    + $"{Quantity.Of(rest.Length, "byte is", "bytes are")} left."
            );
        }

        _end = _value + length;
        return true;
    }

    private static int LengthOf(BsonType type, ReadOnlySpan<byte> rest) =>
        type switch
        {
            BsonType.Int32 => 4,
            BsonType.Double or BsonType.Int64 or BsonType.DateTime or BsonType.Timestamp => 8,
            BsonType.ObjectId => 12,
            BsonType.Decimal128 => 16,
            BsonType.Boolean => 1,
            BsonType.Null or BsonType.Undefined or BsonType.MinKey or BsonType.MaxKey => 0,
            BsonType.String or BsonType.Symbol or BsonType.JavaScript => 4 + AtLeast(ReadInt32(rest), 1),
            BsonType.Document or BsonType.Array => AtLeast(ReadInt32(rest), 5),
            BsonType.JavaScriptWithScope => AtLeast(ReadInt32(rest), 14),
            BsonType.Binary => 5 + AtLeast(ReadInt32(rest), 0),
            BsonType.RegularExpression => TwoCStrings(rest),
            DbPointer => 4 + AtLeast(ReadInt32(rest), 1) + 12,
            _ => throw new BsonFormatException($"Unknown BSON type 0x{(byte)type:x2}."),
        };

    private static int TwoCStrings(ReadOnlySpan<byte> rest)
    {
        var first = CString(rest).Length + 1;
        return first + CString(rest[first..]).Length + 1;
    }

    private static int AtLeast(int length, int least) =>
        length >= least && length <= int.MaxValue - 64 ? length : throw new BsonFormatException($"A length of {length} is impossible.");
}
