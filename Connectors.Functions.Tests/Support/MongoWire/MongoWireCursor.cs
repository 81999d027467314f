using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using MongoDB.Bson;

namespace Connectors.Tests.Support.MongoWire;

/// <summary>A result that is handed out in batches. On the plain path (range, order, limit) documents are copied as stored.</summary>
internal sealed class MongoWireCursor(long id, string nameSpace, IEnumerator<ReadOnlyMemory<byte>> documents) : IDisposable
{
    private const int MaxBatchBytes = 16 * 1024 * 1024;

    private ReadOnlyMemory<byte>? _next;

    public long Id => id;

    public string NameSpace => nameSpace;

    /// <summary>Writes <c>{cursor: {name: [...], id, ns}, ok: 1}</c>, plus <paramref name="tail"/>'s elements, and tells whether documents
    /// are left.</summary>
    public bool WriteBatch(ArrayBufferWriter<byte> to, string name, int batchSize, bool isSingle, BsonDocument tail)
    {
        var start = OpenDocument(to);
        WriteName(to, BsonType.Document, "cursor"u8);
        var cursor = OpenDocument(to);
        WriteName(to, BsonType.Array, System.Text.Encoding.ASCII.GetBytes(name));
        var array = OpenDocument(to);
        var first = to.WrittenCount;
        var count = 0;
        Span<byte> number = stackalloc byte[12];
        while (count < batchSize && Peek() is { } document && (count == 0 || to.WrittenCount - first + document.Length < MaxBatchBytes))
        {
            Utf8Formatter.TryFormat(count++, number, out var digits);
            WriteName(to, BsonType.Document, number[..digits]);
            document.Span.CopyTo(to.GetSpan(document.Length));
            to.Advance(document.Length);
            _next = null;
        }

        var isOpen = !isSingle && Peek() is not null;
        CloseDocument(to, array);
        WriteName(to, BsonType.Int64, "id"u8);
        BinaryPrimitives.WriteInt64LittleEndian(to.GetSpan(8), isOpen ? id : 0);
        to.Advance(8);
        WriteName(to, BsonType.String, "ns"u8);
        var text = System.Text.Encoding.UTF8.GetBytes(nameSpace + "\0");
        BinaryPrimitives.WriteInt32LittleEndian(to.GetSpan(4), text.Length);
        to.Advance(4);
        to.Write(text);
        CloseDocument(to, cursor);
        var rest = tail.ToBson().AsSpan();
        to.Write(rest[4..^1]);
        CloseDocument(to, start);
        return isOpen;
    }

    public void Dispose() => documents.Dispose();

    private ReadOnlyMemory<byte>? Peek() => _next ??= documents.MoveNext() ? documents.Current : default(ReadOnlyMemory<byte>?);

    private static void WriteName(ArrayBufferWriter<byte> to, BsonType type, ReadOnlySpan<byte> name)
    {
        var span = to.GetSpan(name.Length + 2);
        span[0] = (byte)type;
        name.CopyTo(span[1..]);
        span[name.Length + 1] = 0;
        to.Advance(name.Length + 2);
    }

    private static int OpenDocument(ArrayBufferWriter<byte> to)
    {
        var start = to.WrittenCount;
        to.GetSpan(4)[..4].Clear();
        to.Advance(4);
        return start;
    }

    private static void CloseDocument(ArrayBufferWriter<byte> to, int start)
    {
        to.GetSpan(1)[0] = 0;
        to.Advance(1);
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(to.WrittenMemory, out var written);
        BinaryPrimitives.WriteInt32LittleEndian(written.AsSpan(start), to.WrittenCount - start);
    }
}
