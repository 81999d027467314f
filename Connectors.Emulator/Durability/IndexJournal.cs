using System.Buffers.Binary;
using Connectors.Abstractions;
using Connectors.Emulator.Indices;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Emulator.Durability;

/// <summary>
/// The writes of one index, appended to a file. A record is its length, a kind, the sequence number, the version, and id and source with
/// their lengths. What a killed process left half-written at the end is cut off when the file is opened again; it was never acknowledged.
/// </summary>
internal sealed class IndexJournal : IDisposable
{
    private const byte Put = 1;
    private const byte Delete = 2;
    private const int KindAt = 4;
    private const int HeaderBytes = 4 + 1 + 8 + 4 + 4;
    private readonly Lock _fileLock = new();
    private readonly Lock _pendingLock = new();
    private readonly FileStream _file;
    private PooledBuffer _pending = new(64 * 1024);
    private PooledBuffer _spare = new(64 * 1024);

    public IndexJournal(string path)
    {
        Path = path;
        _file = PrivateFiles.OpenOrCreate(path, FileShare.Read, bufferSize: 0);
    }

    public string Path { get; }

    /// <summary>Reads all records in order and goes to the end of the last whole one.</summary>
    /// <exception cref="InvalidDataException">There is something else than records and the beginning of one.</exception>
    public void Replay(Action<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, long, int> put, Action<ReadOnlyMemory<byte>, long> delete)
    {
        var length = _file.Length;
        long position = 0;
        using var reader = new BufferedStream(
            new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0),
            1024 * 1024
        );
        var header = new byte[HeaderBytes];
        var body = new byte[64 * 1024];
        while (length - position > KindAt)
        {
            var headerBytes = (int)Math.Min(HeaderBytes, length - position);
            reader.ReadExactly(header, 0, headerBytes);
            RequireKind(header[KindAt]);
            if (headerBytes < HeaderBytes)
            {
                break;
            }

            var size = BinaryPrimitives.ReadInt32LittleEndian(header);
            var idLength = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(17));
            if (size < idLength || idLength < 0)
            {
                throw new InvalidDataException("The lengths of a record are none.");
            }

            if (length - position - HeaderBytes < size)
            {
                break;
            }

            if (body.Length < size)
            {
                body = new byte[size];
            }

            reader.ReadExactly(body, 0, size);
            var seqNo = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(5));
            if (header[KindAt] == Put)
            {
                put(
                    body.AsMemory(0, idLength),
                    body.AsMemory(idLength, size - idLength),
                    seqNo,
                    BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(13))
                );
            }
            else
            {
                delete(body.AsMemory(0, idLength), seqNo);
            }

            position += HeaderBytes + size;
        }

        _file.SetLength(position);
        _file.Position = position;
    }

    /// <summary>Takes a write up; it is in the file after the next <see cref="Flush"/>.</summary>
    public void Append(StoredDocument? document, ReadOnlySpan<byte> id, long seqNo)
    {
        var source = document is null ? [] : document.Source;
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, id.Length + source.Length);
        header[KindAt] = document is null ? Delete : Put;
        BinaryPrimitives.WriteInt64LittleEndian(header[5..], seqNo);
        BinaryPrimitives.WriteInt32LittleEndian(header[13..], document?.Version ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(header[17..], id.Length);
        lock (_pendingLock)
        {
            _pending.Write(header);
            _pending.Write(id);
            _pending.Write(source);
        }
    }

    /// <summary>Hands what was appended to the operating system: it then survives the end of the process.</summary>
    public void Flush()
    {
        lock (_fileLock)
        {
            lock (_pendingLock)
            {
                (_pending, _spare) = (_spare, _pending);
            }

            if (_spare.Length > 0)
            {
                _file.Write(_spare.WrittenSpan);
                _spare.Clear();
            }
        }
    }

    public void Dispose()
    {
        Flush();
        _file.Dispose();
        _pending.Dispose();
        _spare.Dispose();
    }

    // What is cut off in the middle is as it was written up to there.
    private static void RequireKind(byte kind)
    {
        if (kind is not (Put or Delete))
        {
            throw new InvalidDataException($"There is no record of kind {kind}.");
        }
    }
}
