using Connectors.Sync.Content;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine.Changes;
using Connectors.Sync.Filtering;
using Connectors.Sync.Sources;
using Connectors.Sync.Staging;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine.Staged;

/// <summary>Reads on in what changed, and stages what has to be written. Nothing is compared, and nothing is written to the index.</summary>
internal sealed class ReadChangesStep(IStagingStore store, SyncEngineOptions options, ContentExtraction extraction, StagedSyncOptions limits, TimeProvider time, ILogger logger)
{
    /// <summary>Reads the page that <paramref name="order"/> asks for. The last page of changes keeps, in place of the next page, where the next sync begins.</summary>
    public async Task<ReadAnswer> ReadAsync(OpenedPlan opened, SyncRequest request, IDataSource source, ReadOrder order, CancellationToken cancellationToken)
    {
        if (source is not IChangeFeed feed)
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
        return await ReadAsync(opened, request, feed, after, making, cancellationToken) is { } lost
            ? new ReadAnswer(string.Empty, IsLast: false, HasWork: false, default, lost)
            : (await making.StageAsync(store, opened, order, before, cancellationToken)).Answer;
    }

    /// <summary>Reads as much as a step takes; gives the reason when the changes can't be had.</summary>
    private async Task<string?> ReadAsync(OpenedPlan opened, SyncRequest request, IChangeFeed feed, PageToken after, PageInMaking making, CancellationToken cancellationToken)
    {
        var step = new ChangeStep(PageStep.ForChanges(request, options, extraction, time), options.Bulk, DocumentFilter.For(request.Rules));
        while (!making.IsFull)
        {
            ChangePage page;
            try
            {
                page = await feed.ReadChangesAsync(opened.Plan.Cursor!, after, options.Page, cancellationToken);
            }
            catch (ConnectorException failure) when (failure.Kind is FailureKind.Retry && !making.IsEmpty)
            {
                // What was read stands. The next step meets the failure again, if it lasts.
                SyncLog.ReadBrokenOff(logger, "changes", failure.Message);
                return null;
            }

            if (page.LostBecause is { } reason)
            {
                page.Dispose();
                return reason;
            }

            // The plan takes the page over.
            var plan = await step.PlanAsync(page, cancellationToken);
            making.Add(plan, page.Cursor);
            if (!plan.IsLast && plan.Next == after)
            {
                throw new ConnectorException($"The source did not get beyond '{after}' in its changes. This is a fault of the source.");
            }

            after = plan.Next;
        }

        return null;
    }
}
