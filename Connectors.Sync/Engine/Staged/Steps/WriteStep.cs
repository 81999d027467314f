using Connectors.Sync.Bulk;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Sync.Staging;

namespace Connectors.Sync.Engine.Staged.Steps;

/// <summary>Writes staged batches to the index. All of it may be done again: operations are idempotent by id, and counts follow from what the diff found.</summary>
internal sealed class WriteStep(IStagingStore store, BatchWriters writers, RejectionLimits rejectionLimits)
{
    private const int MaxBatchesAtHand = 8;

    /// <summary>Writes a page.</summary>
    public async Task<WriteAnswer> WritePageAsync(SyncRequest request, WriteOrder order, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(request, order.Report, order.Rejected, cancellationToken);
        var (batches, what) = (StagedNames.Batches(order.Page), "A page's batches");
        var counts = request.Kind == SyncKind.Incremental
            ? await WriteDeletesAsync(session, batches, what, cancellationToken)
            : await WriteAsync(session, batches, what, mayHaveBeenSent: false, cancellationToken);
        return await CloseAsync(session, order.Plan, counts, cancellationToken);
    }

    /// <summary>Carries out parts of the deletes.</summary>
    public async Task<WriteAnswer> WriteDeletesAsync(SyncRequest request, DeleteOrder order, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(request, order.Report, order.Rejected, cancellationToken);
        var counts = default(SyncCounts);
        for (var part = order.FirstPart; part < order.FirstPart + order.Parts; part++)
        {
            counts += await WriteDeletesAsync(session, StagedNames.Part(order.Deletes, part), "A part of the deletes", cancellationToken);
        }

        return await CloseAsync(session, order.Plan, counts, cancellationToken);
    }

    /// <summary>
    /// Writes a content that holds deletes. What is gone already was deleted by us when the content is sent for a second time, and also when somebody else sends it at the
    /// same time. So each says so before it sends: the first that it is, every other one that it was not alone.
    /// </summary>
    private async Task<SyncCounts> WriteDeletesAsync(Session session, string name, string what, CancellationToken cancellationToken)
    {
        var isFirst = await store.TryMarkAsync(StagedNames.Sent(name), cancellationToken);
        if (!isFirst)
        {
            await store.TryMarkAsync(StagedNames.SentAgain(name), cancellationToken);
        }

        var counts = await WriteAsync(session, name, what, mayHaveBeenSent: !isFirst, cancellationToken);
        return counts.AlreadyGone > 0 && isFirst && await store.ExistsAsync(StagedNames.SentAgain(name), cancellationToken)
            ? counts with { Deleted = counts.Deleted + counts.AlreadyGone, AlreadyGone = 0 }
            : counts;
    }

    private async Task<Session> OpenAsync(SyncRequest request, ReportName? report, long rejected, CancellationToken cancellationToken)
    {
        var before = await WriteReport.GetAsync(store, report, cancellationToken);
        var preview = request.DryRun ? before.Preview ?? new SyncPreview() : null;
        var monitor = new RejectionMonitor(rejectionLimits);
        monitor.Resume(rejected);
        monitor.Resume(before.Run);
        return new Session(writers.For(request, monitor, preview), monitor, before.Rejections, preview);
    }

    private async Task<WriteAnswer> CloseAsync(Session session, PlanName plan, SyncCounts counts, CancellationToken cancellationToken)
    {
        var report = new WriteReport(session.Rejections, session.Monitor.Run, session.Preview);
        return new WriteAnswer(counts, await report.PutAsync(store, plan, cancellationToken));
    }

    private Task<SyncCounts> WriteAsync(Session session, string name, string what, bool mayHaveBeenSent, CancellationToken cancellationToken) => StagedContent.GuardAsync(what, async () =>
    {
        await using var content = await StagedContent.OpenAsync(store, name, what, cancellationToken);
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task<BulkReport>> writes = [];
        try
        {
            await foreach (var (batch, isAfterAll) in StagedBatches.ReadAsync(content, name, session.Rejections, abort.Token))
            {
                if (isAfterAll)
                {
                    await Task.WhenAll(writes);
                }

                // Reading waits for writing: what was staged need not be in memory as a whole.
                var open = writes.FindAll(write => !write.IsCompleted);
                if (open.Count >= MaxBatchesAtHand)
                {
                    await Task.WhenAny(open);
                }

                writes.Add(WriteAsync(session, batch, mayHaveBeenSent, abort.Token));
            }

            var counts = default(SyncCounts);
            foreach (var report in await Task.WhenAll(writes))
            {
                counts += report.Counts;
                session.Rejections.Merge(report.Rejections);
            }

            return counts;
        }
        catch
        {
            // The first failure is the one to tell; the others only have to end.
            await abort.CancelAsync();
            await ((Task)Task.WhenAll(writes)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    });

    private static async Task<BulkReport> WriteAsync(Session session, BulkBatch batch, bool mayHaveBeenSent, CancellationToken cancellationToken)
    {
        using (batch)
        {
            return await session.Writer.WriteAsync(batch, mayHaveBeenSent, cancellationToken);
        }
    }

    private sealed record Session(IBatchWriter Writer, RejectionMonitor Monitor, RejectionReport Rejections, SyncPreview? Preview);
}
