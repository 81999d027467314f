using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Connectors.Sources.Databases.MongoDB.Bson;
using MongoDB.Bson;

namespace Connectors.Sources.Databases.MongoDB.Ids;

/// <summary>An <c>_id</c> of any type as it stands in BSON: exact, comparable by the server only, and short enough to be a token.</summary>
internal readonly record struct RawId(BsonType Type, ReadOnlyMemory<byte> Value)
{
    /// <summary>Whether this is NaN, which the server sorts before all numbers and leaves out of every comparison.</summary>
    public bool IsNaN =>
        Type switch
        {
            BsonType.Double => double.IsNaN(BinaryPrimitives.ReadDoubleLittleEndian(Value.Span)),
            BsonType.Decimal128 => (Value.Span[15] & 0x7C) == 0x7C,
            _ => false,
        };

    /// <summary>Takes the <c>_id</c> of a document.</summary>
    /// <exception cref="BsonFormatException">There is none.</exception>
    public static RawId Of(ReadOnlyMemory<byte> document)
    {
        var reader = new BsonReader(document.Span);
        while (reader.Read())
        {
            if (reader.Name.SequenceEqual("_id"u8))
            {
                // The value is a part of the document: find out which.
                document.Span.Overlaps(reader.Value, out var offset);
                return new RawId(reader.Type, reader.Value.IsEmpty ? default : document.Slice(offset, reader.Value.Length));
            }
        }

        throw new BsonFormatException("The document has no _id.");
    }

    /// <summary>A copy that outlives the buffer the value came from.</summary>
    public RawId Copy() => this with { Value = Value.ToArray() };

    /// <summary>The id as text for a token or a bound.</summary>
    public string Encode()
    {
        var bytes = new byte[1 + Value.Length];
        bytes[0] = (byte)(sbyte)Type;
        Value.Span.CopyTo(bytes.AsSpan(1));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; <see langword="null"/> for anything else.</summary>
    public static RawId? Decode(string text)
    {
        if (text.Length == 0 || !Base64Url.IsValid(text))
        {
            return null;
        }

        // White space is valid too, and stands for nothing.
        var bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length == 0)
        {
            return null;
        }

        byte[] element = [bytes[0], 0, .. bytes.AsSpan(1)];
        try
        {
            var reader = new BsonReader(Wrap(element));
            return reader.Read() && reader.Value.Length == bytes.Length - 1 && !reader.Read()
                ? new RawId(reader.Type, bytes.AsMemory(1))
                : null;
        }
        catch (BsonFormatException)
        {
            return null;
        }
    }

    /// <summary>Appends <c>name: this</c> to a document under construction.</summary>
    public void AppendTo(List<byte> elements, string name)
    {
        elements.Add(Type == BsonType.MinKey ? (byte)0xFF : (byte)Type);
        elements.AddRange(Encoding.UTF8.GetBytes(name));
        elements.Add(0);
        elements.AddRange(Value.Span);
    }

    /// <summary>Makes a BSON document of elements.</summary>
    public static byte[] Wrap(ReadOnlySpan<byte> elements)
    {
        var document = new byte[elements.Length + 5];
        BinaryPrimitives.WriteInt32LittleEndian(document, document.Length);
        elements.CopyTo(document.AsSpan(4));
        return document;
    }
}
