using Connectors.Sync.Bulk;
using Connectors.Sync.Content;
using Connectors.Sync.Diff;
using Connectors.Sync.Sources;

namespace Connectors.Sync.Engine;

/// <summary>What one page asks for: batches to write, and what is to be noted once they are written.</summary>
internal sealed class PagePlan(SourcePage page) : IDisposable
{
    private readonly List<BulkBatch> _batches = [];

    /// <summary>Batches, none empty.</summary>
    public IReadOnlyList<BulkBatch> Batches => _batches;

    /// <summary>What is counted already: read, skipped, duplicates, unreadable.</summary>
    public SyncCounts Counts { get; set; }

    /// <summary>What could not be read.</summary>
    public RejectionReport Rejections { get; } = new();

    /// <summary>What the page marked as seen.</summary>
    public PageMarks Marks { get; set; } = new();

    /// <summary>Whether a document was listed by an earlier page already: then everything written before has to arrive first.</summary>
    public bool HasRepeats { get; set; }

    /// <summary>Contents that were fetched; released with the plan.</summary>
    public ContentText?[]? Texts { get; set; }

    /// <summary>Token of the next page.</summary>
    public PageToken Next { get; } = page.Next;

    /// <summary>Whether the partition is complete.</summary>
    public bool IsLast { get; } = page.IsLast;

    /// <summary>Why documents may be missing.</summary>
    public string? Gap { get; } = page.Gap;

    /// <summary>The batch that takes the next operation.</summary>
    public BulkBatch OpenBatch()
    {
        if (_batches.Count == 0)
        {
            _batches.Add(new BulkBatch());
        }

        return _batches[^1];
    }

    /// <summary>Begins another batch if the last one is full, for what is added after <see cref="Complete"/>.</summary>
    public void Reopen(BulkWriterOptions limits)
    {
        if (_batches.Count > 0 && (_batches[^1].Count >= limits.MaxOperations || _batches[^1].SizeInBytes >= limits.MaxRequestBytes))
        {
            _batches.Add(new BulkBatch());
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
            _batches.Add(new BulkBatch());
        }
    }

    /// <summary>Drops the batch that was opened and not used.</summary>
    public void Complete()
    {
        if (_batches.Count > 0 && _batches[^1].Count == 0)
        {
            _batches[^1].Dispose();
            _batches.RemoveAt(_batches.Count - 1);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var batch in _batches)
        {
            batch.Dispose();
        }

        foreach (var text in Texts ?? [])
        {
            text?.Dispose();
        }

        Texts = null;
    }
}
