using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace Connectors.Sources.Databases.MongoDB;

/// <summary>
/// Reads the documents of one batch as the bytes that the driver received: an object for each would cost more than all that is done with
/// it. They are valid until the next batch is received, or this is disposed. For one call.
/// </summary>
internal sealed class ReceivedBatch : SerializerBase<ReadOnlyMemory<byte>>, IDisposable
{
    private const int ShortestDocument = 5;

    private IByteBuffer? _driversBuffer;
    private IByteBuffer? _held;

    /// <inheritdoc/>
    /// <exception cref="FormatException">The document is not as long as it says.</exception>
    public override ReadOnlyMemory<byte> Deserialize(BsonDeserializationContext context, BsonDeserializationArgs args)
    {
        var reader = (BsonBinaryReader)context.Reader;
        var stream = (ByteBufferStream)reader.BaseStream;
        var held = Hold(stream.Buffer);
        var start = (int)stream.Position;
        reader.SkipValue();
        var length = (int)stream.Position - start;
        if (length < ShortestDocument || length > held.Length - start)
        {
            throw new FormatException($"A document of the answer says that it is {length} bytes long.");
        }

        var segment = held.AccessBackingBytes(start);
        if (segment.Count >= length)
        {
            return segment.AsMemory(0, length);
        }

        // It lies across two of the driver's buffers.
        var copy = new byte[length];
        held.GetBytes(start, copy, 0, length);
        return copy;
    }

    /// <inheritdoc/>
    public void Dispose() => _held?.Dispose();

    /// <summary>The driver gives its buffer back to its pool when the answer is read, unless somebody holds it.</summary>
    private IByteBuffer Hold(IByteBuffer buffer)
    {
        if (_held is null || _driversBuffer != buffer)
        {
            _held?.Dispose();
            (_driversBuffer, _held) = (buffer, buffer.GetSlice(0, buffer.Length));
        }

        return _held;
    }
}
