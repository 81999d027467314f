using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;

namespace Connectors.Sync.Engine.Staged.Storage;

/// <summary>
/// Staged batches: each with the offsets of its operations, then an end marker, then the documents rejected beforehand. Bodies are stored
/// byte for byte as they are sent. A checksum follows each batch and the end; it begins with that of the one before, the first with the
/// name, so that nothing is taken that is changed, missing, in another order or from elsewhere.
/// </summary>
internal static class StagedBatches
{
    private const byte Follows = 1;
    private const byte FollowsAfterAll = 2;
    private const byte End = 3;
    private const int BatchHeader = 1 + (2 * sizeof(int));
    private const int OperationHeader = 1 + sizeof(int);
    private const int MaxOperations = 1_000_000;
    private const int ReadStep = 1024 * 1024;

    /// <summary>Reads the batches, one after the other; the caller disposes each.</summary>
    /// <param name="from">Where from.</param>
    /// <param name="name">The name under which they were staged.</param>
    /// <param name="rejections">Takes what was refused before, after the last batch.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="EndOfStreamException">They were cut off.</exception>
    /// <exception cref="InvalidDataException">They are in another format.</exception>
    public static async IAsyncEnumerable<(BulkBatch Batch, bool IsAfterAll)> ReadAsync(
        Stream from,
        string name,
        RejectionReport rejections,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var header = new byte[BatchHeader];
        var last = StagedBlob.Seed(name);
        while (true)
        {
            await ReadExactlyAsync(from, header.AsMemory(0, 1), cancellationToken);
            if (header[0] == End)
            {
                rejections.Merge(await ReadRejectionsAsync(from, last, cancellationToken));
                yield break;
            }

            if (header[0] is not (Follows or FollowsAfterAll))
            {
                throw Damaged();
            }

            await ReadExactlyAsync(from, header.AsMemory(1), cancellationToken);
            (var batch, last) = await ReadBatchAsync(from, header, last, cancellationToken);
            yield return (batch, header[0] == FollowsAfterAll);
        }
    }

    /// <summary>Runs a read of a content that may be compressed: what can't be decompressed is damaged.</summary>
    /// <exception cref="InvalidDataException">It can't be decompressed.</exception>
    public static async Task DecodeAsync(Func<Task> read)
    {
        try
        {
            await read();
        }
        catch (InvalidOperationException failure)
        {
            // That is how the decompression tells it.
            throw new InvalidDataException("The content can't be decompressed.", failure);
        }
    }

    private static Task ReadExactlyAsync(Stream from, Memory<byte> into, CancellationToken cancellationToken) =>
        DecodeAsync(() => from.ReadExactlyAsync(into, cancellationToken).AsTask());

    private static async Task<RejectionReport> ReadRejectionsAsync(Stream from, ulong last, CancellationToken cancellationToken)
    {
        var length = new byte[sizeof(int)];
        await ReadExactlyAsync(from, length, cancellationToken);
        using var json = new PooledBuffer();
        await CopyAsync(from, json, BinaryPrimitives.ReadInt32LittleEndian(length), cancellationToken);
        var hash = new XxHash3((long)last);
        hash.Append(length);
        hash.Append(json.WrittenSpan);
        await RequireAsync(from, hash.GetCurrentHashAsUInt64(), cancellationToken);
        return JsonSerializer.Deserialize<RejectionReport>(json.WrittenSpan) ?? new RejectionReport();
    }

