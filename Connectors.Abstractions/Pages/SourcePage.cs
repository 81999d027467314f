namespace Connectors.Abstractions;

/// <summary>
/// One page of a partition: its documents in one pooled buffer, and the token of the page after it. Made by
/// <see cref="SourcePageBuilder"/>; whoever received it disposes it. One thread at a time.
/// </summary>
public sealed class SourcePage : IDisposable
{
    private readonly PooledBuffer _buffer;
    private readonly PageEntries _entries;

    internal SourcePage(
        PooledBuffer buffer,
        PageEntries entries,
        List<string> unreadable,
        List<SourceProblem> problems,
        string? gap,
        PageToken next,
        bool isLast,
        bool restarts
    )
    {
        _buffer = buffer;
        _entries = entries;
        UnreadableIds = unreadable;
        Problems = problems;
        Gap = gap;
        Next = next;
        IsLast = isLast;
        Restarts = restarts;
    }

    /// <summary>Number of documents.</summary>
    public int Count => _entries.Count;

    /// <summary>Bytes of ids and bodies.</summary>
    public int SizeInBytes => _buffer.Length;

    /// <summary>Where the next page begins. Meaningless when <see cref="IsLast"/>.</summary>
    public PageToken Next { get; }

    /// <summary>Whether the partition ends with this page. A partition whose last page never came was cut off, and nothing is
    /// deleted.</summary>
    public bool IsLast { get; }

    /// <summary>Whether this page is the partition's first, though another was asked for, because the source could not find its place
    /// again. What earlier pages listed comes again.</summary>
    public bool Restarts { get; }

    /// <summary>Ids of documents that exist in the source but could not be read: they are not written, and not deleted either.</summary>
    public IReadOnlyList<string> UnreadableIds { get; }

    /// <summary>What could not be read, with reasons.</summary>
    public IReadOnlyList<SourceProblem> Problems { get; }

    /// <summary>Why documents may be missing from this page whose ids the source could not even learn (an unreadable folder), or
    /// <see langword="null"/>. A sync with a gap deletes nothing.</summary>
    public string? Gap { get; }

    /// <summary>Whether <see cref="Dispose"/> was called: such a page looks like an empty one.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>The document at <paramref name="index"/>.</summary>
    public SourceDocument this[int index]
    {
        get
        {
            ref readonly var entry = ref _entries[index];
            var written = _buffer.WrittenMemory;
            return new SourceDocument(
                written.Slice(entry.IdStart, entry.IdLength),
                entry.Timestamp,
                written.Slice(entry.BodyStart, entry.BodyLength),
                entry.Content
            )
            {
                VolatileLength = entry.VolatileLength,
            };
        }
    }

    /// <summary>Drops the documents that <paramref name="isKept"/> refuses.</summary>
    /// <returns>How many.</returns>
    internal int Retain(Func<SourceDocument, bool> isKept)
    {
        var kept = 0;
        for (var index = 0; index < _entries.Count; index++)
        {
            if (isKept(this[index]))
            {
                _entries[kept++] = _entries[index];
            }
        }

        var dropped = _entries.Count - kept;
        _entries.Truncate(kept);
        return dropped;
    }

    /// <summary>Gives the document at <paramref name="index"/> another body. Memory taken from the page before is no longer
    /// valid.</summary>
    internal void Replace(int index, ReadOnlySpan<byte> body)
    {
        var start = _buffer.Length;
        _buffer.Write(body);
        _entries[index] = _entries[index] with { BodyStart = start, BodyLength = body.Length, VolatileLength = 0 };
    }

    /// <summary>Gives the page's memory back.</summary>
    public void Dispose()
    {
        IsDisposed = true;
        _buffer.Dispose();
        _entries.Dispose();
    }
}
