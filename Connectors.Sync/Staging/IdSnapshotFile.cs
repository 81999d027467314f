using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Connectors.Abstractions;
using Connectors.Sync.Diff;
using Connectors.Sync.Staging.LocalState;
using Microsoft.Win32.SafeHandles;

namespace Connectors.Sync.Staging;

/// <summary>
/// An id snapshot on disk, in two files: the sorted entries, memory-mapped, and the texts of the ids. Written once by
/// <see cref="Builder"/>, with almost nothing in memory, and checked by a hash when it is opened again.
/// </summary>
internal sealed class IdSnapshotFile : IDisposable
{
    /// <summary>File of the sorted entries.</summary>
    public const string EntriesName = "ids.entries";

    /// <summary>File of the texts.</summary>
    public const string TextsName = "ids.texts";

    private readonly MappedEntries? _entries;
    private readonly SafeFileHandle? _texts;

    private IdSnapshotFile(MappedEntries? entries, SafeFileHandle? texts)
    {
        _entries = entries;
        _texts = texts;
        Snapshot = entries is null ? IdSnapshot.Empty : new IdSnapshot(entries.Memory);
    }

    /// <summary>What a snapshot of nothing is known by. It needs no files.</summary>
    public static SnapshotChecksum Nothing { get; } = new(0, 0, Hash(null));

    /// <summary>The snapshot itself; valid until this is disposed.</summary>
    public IdSnapshot Snapshot { get; }

    /// <summary>Opens the snapshot in <paramref name="folder"/>.</summary>
    /// <exception cref="InvalidDataException">It is not what <paramref name="seal"/> says.</exception>
    public static IdSnapshotFile Open(string folder, SnapshotChecksum seal) => Open(folder, folder, seal);

    /// <summary>Opens a snapshot whose files may lie apart.</summary>
    /// <param name="folder">The folder of the entries.</param>
    /// <param name="textsFolder">That of the texts; <see langword="null"/> where they are not needed: <see cref="ReadText"/> can't be used
    /// then.</param>
    /// <param name="seal">What it is known by.</param>
    /// <exception cref="InvalidDataException">It is not what <paramref name="seal"/> says.</exception>
    public static IdSnapshotFile Open(string folder, string? textsFolder, SnapshotChecksum seal)
    {
        var entriesPath = Path.Combine(folder, EntriesName);
        if (!HasLength(entriesPath, (long)seal.Count * IdEntry.SizeInBytes) || (textsFolder is not null && !HasTexts(textsFolder, seal)))
        {
            throw new InvalidDataException("The snapshot of ids is missing or cut off.");
        }

        var entries = seal.Count == 0 ? null : new MappedEntries(entriesPath, seal.Count, writable: false);
        var texts =
            textsFolder is null || seal.Count == 0
                ? null
                : File.OpenHandle(
                    Path.Combine(textsFolder, TextsName),
                    FileMode.Open,
                    FileAccess.Read,
                    FileShare.Read,
                    FileOptions.RandomAccess
                );
        var opened = new IdSnapshotFile(entries, texts);
        if (Hash(entries) != seal.EntriesHash)
        {
            opened.Dispose();
            throw new InvalidDataException("The snapshot of ids is damaged.");
        }

        return opened;
    }

    /// <summary>Whether the texts lie in <paramref name="folder"/>.</summary>
    public static bool HasTexts(string folder, SnapshotChecksum seal) => HasLength(Path.Combine(folder, TextsName), seal.TextBytes);

