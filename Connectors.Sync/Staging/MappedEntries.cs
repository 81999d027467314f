using System.Buffers;
using System.IO.MemoryMappedFiles;
using Connectors.Sync.Diff;

namespace Connectors.Sync.Staging;

/// <summary>The entries of a snapshot in a memory-mapped file: the operating system keeps in memory what is used, and drops it under
/// pressure.</summary>
internal sealed unsafe class MappedEntries : MemoryManager<IdEntry>
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly int _count;
    private byte* _start;

    /// <summary>Maps the <paramref name="count"/> entries with which the file at <paramref name="path"/> begins; there must be at least
    /// one.</summary>
    public MappedEntries(string path, int count, bool writable)
    {
        _count = count;
        var access = writable ? MemoryMappedFileAccess.ReadWrite : MemoryMappedFileAccess.Read;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, access);
        _view = _file.CreateViewAccessor(0, (long)count * IdEntry.SizeInBytes, access);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <inheritdoc/>
    public override Span<IdEntry> GetSpan() => new(_start, _count);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + ((long)elementIndex * IdEntry.SizeInBytes));

    /// <inheritdoc/>
    public override void Unpin() { }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_start is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _start = null;
            _view.Dispose();
            _file.Dispose();
        }
    }
}
