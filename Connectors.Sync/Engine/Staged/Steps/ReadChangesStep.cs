using Connectors.Abstractions;
using Connectors.Sync.Content;
using Connectors.Sync.Engine.Changes;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Sync.Staging;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine.Staged.Steps;

/// <summary>Reads changes, and stages the writes. Nothing is compared, and nothing is written to the index.</summary>
internal sealed class ReadChangesStep(
    IStagingStore store,
    SyncEngineOptions options,
    ContentExtraction extraction,
    StagedSyncOptions limits,
    TimeProvider time,
    ILogger logger
)
{
    // What was sent is known when a page is written.
    private static readonly Dictionary<string, bool> NothingSent = [];

    /// <summary>
    /// Reads the page that <paramref name="input"/> asks for. The last page of changes stores the next sync's cursor instead of the next
    /// page's token.
    /// </summary>
    public async Task<ReadPageResult> ReadAsync(
        LoadedPlan opened,
        SyncRequest request,
        SourceReader source,
        ReadPageInput input,
        CancellationToken cancellationToken
    )
    {
        if (!source.IsChangeFeed)
        {
            throw new ConnectorException($"{source.Description.Name} can no longer report changes. Start the sync again.");
        }

        var before = input.After is { } last ? (await StagedPage.GetAsync(store, last, cancellationToken)).Page : null;
        if (before is { IsLast: true })
        {
            throw new ConnectorException("The changes were read to their end already.");
        }

        using var making = new PageBuilder(limits.For(opened.Plan.PassesInference), time);
        var after = before is null ? PageToken.Start : new PageToken(before.Next);
        return await ReadAsync(opened, request, source, after, making, cancellationToken) is { } lost
            ? new ReadPageResult(new PageName(string.Empty), IsLast: false, HasWork: false, default, lost)
            : (await making.StageAsync(store, opened, input, before, cancellationToken)).Answer;
    }

    /// <summary>Reads as much as a step takes; returns the reason when the cursor has expired.</summary>
    private async Task<string?> ReadAsync(
        LoadedPlan opened,
        SyncRequest request,
        SourceReader source,
        PageToken after,
        PageBuilder making,
        CancellationToken cancellationToken
    )
    {
        var effective = options.For(opened.Plan.PassesInference);
        var pages = PageStep.ForChanges(request, effective, extraction, source.Calls, time);
        var step = new IncrementalPageStep(null, request, pages, effective);
        await foreach (
            var page in making.WhileNotFullAsync(
                source.ReadChangesAsync(opened.Plan.Cursor!, after, options.Page, cancellationToken),
                "the changes",
                logger
            )
        )
        {
            if (page.ExpiredReason is { } reason)
            {
                page.Dispose();
                return reason;
            }

            // The plan owns the page.
            making.Add(await step.PlanAsync(page, NothingSent, share: null, cancellationToken), page.Cursor);
        }

        return null;
    }
}