    /// <summary>The <c>_id</c>, as UTF-8, of the document with that ordinal.</summary>
    /// <remarks>Ids of the index are at most 512 bytes long, so one read is enough. The texts have no checksum of their own: each is
    /// compared with the key of its entry, because it is read to delete a document.</remarks>
    /// <exception cref="InvalidDataException">What is kept there is not the text of that document.</exception>
    public byte[] ReadText(int ordinal)
    {
        Span<byte> bytes = stackalloc byte[2 + DocumentId.MaxBytes];
        var texts = _texts ?? throw new InvalidOperationException("The snapshot was opened without its texts.");
        var read = RandomAccess.Read(texts, bytes, Math.Max(0, Snapshot.TextOffset(ordinal)));
        var length = read >= 2 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : int.MaxValue;
        if (length > read - 2)
        {
            throw new InvalidDataException("The texts of the ids are cut off.");
        }

        var text = bytes.Slice(2, length);
        return DocumentKey.Of(text) == Snapshot.KeyOf(ordinal)
            ? text.ToArray()
            : throw new InvalidDataException("The texts of the ids are damaged, or those of another snapshot.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ((IDisposable?)_entries)?.Dispose();
        _texts?.Dispose();
    }

    private static bool HasLength(string path, long length) => length == 0 || (File.Exists(path) && new FileInfo(path).Length == length);

    private static ulong Hash(MappedEntries? entries)
    {
        var hash = new XxHash3();
        const int Step = 32 * 1024;
        for (var start = 0; entries is not null && start < entries.Memory.Length; start += Step)
        {
            var part = entries.GetSpan()[start..Math.Min(start + Step, entries.Memory.Length)];
            hash.Append(MemoryMarshal.AsBytes(part));
        }

        return hash.GetCurrentHashAsUInt64();
    }

    /// <summary>Collects ids in files as they come, then sorts the entries in place. One thread at a time.</summary>
    internal sealed class Builder : IDisposable
    {
        private readonly string _folder;
        private readonly FileStream _entries;
        private readonly FileStream _texts;
        private long _textOffset;
        private int _count;

        public Builder(string folder)
        {
            _folder = folder;
            _entries = Create(EntriesName);
            _texts = Create(TextsName);

            FileStream Create(string name) => PrivateFiles.Create(Path.Combine(folder, name), 256 * 1024);
        }

        /// <summary>Adds an id of the index, at most 512 bytes of UTF-8.</summary>
        public void Add(ReadOnlySpan<byte> id, DocumentVersion version)
        {
            var entry = new IdEntry(DocumentKey.Of(id), version, _textOffset);
            _entries.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<IdEntry>(in entry)));
            Span<byte> length = stackalloc byte[2];
            BinaryPrimitives.WriteUInt16LittleEndian(length, checked((ushort)id.Length));
            _texts.Write(length);
            _texts.Write(id);
            _textOffset += 2 + id.Length;
            _count = checked(_count + 1);
        }

        /// <summary>Forgets what was added.</summary>
        public void Clear()
        {
            _entries.SetLength(0);
            _texts.SetLength(0);
            (_textOffset, _count) = (0, 0);
        }

        /// <summary>Sorts, and tells what is needed to open it.</summary>
        /// <exception cref="ConnectorException">An id was added twice: an index holds no id twice, so whoever listed them did not tell the
        /// truth.</exception>
        public SnapshotChecksum Complete()
        {
            Dispose();
            if (_count == 0)
            {
                return Nothing;
            }

            using IMemoryOwner<IdEntry> owner = new MappedEntries(Path.Combine(_folder, EntriesName), _count, writable: true);
            var entries = (MappedEntries)owner;
            entries.GetSpan().Sort(default(IdEntryOrder));
            RequireDistinct(entries.GetSpan());
            return new SnapshotChecksum(_count, _textOffset, Hash(entries));
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            _entries.Dispose();
            _texts.Dispose();
        }

        private void RequireDistinct(ReadOnlySpan<IdEntry> sorted)
        {
            for (var place = 1; place < sorted.Length; place++)
            {
                if (sorted[place].Key == sorted[place - 1].Key)
                {
                    throw new ConnectorException(
                        $"Elasticsearch listed the document '{TextAt(sorted[place].TextOffset)}' twice, so its listing can't be trusted. "
                            + "Nothing was written or deleted. "
                            + "Start the sync again; if this is told again, a proxy in between changes answers, or documents were "
                            + "written to the index with a routing."
                    );
                }
            }
        }

        private string TextAt(long offset)
        {
            using var texts = File.OpenHandle(Path.Combine(_folder, TextsName));
            Span<byte> text = stackalloc byte[2 + DocumentId.MaxBytes];
            RandomAccess.Read(texts, text, offset);
            return System.Text.Encoding.UTF8.GetString(text.Slice(2, BinaryPrimitives.ReadUInt16LittleEndian(text)));
        }
    }
}

/// <summary>Identifies a complete snapshot.</summary>
/// <param name="Count">Number of documents.</param>
/// <param name="TextBytes">Length of the texts file.</param>
/// <param name="EntriesHash">XxHash3 of the sorted entries.</param>
internal sealed record SnapshotChecksum(int Count, long TextBytes, ulong EntriesHash);
