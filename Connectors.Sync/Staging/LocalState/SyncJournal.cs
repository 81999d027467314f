using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine;
using Microsoft.Win32.SafeHandles;

namespace Connectors.Sync.Staging.LocalState;

/// <summary>
/// The journal of a sync: a header that names the job and the plan, then records. The checksum of each record begins with that of the one
/// before, that of the first with the header: a record of another journal, in another place, or after one that is missing, does not fit,
/// and ends the journal there.
/// </summary>
/// <remarks><see cref="AppendAsync"/> may be called concurrently.</remarks>
internal sealed class SyncJournal : IDisposable
{
    /// <summary>Bytes of the hash of a plan.</summary>
    public const int PlanHashBytes = 16;

    private const int HeaderBytes = 8 + 8 + PlanHashBytes;
    private const int FrameBytes = 12;
    private readonly SemaphoreSlim _append = new(1, 1);
    private readonly SafeFileHandle _file;
    private long _length;
    private ulong _last;

    private SyncJournal(SafeFileHandle file) => _file = file;

    private static ReadOnlySpan<byte> Mark => "cjournl2"u8;

    /// <summary>Whether there was no record in it when it was opened.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Opens the journal of a job and a plan, or begins one; hands every good record to <paramref name="receive"/>, and cuts off
    /// what is not good.</summary>
    /// <param name="path">The file.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="planHash">The hash of its plan.</param>
    /// <param name="receive">Takes the records, in their order.</param>
    /// <exception cref="InvalidDataException">It is the journal of another job or plan, or no journal.</exception>
    public static SyncJournal Open(string path, string jobId, ReadOnlySpan<byte> planHash, Action<JournalRecord> receive)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        WriteHeader(header, jobId, planHash);
        var journal = new SyncJournal(PrivateFiles.OpenHandle(path));
        try
        {
            journal.Begin(header);
            journal.Read(receive);
            RandomAccess.SetLength(journal._file, journal._length);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>What a job wrote according to its journal, whichever plan that belongs to; nothing where there is none.</summary>
    public static SyncCounts WrittenBy(string path, string jobId)
    {
        var written = default(SyncCounts);
        try
        {
            if (!File.Exists(path) || new FileInfo(path).LinkTarget is not null)
            {
                return default;
            }

            using var journal = new SyncJournal(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read));
            Span<byte> header = stackalloc byte[HeaderBytes];
            if (
                RandomAccess.Read(journal._file, header, 0) < HeaderBytes
                || !header[..8].SequenceEqual(Mark)
                || BinaryPrimitives.ReadUInt64LittleEndian(header[8..]) != HashOf(jobId)
            )
            {
                return default;
            }

            (journal._length, journal._last) = (HeaderBytes, XxHash3.HashToUInt64(header));
            journal.Read(record => written += Written(record));
        }
        catch (Exception failure) when (failure is InvalidDataException || StateFolderErrors.IsDiskFailure(failure))
        {
            // What can still be told is told.
        }

        return written;
    }

    /// <summary>Appends a record. When it returns, the record outlives the process.</summary>
    public async Task AppendAsync(JournalRecord record, CancellationToken cancellationToken)
    {
        var bytes = Frame(record);
        await _append.WaitAsync(cancellationToken);
        try
        {
            var hash = Chain(bytes);
            await RandomAccess.WriteAsync(_file, bytes, _length, cancellationToken);
            (_length, _last) = (_length + bytes.Length, hash);
        }
        finally
        {
            _append.Release();
        }
    }

    /// <summary>Appends a record before anybody else does.</summary>
    public void Append(JournalRecord record)
    {
        var bytes = Frame(record);
        var hash = Chain(bytes);
        RandomAccess.Write(_file, bytes, _length);
        (_length, _last) = (_length + bytes.Length, hash);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _append.Dispose();
    }

    private static void WriteHeader(Span<byte> header, string jobId, ReadOnlySpan<byte> planHash)
    {
        Mark.CopyTo(header);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], HashOf(jobId));
        planHash.CopyTo(header[16..]);
    }

    private static ulong HashOf(string jobId) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(jobId));

    private static SyncCounts Written(JournalRecord record)
    {
        var counts = record switch
        {
            PageDone page => page.Counts,
            DeletesDone deletes => deletes.Counts,
            WrittenBefore before => before.Counts,
            _ => default,
        };
        return new SyncCounts(Created: counts.Created, Updated: counts.Updated, Deleted: counts.Deleted, Bytes: counts.Bytes);
    }

    /// <summary>A record as it is kept, but for its checksum: size, checksum, length of the JSON, JSON, marks.</summary>
    private static byte[] Frame(JournalRecord record)
    {
        using var frame = new PooledBuffer();
        frame.GetSpan(FrameBytes + 4)[..(FrameBytes + 4)].Clear();
        frame.Advance(FrameBytes + 4);
        using (var json = new Utf8JsonWriter(frame))
        {
            JsonSerializer.Serialize(json, record, StateJson.Default.JournalRecord);
        }

        var jsonLength = frame.Length - FrameBytes - 4;
        (record as PageDone)?.PageSeen.WriteTo(frame);
        var bytes = frame.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - FrameBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(FrameBytes), jsonLength);
        return bytes;
    }

    /// <summary>Puts the checksum, which begins with that of the record before, into a record.</summary>
    private ulong Chain(byte[] frame)
    {
        var hash = XxHash3.HashToUInt64(frame.AsSpan(FrameBytes), (long)_last);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(4), hash);
        return hash;
    }

    private static JournalRecord Decode(ReadOnlySpan<byte> payload)
    {
        try
        {
            var jsonLength = BinaryPrimitives.ReadInt32LittleEndian(payload);
            var record = JsonSerializer.Deserialize(payload.Slice(4, jsonLength), StateJson.Default.JournalRecord)
                ?? throw new InvalidDataException("A record of the journal is empty.");
            return record is PageDone page ? page with { PageSeen = PageSeenIds.Read(payload[(4 + jsonLength)..]) } : record;
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException("A record of the journal can't be read.", failure);
        }
    }

    private void Begin(ReadOnlySpan<byte> header)
    {
        Span<byte> found = stackalloc byte[HeaderBytes];
        if (RandomAccess.GetLength(_file) < HeaderBytes)
        {
            // New, or cut off before its first record.
            RandomAccess.SetLength(_file, 0);
            RandomAccess.Write(_file, header, 0);
        }
        else if (RandomAccess.Read(_file, found, 0) < HeaderBytes || !found.SequenceEqual(header))
        {
            throw new InvalidDataException("The journal belongs to another plan, or is damaged.");
        }

        (_length, _last) = (HeaderBytes, XxHash3.HashToUInt64(header));
    }

    private void Read(Action<JournalRecord> receive)
    {
        var length = RandomAccess.GetLength(_file);
        var frame = new byte[FrameBytes];
        IsNew = true;
        while (_length + FrameBytes <= length && RandomAccess.Read(_file, frame, _length) == FrameBytes)
        {
            var size = BinaryPrimitives.ReadInt32LittleEndian(frame);
            if (size <= 0 || size > length - _length - FrameBytes)
            {
                return;
            }

            var payload = new byte[size];
            var hash = BinaryPrimitives.ReadUInt64LittleEndian(frame.AsSpan(4));
            if (RandomAccess.Read(_file, payload, _length + FrameBytes) != size || XxHash3.HashToUInt64(payload, (long)_last) != hash)
            {
                return;
            }

            receive(Decode(payload));
            (_length, _last) = (_length + FrameBytes + size, hash);
            IsNew = false;
        }
    }
}
