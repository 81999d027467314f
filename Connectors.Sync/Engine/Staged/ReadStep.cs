using Connectors.Sync.Bulk;
using Connectors.Sync.Content;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Diff;
using Connectors.Sync.Sources;
using Connectors.Sync.Staging;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine.Staged;

/// <summary>Reads on in a partition, compares, and stages what has to be written and what was seen. Writes nothing to the index.</summary>
internal sealed class ReadStep(IStagingStore store, SyncEngineOptions options, StagedSyncOptions limits, TimeProvider time, ILogger logger)
{
    /// <summary>Reads the page that <paramref name="order"/> asks for.</summary>
    public async Task<ReadAnswer> ReadAsync(OpenedPlan opened, SyncRequest request, IDataSource source, ReadOrder order, CancellationToken cancellationToken)
    {
        if (order.Partition < 0 || order.Partition >= opened.Plan.Partitions.Count)
        {
            throw new ConnectorException($"There is no partition {order.Partition} in this sync.");
        }

        var (seen, before) = await SeenBeforeAsync(opened, order, cancellationToken);
        if (before is { IsLast: true })
        {
            throw new ConnectorException($"Partition '{opened.Plan.Partitions[order.Partition].Name}' was read to its end already.");
        }

        var plans = new List<PagePlan>();
        try
        {
            var after = before is null ? PageToken.Start : new PageToken(before.Next);
            await ReadAsync(opened, request, source, order.Partition, after, seen, plans, cancellationToken);
            var page = Join(order, before, plans, out var marks);
            var name = StagedNames.NewPage(opened.Name, page.Partition, page.Number);
            var hasWork = await PutBatchesAsync(name, plans, cancellationToken);
            await page.PutAsync(store, name, marks, cancellationToken);
            opened.KeepSeen(order.Partition, new SeenSoFar(name, page, seen));
            return new ReadAnswer(name, page.IsLast, hasWork, page.Counts);
        }
        finally
        {
            plans.ForEach(plan => plan.Dispose());
        }
    }

    /// <summary>What the partition met before the page that is asked for: remembered, or gathered from the pages before it.</summary>
    private async Task<(SeenIds Seen, StagedPage? Before)> SeenBeforeAsync(OpenedPlan opened, ReadOrder order, CancellationToken cancellationToken)
    {
        // Taken away: a step that dies half-way, or is done beside this one, leaves nothing behind that could be mistaken for what counts.
        var remembered = opened.TakeSeen(order.Partition);
        if (order.After is not { } last)
        {
            return (new SeenIds(opened.Ids.Snapshot.Count), null);
        }

        if (remembered?.Name == last)
        {
            return (remembered.Seen, remembered.Page);
        }

        var seen = remembered?.Seen ?? new SeenIds(opened.Ids.Snapshot.Count);
        var (page, metKnown) = await PageChain.ReadAsync(store, order.Partition, last, remembered?.Name, (_, marks) => seen.Add(marks), cancellationToken);
        if (remembered is not null && !metKnown)
        {
            // What was remembered comes from a page that does not count. All that do have been received: once more, from nothing.
            seen = new SeenIds(opened.Ids.Snapshot.Count);
            (page, _) = await PageChain.ReadAsync(store, order.Partition, last, known: null, (_, marks) => seen.Add(marks), cancellationToken);
        }

        return (seen, page);
    }

    private async Task ReadAsync(OpenedPlan opened, SyncRequest request, IDataSource source, int number, PageToken after, SeenIds seen, List<PagePlan> plans, CancellationToken cancellationToken)
    {
        var step = new PageStep(new DocumentLines(request.Pipeline), options.Bulk, options.ContentConcurrency, new ContentReader(options.Content), time);
        var partition = opened.Plan.Partitions[number];
        var start = time.GetTimestamp();
        do
        {
            SourcePage page;
            try
            {
                page = await source.ReadPageAsync(partition, after, options.Page, cancellationToken);
            }
            catch (ConnectorException failure) when (failure.Kind is FailureKind.Retry && plans.Count > 0)
            {
                // What was read stands. The next step meets the failure again, if it lasts.
                SyncLog.ReadBrokenOff(logger, partition.Name, failure.Message);
                return;
            }

            using (page)
            {
                if (page.Restarts)
                {
                    SyncLog.PartitionRestarted(logger, partition.Name);
                }

                plans.Add(await step.PlanAsync(page, opened.Ids.Snapshot, seen, opened.Plan.SkipUnchanged, fetchContent: !request.DryRun, cancellationToken));
            }

            if (!plans[^1].IsLast && plans[^1].Next == after)
            {
                throw new ConnectorException($"The source did not get beyond '{after}' in partition '{partition.Name}'. This is a fault of the source.");
            }

            after = plans[^1].Next;
        }
        while (!plans[^1].IsLast && !IsFull(plans) && time.GetElapsedTime(start) < limits.MaxReadTime);
    }

    private bool IsFull(List<PagePlan> plans) =>
        plans.Sum(plan => plan.Counts.Read) >= limits.MaxDocuments
        || plans.Sum(plan => plan.Batches.Sum(batch => batch.Count)) >= limits.MaxOperations
        || plans.Sum(plan => plan.Batches.Sum(batch => (long)batch.SizeInBytes)) >= limits.MaxBytes;

    private static StagedPage Join(ReadOrder order, StagedPage? before, List<PagePlan> plans, out PageMarks marks)
    {
        marks = new PageMarks();
        var counts = default(SyncCounts);
        foreach (var plan in plans)
        {
            marks.Ordinals.AddRange(plan.Marks.Ordinals);
            marks.AddedKeys.AddRange(plan.Marks.AddedKeys);
            marks.Changed.AddRange(plan.Marks.Changed);
            marks.Unreadable.AddRange(plan.Marks.Unreadable);
            counts += plan.Counts;
        }

        return new StagedPage(
            order.Partition,
            before is null ? 0 : before.Number + 1,
            before is null ? [] : [order.After!, .. before.Trail.Take(StagedPage.MaxTrail - 1)],
            plans[^1].Next.ToString(),
            plans[^1].IsLast,
            plans.Select(plan => plan.Gap).FirstOrDefault(gap => gap is not null),
            counts);
    }

    private async Task<bool> PutBatchesAsync(string page, List<PagePlan> plans, CancellationToken cancellationToken)
    {
        if (plans.TrueForAll(plan => plan.Batches.Count == 0 && plan.Rejections.Total == 0))
        {
            return false;
        }

        using var buffer = new PooledBuffer();
        var rejections = new RejectionReport();
        plans.ForEach(plan => rejections.Merge(plan.Rejections));
        StagedBatches.WriteStart(buffer, rejections);
        foreach (var plan in plans)
        {
            for (var index = 0; index < plan.Batches.Count; index++)
            {
                StagedBatches.Write(buffer, plan.Batches[index], isAfterAll: index == 0 && plan.HasRepeats);
            }
        }

        StagedBatches.WriteEnd(buffer);
        await using var content = buffer.OpenRead();
        await store.PutAsync(StagedNames.Batches(page), content, isText: true, cancellationToken);
        return true;
    }
}
