using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Connectors.Sync.Bulk;

namespace Connectors.Sync.Engine.Staged;

/// <summary>
/// Batches as they are staged: what was refused already, then each batch with the places of its operations, then an end mark. Bodies are kept byte for byte
/// as they are sent.
/// </summary>
internal static class StagedBatches
{
    private const byte Follows = 1;
    private const byte FollowsAfterAll = 2;
    private const byte End = 3;
    private const int BatchHeader = 1 + (2 * sizeof(int));
    private const int OperationHeader = 1 + sizeof(int);

    /// <summary>Writes what comes before the batches.</summary>
    public static void WriteStart(PooledBuffer to, RejectionReport rejections)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(rejections);
        WriteInt(to, json.Length);
        to.Write(json);
    }

    /// <summary>Writes a batch.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="isAfterAll">Whether those before it have to be written first, because it holds a document that one of them may hold too.</param>
    public static void Write(PooledBuffer to, BulkBatch batch, bool isAfterAll)
    {
        to.WriteByte(isAfterAll ? FollowsAfterAll : Follows);
        WriteInt(to, batch.Count);
        WriteInt(to, batch.SizeInBytes);
        foreach (var operation in batch.Operations)
        {
            to.WriteByte((byte)operation.Kind);
            WriteInt(to, operation.Length);
        }

        to.Write(batch.Body.Span);
    }

    /// <summary>Writes what comes after the last batch.</summary>
    public static void WriteEnd(PooledBuffer to) => to.WriteByte(End);

    /// <summary>Reads what <see cref="WriteStart"/> wrote.</summary>
    public static async Task<RejectionReport> ReadStartAsync(Stream from, CancellationToken cancellationToken)
    {
        var length = new byte[sizeof(int)];
        await from.ReadExactlyAsync(length, cancellationToken);
        var json = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        await from.ReadExactlyAsync(json, cancellationToken);
        return JsonSerializer.Deserialize<RejectionReport>(json) ?? new RejectionReport();
    }

    /// <summary>Reads the batches, one after the other; the caller disposes each.</summary>
    /// <exception cref="EndOfStreamException">They were cut off.</exception>
    /// <exception cref="InvalidDataException">They are something else.</exception>
    public static async IAsyncEnumerable<(BulkBatch Batch, bool IsAfterAll)> ReadAsync(Stream from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var header = new byte[BatchHeader];
        while (true)
        {
            await from.ReadExactlyAsync(header.AsMemory(0, 1), cancellationToken);
            if (header[0] == End)
            {
                yield break;
            }

            if (header[0] is not (Follows or FollowsAfterAll))
            {
                throw new InvalidDataException("The batches of a page are damaged.");
            }

            await from.ReadExactlyAsync(header.AsMemory(1), cancellationToken);
            var operations = new byte[BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(1)) * OperationHeader];
            await from.ReadExactlyAsync(operations, cancellationToken);
            yield return (await ReadBatchAsync(from, operations, BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(1 + sizeof(int))), cancellationToken), header[0] == FollowsAfterAll);
        }
    }

    private static async Task<BulkBatch> ReadBatchAsync(Stream from, byte[] operations, int bodyLength, CancellationToken cancellationToken)
    {
        var batch = new BulkBatch(bodyLength);
        try
        {
            for (var place = 0; place < operations.Length; place += OperationHeader)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(operations.AsSpan(place + 1));
                await from.ReadExactlyAsync(batch.Buffer.GetMemory(length)[..length], cancellationToken);
                batch.Buffer.Advance(length);
                batch.Add((BulkOperationKind)operations[place]);
            }

            return batch.SizeInBytes == bodyLength ? batch : throw new InvalidDataException("The batches of a page are damaged.");
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    private static void WriteInt(PooledBuffer to, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to.GetSpan(sizeof(int)), value);
        to.Advance(sizeof(int));
    }
}
