using Connectors.Abstractions;
using Connectors.Sync.Engine.Changes;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Engine.Staged.Steps;

/// <summary>The last step: what <see cref="SyncCompletion"/> and <see cref="IncrementalCompletion"/> do, with the reports of the steps
/// before it.</summary>
internal sealed class CompleteStep(IStagingStore store, IContentIndex index, SyncEngineOptions options)
{
    /// <summary>Completes the sync.</summary>
    public async Task<CompleteResult> CompleteAsync(
        StoredPlan plan,
        SyncRequest request,
        CompleteInput input,
        CancellationToken cancellationToken
    )
    {
        var (rejections, preview) = await WriteReport.MergeAsync(store, input.Reports, cancellationToken);
        long total;
        string? cursor;
        if (request.Kind == SyncKind.Incremental)
        {
            cursor = await CursorAfterAsync(input.LastPage, cancellationToken);
            total = await new IncrementalCompletion(index, options).CompleteAsync(request, plan, input.Counts, cancellationToken);
        }
        else
        {
            cursor = plan.Cursor;
            total = await new SyncCompletion(index, options).CompleteAsync(request, plan, input.IsListed, rejections, cancellationToken);
        }

        return new CompleteResult(
            total,
            rejections,
            preview,
            SyncCursor.After(request, cursor, plan.IndexUuid),
            plan.Fallback,
            plan.Rewrite
        );
    }

    /// <summary>Where the next incremental sync begins.</summary>
    private async Task<string> CursorAfterAsync(PageName? lastPage, CancellationToken cancellationToken) =>
        lastPage is not null && (await StagedPage.GetAsync(store, lastPage, cancellationToken)).Page is { IsLast: true } page
            ? page.Next
            : throw new ConnectorException("The changes were not read to their end. Start the sync again.");
}
