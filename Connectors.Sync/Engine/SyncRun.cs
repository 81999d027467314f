using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine;

/// <summary>
/// One run of a sync in this process, from a plan. Partitions are read concurrently, and pages are written while the next ones are read.
/// Each page is journaled in the order of its partition, once all its writes are done. Reading pauses when too many pages are waiting to be
/// written.
/// </summary>
internal sealed class SyncRun(
    StoredPlan plan,
    LocalSyncState state,
    IdSnapshotFile ids,
    PageStep pageStep,
    IBatchWriter writer,
    SyncEngineOptions options,
    FlightBudget flight,
    SyncProgress progress,
    TimeProvider time,
    ILogger logger
)
{
    private readonly SeenIds _seen = new(ids.Snapshot.Count);
    private readonly PartitionProgress[] _partitions = new PartitionProgress[plan.Partitions.Count];
    private readonly HashSet<Task> _writes = [];
    private readonly HashSet<int> _deletesSent = [];
    private readonly HashSet<int> _deletesDone = [];
    private readonly Lock _lock = new();

    /// <summary>Counts so far, with those of earlier runs.</summary>
    public SyncCounts Counts { get; private set; }

    /// <summary>What was refused or unreadable so far, with earlier runs.</summary>
    public RejectionReport Rejections { get; } = new();

    /// <summary>Why documents may be missing from the listing.</summary>
    public string? Gap { get; private set; }

    /// <summary>Whether every partition was read to its end.</summary>
    public bool IsComplete => _partitions.All(partition => partition.IsLast);

    /// <summary>Documents of the index that the source has not listed.</summary>
    public int Vanished => _seen.Count - _seen.Seen;

    /// <summary>Applies a step that an earlier run did.</summary>
    public void Replay(JournalRecord record)
    {
        switch (record)
        {
            case WrittenBefore before:
                Note(before.Counts, null);
                break;
            case PageDone page:
                RequireFit(page);
                _seen.Add(page.PageSeen);
                Note(page);
                break;
            case DeletesSent sent:
                _deletesSent.Add(sent.Batch);
                break;
            case DeletesDone done:
                _deletesDone.Add(done.Batch);
                Note(done.Counts, done.Rejections);
                break;
        }
    }

    /// <summary>Reads every partition that is not complete, until all are or the reader is stopped.</summary>
    public async Task ReadAsync(SourceReader source, CancellationToken cancellationToken)
    {
        var open = Enumerable.Range(0, _partitions.Length).Where(partition => !_partitions[partition].IsLast);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Partitions, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(open, parallel, async (partition, token) => await ReadPartitionAsync(source, partition, token));
    }

    /// <summary>Deletes what vanished, in batches that are the same in every run; false when stopped before the end.</summary>
    /// <exception cref="InvalidDataException">The texts of the ids are not those of the snapshot. Whatever was deleted before had
    /// vanished.</exception>
    public async Task<bool> DeleteAsync(CancellationToken stopReading, CancellationToken cancellationToken)
    {
        var vanished = DeleteBatches.Vanished(_seen, ids.Snapshot);
        var size = options.Bulk.MaxOperations;
        var batches = Enumerable.Range(0, (vanished.Length + size - 1) / size).Where(batch => !_deletesDone.Contains(batch));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Bulk.MaxConcurrency, CancellationToken = cancellationToken };
        var stopped = false;
        await Parallel.ForEachAsync(batches, parallel, async (number, token) =>
        {
            if (stopReading.IsCancellationRequested)
            {
                stopped = true;
                return;
            }

            using var batch = DeleteBatches.Of(vanished.AsSpan(number * size, Math.Min(size, vanished.Length - (number * size))), ids);
            await state.AppendAsync(new DeletesSent(number), token);
            var report = await writer.WriteAsync(batch, _deletesSent.Contains(number), token);
            await state.AppendAsync(new DeletesDone(number, report.Counts, report.Rejections), token);
            Note(report.Counts, report.Rejections);
        });
        return !stopped;
    }

    private void RequireFit(PageDone page)
    {
        if (
            page.Partition < 0
            || page.Partition >= _partitions.Length
            || page.Next is null
            || page.PageSeen.Ordinals.Exists(ordinal => ordinal < 0 || ordinal >= _seen.Count)
        )
        {
            throw new InvalidDataException("A record of the journal does not fit the plan.");
        }
    }

    private async Task ReadPartitionAsync(SourceReader source, int number, CancellationToken cancellationToken)
    {
        var pages = Channel.CreateBounded<Task<PageDone>>(Math.Max(1, options.PagesInFlight - 1));
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var commit = CommitAsync(pages.Reader, abort, source.Calls.Stop);
        ExceptionDispatchInfo? failure = null;
        try
        {
            await ReadPagesAsync(source, number, pages.Writer, abort.Token);
        }
        catch (OperationCanceledException) when (source.Calls.Stop.IsCancellationRequested && !abort.IsCancellationRequested)
        {
            // The contents of a page did not come in time. It is read again when the sync goes on.
        }
        catch (Exception caught)
        {
            failure = ExceptionDispatchInfo.Capture(caught);
        }

        pages.Writer.Complete();

        // After a failed write, reading ends with a cancellation that only follows from it. Pages that were read before a failure are kept.
        await commit;
        failure?.Throw();
    }

    private async Task ReadPagesAsync(
        SourceReader source,
        int number,
        ChannelWriter<Task<PageDone>> pages,
        CancellationToken cancellationToken
    )
    {
        var partition = plan.Partitions[number];
        var size = PageSize.Within(flight.Limit, options.Page, Math.Min(_partitions.Length, options.Partitions));
        var read = source.ReadPagesAsync(partition, _partitions[number].Token, size.Limits, plan.ReadsIdsOnly, cancellationToken);
        var budgeted = new BudgetedPages(flight, size.Share, time, source.Calls.Stop);
        await foreach (var (page, share) in budgeted.ReadAsync(read, cancellationToken))
        {
            NoteRestart(number, partition, page);
            var pagePlan = await pageStep.PlanAsync(
                page,
                ids.Snapshot,
                _seen,
                plan.SkipUnchanged,
                writer is IndexBatchWriter,
                share,
                cancellationToken
            );
            var write = StartWrite(number, pagePlan, cancellationToken);
            try
            {
                await pages.WriteAsync(write, cancellationToken);
            }
            catch
            {
                // Nobody else awaits it, and it must not outlive the sync.
                await ((Task)write).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }
        }
    }

    private Task<PageDone> StartWrite(int partition, PagePlan page, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // A document that comes again must not be overtaken by its earlier version.
            var earlier = page.HasRepeats ? _writes.ToArray() : [];
            var write = WriteAsync(partition, page, earlier, cancellationToken);
            _writes.RemoveWhere(task => task.IsCompleted);
            _writes.Add(write);
            return write;
        }
    }

    private async Task<PageDone> WriteAsync(int partition, PagePlan page, Task[] earlier, CancellationToken cancellationToken)
    {
        await Task.Yield();
        using (page)
        {
            if (earlier.Length > 0)
            {
                page.Park();
                await Task.WhenAll(earlier);
                page.Resume();
            }

            var counts = default(SyncCounts);
            do
            {
                var reports = await Task.WhenAll(
                    page.Batches.Select(batch => writer.WriteAsync(batch, mayHaveBeenSent: false, cancellationToken))
                );
                foreach (var report in reports)
                {
                    counts += report.Counts;
                    page.Rejections.Merge(report.Rejections);
                }
            } while (await page.ComposeNextAsync(cancellationToken));

            return page.Done(partition, page.Counts + counts);
        }
    }

    /// <summary>Journals pages in order as their writes are done. After a failure or a stop the others are only awaited.</summary>
    private async Task CommitAsync(ChannelReader<Task<PageDone>> pages, CancellationTokenSource abort, CancellationToken stop)
    {
        ExceptionDispatchInfo? failure = null;
        var isStopped = false;
        await foreach (var write in pages.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                var page = await write;
                if (failure is null && !isStopped)
                {
                    await state.AppendAsync(page, CancellationToken.None);
                    Note(page);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested && !abort.IsCancellationRequested)
            {
                // Some of its contents did not come in time. It and the pages after it are read again.
                isStopped = true;
            }
            catch (Exception caught)
            {
                failure ??= ExceptionDispatchInfo.Capture(caught);
                await abort.CancelAsync();
            }
        }

        failure?.Throw();
    }

    private void NoteRestart(int number, SourcePartition partition, SourcePage page)
    {
        if (page.Restarts)
        {
            SyncLog.PartitionRestarted(logger, PartitionText.Of(partition));
            _partitions[number].Restarted = true;
        }
    }

    private void Note(PageDone page)
    {
        lock (_lock)
        {
            ref var partition = ref _partitions[page.Partition];
            partition.Add(page);
            Gap ??= page.Gap;
            if (page.IsLast && partition is { Duplicates: > 0, Restarted: false })
            {
                SyncLog.DuplicateIds(logger, partition.Duplicates, PartitionText.Of(plan.Partitions[page.Partition]));
            }
        }

        Note(page.Counts, page.Rejections);
    }

    private void Note(SyncCounts counts, RejectionReport? rejections)
    {
        lock (_lock)
        {
            Counts += counts;
            if (rejections is not null)
            {
                Rejections.Merge(rejections);
            }
        }

        progress.Add(counts);
    }
}
