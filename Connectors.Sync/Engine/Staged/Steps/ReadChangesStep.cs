using Connectors.Abstractions;
using Connectors.Sync.Content;
using Connectors.Sync.Engine.Changes;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Sync.Filtering;
using Connectors.Sync.Staging;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine.Staged.Steps;

/// <summary>Reads on in what changed, and stages what has to be written. Nothing is compared, and nothing is written to the index.</summary>
internal sealed class ReadChangesStep(IStagingStore store, SyncEngineOptions options, ContentExtraction extraction, StagedSyncOptions limits, TimeProvider time, ILogger logger)
{
    /// <summary>Reads the page that <paramref name="order"/> asks for. The last page of changes keeps, in place of the next page, where the next sync begins.</summary>
    public async Task<ReadAnswer> ReadAsync(OpenedPlan opened, SyncRequest request, SourceReader source, ReadOrder order, CancellationToken cancellationToken)
    {
        if (!source.IsChangeFeed)
        {
            throw new ConnectorException($"{source.Description.Name} can't tell what changed any more. Start the sync again.");
        }

        var before = order.After is { } last ? (await StagedPage.GetAsync(store, last, cancellationToken)).Page : null;
        if (before is { IsLast: true })
        {
            throw new ConnectorException("The changes were read to their end already.");
        }

        using var making = new PageInMaking(limits, time);
        var after = before is null ? PageToken.Start : new PageToken(before.Next);
        return await ReadAsync(opened, request, source, after, making, cancellationToken) is { } lost
            ? new ReadAnswer(new PageName(string.Empty), IsLast: false, HasWork: false, default, lost)
            : (await making.StageAsync(store, opened, order, before, cancellationToken)).Answer;
    }

    /// <summary>Reads as much as a step takes; gives the reason when the changes can't be had.</summary>
    private async Task<string?> ReadAsync(
        OpenedPlan opened, SyncRequest request, SourceReader source, PageToken after, PageInMaking making, CancellationToken cancellationToken)
    {
        var pages = PageStep.ForChanges(request, options, extraction, source.Calls, time);
        var step = new ChangeStep(pages, options.Bulk, DocumentFilter.For(request.Rules));
        await foreach (var page in making.WhileNotFullAsync(
            source.ReadChangesAsync(opened.Plan.Cursor!, after, options.Page, cancellationToken), "changes", logger))
        {
            if (page.LostBecause is { } reason)
            {
                page.Dispose();
                return reason;
            }

            // The plan takes the page over.
            making.Add(await step.PlanAsync(page, cancellationToken), page.Cursor);
        }

        return null;
    }
}
