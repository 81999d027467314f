using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Content;
using Connectors.Sync.Diff;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Engine.Pages;

/// <summary>
/// The writes of one page, and what to record once they are done. A page with much content is written in parts, so that only one part is in
/// memory: write <see cref="Batches"/>, call <see cref="ComposeNextAsync"/>, and repeat until it returns false.
/// </summary>
/// <param name="page">The page.</param>
/// <param name="work">The compared page; disposed with this, or when all parts are composed.</param>
/// <param name="composer">Composes the parts.</param>
internal sealed class PagePlan(SourcePage page, PageState work, PageComposer composer) : IDisposable
{
    private PageState? _work = work;
    private readonly List<BulkBatch> _batches = [];

    /// <summary>Batches of the current part, none empty.</summary>
    public IReadOnlyList<BulkBatch> Batches => _batches;

    /// <summary>Counts that no write changes: read, skipped, duplicates, unreadable, without text. Those of contents come with the part
    /// that fetches them.</summary>
    public SyncCounts Counts { get; set; }

    /// <summary>Documents that are unreadable or without text.</summary>
    public RejectionReport Rejections { get; } = new();

    /// <summary>The ids that the page saw.</summary>
    public PageSeenIds PageSeen { get; set; } = new();

    /// <summary>Whether an earlier page listed one of the documents: then all earlier writes must be finished first.</summary>
    public bool HasRepeats { get; set; }

    /// <summary>Whether there is another part.</summary>
    public bool HasMore => _work is not null;

    /// <summary>Fetched contents; released with the part.</summary>
    public ContentText?[]? Texts { get; set; }

    /// <summary>The budget's share for the page and its batches; <see langword="null"/> where none is kept. Given back with this.</summary>
    public FlightShare? Share { get; init; }

    /// <summary>That for the contents of the current part and what is composed of them; given back with the part.</summary>
    public FlightShare? ContentShare { get; set; }

    /// <summary>Token of the next page.</summary>
    public PageToken Next { get; } = page.Next;

    /// <summary>Whether the partition is complete.</summary>
    public bool IsLast { get; } = page.IsLast;

    /// <summary>Why documents may be missing, or <see langword="null"/>.</summary>
    public string? Gap { get; } = page.Gap;

    /// <summary>Releases the current part and composes the next; false when there is none.</summary>
    public async Task<bool> ComposeNextAsync(CancellationToken cancellationToken)
    {
        if (_work is not { } work)
        {
            return false;
        }

        DisposePart();
        await composer.ComposeAsync(work, this, cancellationToken);
        if (work.IsDone)
        {
            ReleasePage();
        }

        Settle();
        return true;
    }

    /// <summary>Bytes that a batch is expected to have.</summary>
    public int BatchBytes { get; set; } = 64 * 1024;

    /// <summary>The batch that takes the next operation.</summary>
    public BulkBatch OpenBatch()
    {
        if (_batches.Count == 0)
        {
            _batches.Add(new BulkBatch(BatchBytes));
        }

        return _batches[^1];
    }

    /// <summary>Begins another batch if the last one is full, for what is added after <see cref="Complete"/>.</summary>
    public void Reopen(BulkWriterOptions limits)
    {
        if (_batches.Count > 0 && (_batches[^1].Count >= limits.MaxOperations || _batches[^1].SizeInBytes >= limits.MaxRequestBytes))
        {
            _batches.Add(new BulkBatch(BatchBytes));
        }
    }

    /// <summary>Takes what was written to the open batch as one operation, and begins another batch when a limit is reached.</summary>
    public void Add(BulkOperationKind kind, BulkWriterOptions limits)
    {
        var batch = _batches[^1];
        batch.Add(kind);
        if (batch.SizeInBytes > limits.MaxRequestBytes && batch.Count > 1)
        {
            _batches.Add(batch.SplitLast());
            batch = _batches[^1];
        }

        if (batch.Count >= limits.MaxOperations || batch.SizeInBytes >= limits.MaxRequestBytes)
        {
            _batches.Add(new BulkBatch(BatchBytes));
        }
    }

    /// <summary>What is recorded once everything of the page is written.</summary>
    /// <param name="partition">The number of its partition.</param>
    /// <param name="counts">What it counts, with its writes.</param>
    public PageDone Done(int partition, SyncCounts counts) =>
        new(partition, Next.Value, IsLast, counts, Rejections.Total == 0 ? null : Rejections, Gap) { PageSeen = PageSeen };

    /// <summary>Drops the batch that was opened and not used.</summary>
    public void Complete()
    {
        if (_batches.Count > 0 && _batches[^1].Count == 0)
        {
            _batches[^1].Dispose();
            _batches.RemoveAt(_batches.Count - 1);
        }
    }

    /// <summary>Releases the page: nothing more of it is written.</summary>
    public void ReleasePage()
    {
        _work?.Dispose();
        _work = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        DisposePart();
        ReleasePage();
        Share?.Dispose();
    }

    /// <summary>The writes wait for others, which may need the budget.</summary>
    public void Park()
    {
        Share?.Park();
        ContentShare?.Park();
    }

    /// <summary>The writes go on.</summary>
    public void Resume()
    {
        Share?.Resume();
        ContentShare?.Resume();
    }

    /// <summary>Counts what is really in memory.</summary>
    public void Settle()
    {
        var composed = _batches.Sum(batch => (long)batch.SizeInBytes);
        ContentShare?.Set(composed);
        Share?.Set((_work is null ? 0 : page.SizeInBytes) + (ContentShare is null ? composed : 0));
    }

    private void DisposePart()
    {
        _batches.ForEach(batch => batch.Dispose());
        _batches.Clear();

        foreach (var text in Texts ?? [])
        {
            text?.Dispose();
        }

        Texts = null;
        ContentShare?.Dispose();
        ContentShare = null;
    }
}
