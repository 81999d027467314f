using Connectors.Abstractions;
using Connectors.Sync.Content;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Sync.Staging;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine.Staged.Steps;

/// <summary>Reads on in a partition, compares, and stages what has to be written and what was seen. Writes nothing to the index.</summary>
internal sealed class ReadStep(IStagingStore store, SyncEngineOptions options, ContentExtraction extraction, StagedSyncOptions limits, TimeProvider time, ILogger logger)
{
    /// <summary>Reads the page that <paramref name="order"/> asks for.</summary>
    public async Task<ReadAnswer> ReadAsync(OpenedPlan opened, SyncRequest request, SourceReader source, ReadOrder order, CancellationToken cancellationToken)
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

        using var making = new PageInMaking(limits, time);
        var after = before is null ? PageToken.Start : new PageToken(before.Next);
        await ReadAsync(opened, request, source, order.Partition, after, seen, making, cancellationToken);
        var (answer, page) = await making.StageAsync(store, opened, order, before, cancellationToken);
        opened.KeepSeen(order.Partition, new SeenSoFar(answer.Page, page, seen));
        return answer;
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

    private async Task ReadAsync(
        OpenedPlan opened, SyncRequest request, SourceReader source, int number, PageToken after, SeenIds seen, PageInMaking making, CancellationToken cancellationToken)
    {
        var step = PageStep.For(request, options, extraction, source.Calls, time);
        var partition = opened.Plan.Partitions[number];
        await foreach (var page in making.WhileNotFullAsync(
            source.ReadPagesAsync(partition, after, options.Page, opened.Plan.ReadsIdsOnly, cancellationToken), partition.Name, logger))
        {
            if (page.Restarts)
            {
                SyncLog.PartitionRestarted(logger, partition.Name);
            }

            making.Add(await step.PlanAsync(page, opened.Ids.Snapshot, seen, opened.Plan.SkipUnchanged, fetchContent: !request.DryRun, cancellationToken));
        }
    }
}
