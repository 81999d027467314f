using System.Buffers;
using Connectors.Abstractions;
using Connectors.Sync.Diff;

namespace Connectors.Sync.Engine.Pages;

/// <summary>A compared page, and how many of its writes are composed. Owns the page.</summary>
internal sealed class PageState(SourcePage page, bool fetchContent) : IDisposable
{
    private Dictionary<int, byte[]>? _shortened;

    /// <summary>The page.</summary>
    public SourcePage Page => page;

    /// <summary>Key and version of each document; longer than the page.</summary>
    public DocumentState[] States { get; } = ArrayPool<DocumentState>.Shared.Rent(Math.Max(page.Count, 1));

    /// <summary>The verdict of each document; longer than the page.</summary>
    public Verdict[] Verdicts { get; } = ArrayPool<Verdict>.Shared.Rent(Math.Max(page.Count, 1));

    /// <summary>The first document whose write is not composed.</summary>
    public int Next { get; set; }

    /// <summary>Whether all writes are composed.</summary>
    public bool IsDone => Next >= page.Count;

    /// <summary>Whether a document is written.</summary>
    public static bool IsWritten(Verdict verdict) => verdict is Verdict.Add or Verdict.Change or Verdict.Repeat;

    /// <summary>Whether the content of a document has to be fetched.</summary>
    public bool NeedsContent(int index) => fetchContent && IsWritten(Verdicts[index]) && page[index].Content is not null;

    /// <summary>Keeps the id that a document has in the index because its own is too long.</summary>
    public ReadOnlySpan<byte> Shorten(int index, byte[] id) => (_shortened ??= [])[index] = id;

    /// <summary>That id; <see langword="null"/> for a document that keeps its own.</summary>
    public byte[]? ShortenedId(int index) => _shortened?.GetValueOrDefault(index);

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<DocumentState>.Shared.Return(States);
        ArrayPool<Verdict>.Shared.Return(Verdicts);
        page.Dispose();
    }
}
