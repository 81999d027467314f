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

/// <summary>Reads pages of a partition, compares them, and stages the writes and the seen ids. Writes nothing to the index.</summary>
internal sealed class ReadStep(
    IStagingStore store,
    SyncEngineOptions options,
    ContentExtraction extraction,
    StagedSyncOptions limits,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>Reads the page that <paramref name="input"/> asks for.</summary>
    public async Task<ReadPageResult> ReadAsync(
        LoadedPlan opened,
        SyncRequest request,
        SourceReader source,
        ReadPageInput input,
        CancellationToken cancellationToken
    )
    {
        if (input.Partition < 0 || input.Partition >= opened.Plan.Partitions.Count)
        {
            throw new ConnectorException($"There is no partition {input.Partition} in this sync.");
        }

        var (seen, before) = await SeenBeforeAsync(opened, input, cancellationToken);
        if (before is { IsLast: true })
        {
            throw new ConnectorException($"Partition '{opened.Plan.Partitions[input.Partition].Name}' was read to its end already.");
        }

        using var making = new PageBuilder(limits.For(opened.Plan.PassesInference), time);
        var after = before is null ? PageToken.Start : new PageToken(before.Next);
        await ReadAsync(opened, request, source, input.Partition, after, seen, making, cancellationToken);
        var (result, page) = await making.StageAsync(store, opened, input, before, cancellationToken);
        opened.KeepSeen(input.Partition, new PartitionSeen(result.Page, page, seen));
        return result;
    }

    /// <summary>The ids that the partition saw before the requested page: remembered, or collected from the previous pages.</summary>
    private async Task<(SeenIds Seen, StagedPage? Before)> SeenBeforeAsync(
        LoadedPlan opened,
        ReadPageInput input,
        CancellationToken cancellationToken
    )
    {
        // Removed from the cache: a step that fails half-way, or runs twice, must not leave wrong ids behind.
        var remembered = opened.TakeSeen(input.Partition);
        if (input.After is not { } last)
        {
            return (new SeenIds(opened.Ids.Snapshot.Count), null);
        }

        if (remembered?.Name == last)
        {
            return (remembered.Seen, remembered.Page);
        }

        var seen = remembered?.Seen ?? new SeenIds(opened.Ids.Snapshot.Count);
        var (page, metKnown) = await PageChain.ReadAsync(
            store,
            input.Partition,
            last,
            remembered?.Name,
            (_, marks) => seen.Add(marks),
            cancellationToken
        );
        if (remembered is not null && !metKnown)
        {
            // The remembered ids belong to a page that does not count. All pages that count have been received: start again from nothing.
            seen = new SeenIds(opened.Ids.Snapshot.Count);
            (page, _) = await PageChain.ReadAsync(
                store,
                input.Partition,
                last,
                known: null,
                (_, marks) => seen.Add(marks),
                cancellationToken
            );
        }

        return (seen, page);
    }

    private async Task ReadAsync(
        LoadedPlan opened,
        SyncRequest request,
        SourceReader source,
        int number,
        PageToken after,
        SeenIds seen,
        PageBuilder making,
        CancellationToken cancellationToken
    )
    {
        var step = PageStep.For(request, options.For(opened.Plan.PassesInference), extraction, source.Calls, time);
        var partition = opened.Plan.Partitions[number];
        await foreach (
            var page in making.WhileNotFullAsync(
                source.ReadPagesAsync(partition, after, options.Page, opened.Plan.ReadsIdsOnly, cancellationToken),
                PartitionText.Of(partition),
                logger
            )
        )
        {
            if (page.Restarts)
            {
                SyncLog.PartitionRestarted(logger, PartitionText.Of(partition));
            }

            making.Add(
                await step.PlanAsync(
                    page,
                    opened.Ids.Snapshot,
                    seen,
                    opened.Plan.SkipUnchanged,
                    fetchContent: !request.DryRun,
                    cancellationToken
                )
            );
        }
    }
}
