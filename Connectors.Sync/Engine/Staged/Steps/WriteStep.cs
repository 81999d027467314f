using Connectors.Sync.Bulk;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Sync.Staging;

namespace Connectors.Sync.Engine.Staged.Steps;

/// <summary>Writes staged batches to the index. Idempotent: operations are idempotent by id, and counts depend only on the diff.</summary>
/// <param name="store">Where the batches are.</param>
/// <param name="writers">Makes what they are written with.</param>
/// <param name="decisions">Decides what of a batch of changes is written.</param>
/// <param name="rejectionLimits">When too much is rejected.</param>
/// <param name="passesInference">Whether Elasticsearch asks an inference endpoint about what is written.</param>
internal sealed class WriteStep(
    IStagingStore store,
    BatchWriters writers,
    ChangeDecisions decisions,
    RejectionLimits rejectionLimits,
    bool passesInference
)
{
    private const int MaxBufferedBatches = 8;

    /// <summary>Writes a page.</summary>
    public async Task<WriteResult> WritePageAsync(SyncRequest request, WritePageInput input, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(request, input.Report, input.Rejected, cancellationToken);
        WriteBatch write =
            request.Kind == SyncKind.Incremental
                ? (batch, number, token) =>
                    decisions.WriteAsync(session.Writer, request.IndexName, batch, StagedNames.Decisions(input.Page, number), token)
                : (batch, _, token) => session.Writer.WriteAsync(batch, mayHaveBeenSent: false, token);
        var counts = await WriteAsync(session, StagedNames.Batches(input.Page), "A page's batches", write, cancellationToken);
        return await SaveReportAsync(session, input.Plan, counts, cancellationToken);
    }

    /// <summary>Carries out parts of the deletes.</summary>
    public async Task<WriteResult> WriteDeletesAsync(SyncRequest request, WriteDeletesInput input, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(request, input.Report, input.Rejected, cancellationToken);
        var counts = default(SyncCounts);
        for (var part = input.FirstPart; part < input.FirstPart + input.Parts; part++)
        {
            counts += await WriteDeletesAsync(session, StagedNames.Part(input.Deletes, part), cancellationToken);
        }

        return await SaveReportAsync(session, input.Plan, counts, cancellationToken);
    }

    /// <summary>
    /// Writes a blob of deletes. If the blob is sent a second time, or by two steps at once, documents that are already gone count as
    /// deleted. So each sender creates a marker first: the first sender one, every other sender another.
    /// </summary>
    private async Task<SyncCounts> WriteDeletesAsync(Session session, string name, CancellationToken cancellationToken)
    {
        var isFirst = await store.TryCreateAsync(StagedNames.Sent(name), content: default, cancellationToken);
        if (!isFirst)
        {
            await store.TryCreateAsync(StagedNames.SentAgain(name), content: default, cancellationToken);
        }

        var counts = await WriteAsync(
            session,
            name,
            "A part of the deletes",
            (batch, _, token) => session.Writer.WriteAsync(batch, mayHaveBeenSent: !isFirst, token),
            cancellationToken
        );
        return counts.AlreadyGone > 0 && isFirst && await store.ExistsAsync(StagedNames.SentAgain(name), cancellationToken)
            ? counts with
            {
                Deleted = counts.Deleted + counts.AlreadyGone,
                AlreadyGone = 0,
            }
            : counts;
    }

    private async Task<Session> OpenAsync(SyncRequest request, ReportName? report, long rejected, CancellationToken cancellationToken)
    {
        var before = await WriteReport.GetAsync(store, report, cancellationToken);
        var preview = request.DryRun ? before.Preview ?? new SyncPreview() : null;
        var monitor = new RejectionMonitor(rejectionLimits);
        monitor.Resume(rejected);
        monitor.Resume(before.Run);
        return new Session(writers.For(request, monitor, preview, passesInference), monitor, before.Rejections, preview);
    }

    private async Task<WriteResult> SaveReportAsync(Session session, PlanName plan, SyncCounts counts, CancellationToken cancellationToken)
    {
        var report = new WriteReport(session.Rejections, session.Monitor.Run, session.Preview);
        return new WriteResult(counts, await report.PutAsync(store, plan, cancellationToken));
    }

    private Task<SyncCounts> WriteAsync(
        Session session,
        string name,
        string what,
        WriteBatch write,
        CancellationToken cancellationToken
    ) => StagedBlob.GuardAsync(what, async () =>
        {
            await using var content = await StagedBlob.OpenAsync(store, name, what, cancellationToken);
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

                    // Reading waits for writing, so that staged batches need not fit into memory.
                    var open = writes.FindAll(write => !write.IsCompleted);
                    if (open.Count >= MaxBufferedBatches)
                    {
                        await Task.WhenAny(open);
                    }

                    writes.Add(DisposingAsync(batch, write(batch, writes.Count, abort.Token)));
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
                // Report the first failure; the other writes only have to end.
                await abort.CancelAsync();
                await ((Task)Task.WhenAll(writes)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }
        });

    private static async Task<BulkReport> DisposingAsync(BulkBatch batch, Task<BulkReport> write)
    {
        using (batch)
        {
            return await write;
        }
    }

    private delegate Task<BulkReport> WriteBatch(BulkBatch batch, int number, CancellationToken cancellationToken);

    private sealed record Session(IBatchWriter Writer, RejectionMonitor Monitor, RejectionReport Rejections, SyncPreview? Preview);
}