    private static async Task<(BulkBatch Batch, ulong Hash)> ReadBatchAsync(
        Stream from,
        byte[] header,
        ulong last,
        CancellationToken cancellationToken
    )
    {
        var count = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(1));
        var bodyLength = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(1 + sizeof(int)));
        if (count is < 0 or > MaxOperations)
        {
            throw Damaged();
        }

        using var operations = new PooledBuffer();
        await CopyAsync(from, operations, count * OperationHeader, cancellationToken);
        var batch = new BulkBatch(Math.Clamp(bodyLength, 0, ReadStep));
        try
        {
            for (var place = 0; place < operations.Length; place += OperationHeader)
            {
                await CopyAsync(
                    from,
                    batch.Buffer,
                    BinaryPrimitives.ReadInt32LittleEndian(operations.WrittenSpan[(place + 1)..]),
                    cancellationToken
                );
                batch.Add((BulkOperationKind)operations.WrittenSpan[place]);
            }

            var hash = HashOf(last, header, operations.WrittenSpan, batch.Body.Span);
            await RequireAsync(from, hash, cancellationToken);
            return batch.SizeInBytes == bodyLength ? (batch, hash) : throw Damaged();
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    /// <summary>Reads so many bytes. What says that it is large takes memory only as far as it is there.</summary>
    private static async Task CopyAsync(Stream from, PooledBuffer to, int length, CancellationToken cancellationToken)
    {
        if (length < 0)
        {
            throw Damaged();
        }

        for (var left = length; left > 0;)
        {
            var some = Math.Min(left, ReadStep);
            await ReadExactlyAsync(from, to.GetMemory(some)[..some], cancellationToken);
            to.Advance(some);
            left -= some;
        }
    }

    private static async Task RequireAsync(Stream from, ulong hash, CancellationToken cancellationToken)
    {
        var kept = new byte[sizeof(ulong)];
        await ReadExactlyAsync(from, kept, cancellationToken);
        if (BinaryPrimitives.ReadUInt64LittleEndian(kept) != hash)
        {
            throw Damaged();
        }
    }

    private static ulong HashOf(ulong last, ReadOnlySpan<byte> header, ReadOnlySpan<byte> operations, ReadOnlySpan<byte> body)
    {
        var hash = new XxHash3((long)last);
        hash.Append(header);
        hash.Append(operations);
        hash.Append(body);
        return hash.GetCurrentHashAsUInt64();
    }

    private static InvalidDataException Damaged() => new("The batches of a page are damaged.");

    /// <summary>Writes batches to a buffer. One thread at a time.</summary>
    /// <param name="to">Where to; it may be emptied between two calls.</param>
    /// <param name="name">The name under which they will be staged.</param>
    internal sealed class Writer(PooledBuffer to, string name)
    {
        private ulong _last = StagedBlob.Seed(name);

        /// <summary>Writes a batch.</summary>
        /// <param name="batch">The batch.</param>
        /// <param name="isAfterAll">
        /// Whether the batches before it must be written first, because one of them may hold the same document.
        /// </param>
        public void Write(BulkBatch batch, bool isAfterAll)
        {
            var start = to.Length;
            to.WriteByte(isAfterAll ? FollowsAfterAll : Follows);
            WriteInt(batch.Count);
            WriteInt(batch.SizeInBytes);
            foreach (var operation in batch.Operations)
            {
                to.WriteByte((byte)operation.Kind);
                WriteInt(operation.Length);
            }

            to.Write(batch.Body.Span);
            WriteHash(start);
        }

        /// <summary>Writes what comes after the last batch.</summary>
        /// <param name="rejections">What was refused before anything was sent.</param>
        public void WriteEnd(RejectionReport rejections)
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(rejections);
            to.WriteByte(End);
            var start = to.Length;
            WriteInt(json.Length);
            to.Write(json);
            WriteHash(start);
        }

        private void WriteHash(int start)
        {
            _last = XxHash3.HashToUInt64(to.WrittenSpan[start..], (long)_last);
            BinaryPrimitives.WriteUInt64LittleEndian(to.GetSpan(sizeof(ulong)), _last);
            to.Advance(sizeof(ulong));
        }

        private void WriteInt(int value)
        {
            BinaryPrimitives.WriteInt32LittleEndian(to.GetSpan(sizeof(int)), value);
            to.Advance(sizeof(int));
        }
    }
}
