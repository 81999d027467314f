using System.Buffers.Binary;
using Connectors.Sources.Databases.MongoDB;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using Xunit;

namespace Connectors.Tests.Sources.Databases.MongoDB;

public sealed class ReceivedBatchTests
{
    private static readonly BsonDocument[] Documents =
    [
        new("_id", 1),
        new() { { "_id", 2 }, { "text", new string('x', 70) } },
        new() { { "_id", 3 }, { "list", new BsonArray { 1, 2 } } },
    ];

    [Theory]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(65_536)]
    public void DocumentsAreTheirBytesWhereverTheDriversBuffersEnd(int chunkSize)
    {
        using var answer = new MultiChunkBuffer(Chunks(Answer(), chunkSize), null, isReadOnly: true);
        using var batch = new ReceivedBatch();
        var read = Read(answer, batch).ConvertAll(bytes => Convert.ToHexString(bytes.Span));
        Assert.Equal(Documents.Select(document => Convert.ToHexString(document.ToBson())), read);
    }

    [Theory]
    [InlineData(0, typeof(FormatException))]
    [InlineData(4, typeof(FormatException))]
    [InlineData(-1, typeof(FormatException))]
    [InlineData(int.MinValue, typeof(FormatException))]
    [InlineData(1_000, typeof(FormatException))]
    [InlineData(int.MaxValue, typeof(IOException))]
    public void ADocumentThatLiesAboutItsLengthIsAnError(int length, Type thrown)
    {
        var bytes = Answer();
        var second = bytes.AsSpan().IndexOf(Documents[1].ToBson());
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(second), length);
        using var answer = new ByteArrayBuffer(bytes, isReadOnly: true);
        using var batch = new ReceivedBatch();
        Assert.Throws(thrown, () => Read(answer, batch));
    }

    private static byte[] Answer() => new BsonDocument("batch", new BsonArray(Documents)).ToBson();

    private static IEnumerable<IBsonChunk> Chunks(byte[] bytes, int size) => bytes.Chunk(size).Select(chunk => new ByteArrayChunk(chunk));

    private static List<ReadOnlyMemory<byte>> Read(IByteBuffer answer, ReceivedBatch batch)
    {
        using var stream = new ByteBufferStream(answer);
        using var reader = new BsonBinaryReader(stream);
        reader.ReadStartDocument();
        reader.ReadName();
        reader.ReadStartArray();
        var read = new List<ReadOnlyMemory<byte>>();
        while (reader.ReadBsonType() != BsonType.EndOfDocument)
        {
            read.Add(batch.Deserialize(BsonDeserializationContext.CreateRoot(reader), default));
        }

        return read;
    }
}
