using System.Buffers;

namespace Connectors.Abstractions;

/// <summary>A document's place in its page's buffer, and what else is known of it.</summary>
internal readonly record struct PageEntry(
    int IdStart,
    int IdLength,
    int BodyStart,
    int BodyLength,
    DateTimeOffset? Timestamp,
    DocumentContent? Content,
    int VolatileLength = 0
);

/// <summary>The entries of one page, in pooled memory. One thread at a time.</summary>
internal sealed class PageEntries : IDisposable
{
    private PageEntry[] _entries = [];

    public int Count { get; private set; }

    public ref PageEntry this[int index] => ref _entries.AsSpan(0, Count)[index];

    public void Add(PageEntry entry)
    {
        if (Count == _entries.Length)
        {
            var grown = ArrayPool<PageEntry>.Shared.Rent(Math.Max(Count * 2, 64));
            _entries.AsSpan(0, Count).CopyTo(grown);
            Return();
            _entries = grown;
        }

        _entries[Count++] = entry;
    }

    /// <summary>Keeps the first so many.</summary>
    public void Truncate(int count) => Count = count;

    public void Dispose()
    {
        Return();
        _entries = [];
        Count = 0;
    }

    private void Return()
    {
        if (_entries.Length > 0)
        {
            ArrayPool<PageEntry>.Shared.Return(_entries, clearArray: true);
        }
    }
}
