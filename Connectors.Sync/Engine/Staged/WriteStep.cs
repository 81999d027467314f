using Connectors.Sync.Bulk;
using Connectors.Sync.Staging;

namespace Connectors.Sync.Engine.Staged;

/// <summary>Writes staged batches to the index. All of it may be done again: operations are idempotent by id, and counts follow from what the diff found.</summary>
internal sealed class WriteStep(IStagingStore store, Func<RejectionMonitor, SyncPreview?, IBatchWriter> newWriter, RejectionLimits rejectionLimits)
{
    /// <summary>Writes a page.</summary>
    public async Task<WriteAnswer> WritePageAsync(SyncRequest request, WriteOrder order, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(request, order.Report, order.Rejected, cancellationToken);
        var counts = await WriteAsync(session, StagedNames.Batches(order.Page), "A page's batches", mayHaveBeenSent: false, cancellationToken);
        return await CloseAsync(session, order.Plan, counts, cancellationToken);
    }

    /// <summary>Carries out parts of the deletes.</summary>
    public async Task<WriteAnswer> WriteDeletesAsync(SyncRequest request, DeleteOrder order, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(request, order.Report, order.Rejected, cancellationToken);
        var counts = default(SyncCounts);
        for (var part = order.FirstPart; part < order.FirstPart + order.Parts; part++)
        {
            // Said before it is sent: what is gone when it is sent again was deleted by us.
            var sent = StagedNames.Sent(order.Deletes, part);
            var mayHaveBeenSent = await store.ExistsAsync(sent, cancellationToken);
            if (!mayHaveBeenSent)
            {
                await store.PutAsync(sent, Stream.Null, isText: false, cancellationToken);
            }

            counts += await WriteAsync(session, StagedNames.Part(order.Deletes, part), "A part of the deletes", mayHaveBeenSent, cancellationToken);
        }

        return await CloseAsync(session, order.Plan, counts, cancellationToken);
    }

    private async Task<Session> OpenAsync(SyncRequest request, string? report, long rejected, CancellationToken cancellationToken)
    {
        var before = await WriteReport.GetAsync(store, report, cancellationToken);
        var preview = request.DryRun ? before.Preview ?? new SyncPreview() : null;
        var monitor = new RejectionMonitor(rejectionLimits);
        monitor.Resume(rejected);
        monitor.Resume(before.Run);
        return new Session(newWriter(monitor, preview), monitor, before.Rejections, preview);
    }

    private async Task<WriteAnswer> CloseAsync(Session session, string plan, SyncCounts counts, CancellationToken cancellationToken)
    {
        var report = new WriteReport(session.Rejections, session.Monitor.Run, session.Preview);
        return new WriteAnswer(counts, await report.PutAsync(store, plan, cancellationToken));
    }

    private Task<SyncCounts> WriteAsync(Session session, string name, string what, bool mayHaveBeenSent, CancellationToken cancellationToken) => StagedContent.GuardAsync(what, async () =>
    {
        await using var content = await StagedContent.OpenAsync(store, name, what, cancellationToken);
        session.Rejections.Merge(await StagedBatches.ReadStartAsync(content, cancellationToken));
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task<BulkReport>> writes = [];
        try
        {
            await foreach (var (batch, isAfterAll) in StagedBatches.ReadAsync(content, abort.Token))
            {
                if (isAfterAll)
                {
                    await Task.WhenAll(writes);
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
