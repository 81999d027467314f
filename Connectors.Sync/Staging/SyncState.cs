using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text.Json;
using Connectors.Sync.Diff;
using Microsoft.Win32.SafeHandles;

namespace Connectors.Sync.Staging;

/// <summary>
/// The state of one job on local disk: a plan, the snapshot, and a journal to which a record is appended as each step is done. A process may be
/// killed at any moment: the plan is replaced atomically, and a record that was cut off is ignored, as is everything after it, so that its step is done again.
/// </summary>
/// <remarks>The folder is locked until this is disposed. <see cref="AppendAsync"/> may be called concurrently.</remarks>
internal sealed class SyncState(string folder, FileStream heldLock) : IDisposable
{
    private const string PlanName = "plan.json";
    private const string JournalName = "journal";
    private const int FrameHeader = 12;
    private readonly SemaphoreSlim _append = new(1, 1);
    private SafeFileHandle? _journal;
    private long _length;

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>Whether a folder holds the state of a sync that got as far as its plan.</summary>
    public static bool HasPlan(string folder) => File.Exists(Path.Combine(folder, PlanName));

    /// <summary>Deletes everything but the lock.</summary>
    public static void Clear(string folder)
    {
        // The plan first: without it the rest counts for nothing.
        File.Delete(Path.Combine(folder, PlanName));
        foreach (var file in Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) != "lock"))
        {
            File.Delete(file);
        }
    }

    /// <summary>The plan, or <see langword="null"/> when there is none.</summary>
    /// <exception cref="InvalidDataException">There is one, but it can't be used.</exception>
    public StoredPlan? ReadPlan()
    {
        var path = RequireNoLink(PlanName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var plan = JsonSerializer.Deserialize<StoredPlan>(File.ReadAllBytes(path));
            return plan?.Format == StoredPlan.CurrentFormat ? plan : throw new InvalidDataException("The plan is of another version.");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException("The plan is damaged.", failure);
        }
    }

    /// <summary>Forgets everything and starts with an empty folder.</summary>
    public void Reset()
    {
        _journal?.Dispose();
        _journal = null;
        Clear(folder);
    }

    /// <summary>Writes the plan; from here on the sync can be resumed.</summary>
    public async Task WritePlanAsync(StoredPlan plan, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, PlanName);
        var written = path + ".new";
        try
        {
            await using (var file = PrivateFiles.Create(written))
            {
                await JsonSerializer.SerializeAsync(file, plan, cancellationToken: cancellationToken);
                await file.FlushAsync(cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(written, path, overwrite: true);
        }
        catch (Exception failure) when (StateErrors.IsDiskFailure(failure))
        {
            throw StateErrors.Explain("The plan of the sync", folder, failure);
        }
    }

    /// <summary>Opens the journal, hands every good record to <paramref name="receive"/>, and cuts off what is not good.</summary>
    public void OpenJournal(Action<JournalRecord> receive)
    {
        _journal = PrivateFiles.OpenHandle(RequireNoLink(JournalName));
        var length = RandomAccess.GetLength(_journal);
        var header = new byte[FrameHeader];
        _length = 0;
        while (_length + FrameHeader <= length && RandomAccess.Read(_journal, header, _length) == FrameHeader)
        {
            var size = BinaryPrimitives.ReadInt32LittleEndian(header);
            if (size <= 0 || size > length - _length - FrameHeader)
            {
                break;
            }

            var payload = new byte[size];
            if (RandomAccess.Read(_journal, payload, _length + FrameHeader) != size
                || XxHash3.HashToUInt64(payload) != BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(4)))
            {
                break;
            }

            receive(Decode(payload));
            _length += FrameHeader + size;
        }

        RandomAccess.SetLength(_journal, _length);
    }

    /// <summary>Appends a record. When it returns, the record outlives the process.</summary>
    public async Task AppendAsync(JournalRecord record, CancellationToken cancellationToken)
    {
        using var frame = new PooledBuffer();
        frame.GetSpan(FrameHeader + 4)[..(FrameHeader + 4)].Clear();
        frame.Advance(FrameHeader + 4);
        await using (var json = new Utf8JsonWriter(frame))
        {
            JsonSerializer.Serialize(json, record);
        }

        var jsonLength = frame.Length - FrameHeader - 4;
        (record as PageDone)?.Marks.WriteTo(frame);
        await _append.WaitAsync(cancellationToken);
        try
        {
            var bytes = frame.WrittenMemory.ToArray();
            BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - FrameHeader);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(FrameHeader), jsonLength);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(4), XxHash3.HashToUInt64(bytes.AsSpan(FrameHeader)));
            var journal = _journal ?? throw new InvalidOperationException("Open the journal first.");
            await RandomAccess.WriteAsync(journal, bytes, _length, cancellationToken);
            _length += bytes.Length;
        }
        catch (Exception failure) when (StateErrors.IsDiskFailure(failure))
        {
            throw StateErrors.Explain("The progress of the sync", folder, failure);
        }
        finally
        {
            _append.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _journal?.Dispose();
        heldLock.Dispose();
        _append.Dispose();
    }

    /// <summary>A file of ours that somebody replaced by a link to another place counts as damaged, and the link goes when the job starts over.</summary>
    private string RequireNoLink(string name)
    {
        var path = Path.Combine(folder, name);
        return new FileInfo(path).LinkTarget is null ? path : throw new InvalidDataException($"'{path}' is a symbolic link.");
    }

    private static JournalRecord Decode(ReadOnlySpan<byte> payload)
    {
        var jsonLength = BinaryPrimitives.ReadInt32LittleEndian(payload);
        var record = JsonSerializer.Deserialize<JournalRecord>(payload.Slice(4, jsonLength))
            ?? throw new InvalidDataException("A record of the journal is empty.");
        return record is PageDone page ? page with { Marks = PageMarks.Read(payload[(4 + jsonLength)..]) } : record;
    }
}
