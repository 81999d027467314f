using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Engine.Changes;

/// <summary>
/// One run of an incremental sync in this process. Pages are written one after the other, because a later page may hold a later state of
/// the same document; each is journaled once it is written.
/// </summary>
internal sealed class IncrementalRun(
    StoredPlan plan,
    LocalSyncState state,
    IncrementalPageStep step,
    IBatchWriter writer,
    SyncEngineOptions options,
    FlightBudget flight,
    SyncProgress progress,
    TimeProvider time
)
{
    /// <summary>What an earlier run may have sent of the next page, and whether the index held it before.</summary>
    private readonly Dictionary<string, bool> _wasHeld = new(StringComparer.Ordinal);

    /// <summary>Counts so far, including earlier runs.</summary>
    public SyncCounts Counts { get; private set; }

    /// <summary>What was refused or unreadable so far, with earlier runs.</summary>
    public RejectionReport Rejections { get; } = new();

    /// <summary>Where the next page begins.</summary>
    public PageToken Token { get; private set; }

    /// <summary>Where the next sync begins; <see langword="null"/> until the last page is written.</summary>
    public string? Cursor { get; private set; }

    /// <summary>Applies a page that an earlier run wrote.</summary>
    public void Replay(JournalRecord record)
    {
        switch (record)
        {
            case PageDone { Next: not null } page:
                Note(page);
                break;
            case ChangesSent sent:
                Note(sent);
                break;
            case WrittenBefore before:
                Counts += before.Counts;
                progress.Add(before.Counts);
                break;
        }
    }

    /// <summary>Reads and writes until the last page is done, or the reader is stopped.</summary>
    /// <param name="source">The source, a change feed.</param>
    /// <param name="beforeWriting">Called before a page that writes anything.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <returns>Why the cursor can't be used; <see langword="null"/> when all changes were read, or reading was stopped.</returns>
    public async Task<string?> ReadAsync(SourceReader source, Func<Task> beforeWriting, CancellationToken cancellationToken)
    {
        try
        {
            return Cursor is null ? await ReadPagesAsync(source, beforeWriting, cancellationToken) : null;
        }
        catch (OperationCanceledException) when (source.Calls.Stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The contents of a page did not come in time. It is read again when the sync goes on.
            return null;
        }
    }

    private async Task<string?> ReadPagesAsync(SourceReader source, Func<Task> beforeWriting, CancellationToken cancellationToken)
    {
        var size = PageSize.Within(flight.Limit, options.Page, partitions: 1);
        var changes = source.ReadChangesAsync(plan.Cursor!, Token, size.Limits, cancellationToken);
        var budgeted = new BudgetedPages(flight, size.Share, time, source.Calls.Stop);
        await foreach (var (page, share) in budgeted.ReadAsync(changes, cancellationToken))
        {
            using var held = share;
            using var read = page;
            if (page.ExpiredReason is { } reason)
            {
                return reason;
            }

            using var pagePlan = await step.PlanAsync(page, _wasHeld, share, cancellationToken);
            if (pagePlan.Batches.Count > 0 || pagePlan.HasMore)
            {
                await beforeWriting();
            }

            var done = await WriteAsync(pagePlan, page.Cursor, cancellationToken);
            await state.AppendAsync(done, CancellationToken.None);
            Note(done);
        }

        return null;
    }

    private async Task<PageDone> WriteAsync(PagePlan page, string? cursor, CancellationToken cancellationToken)
    {
        var counts = default(SyncCounts);
        do
        {
            if (page.Batches.Count > 0)
            {
                await state.AppendAsync(ChangesSent.Of(page.Batches), cancellationToken);
            }

            // What the index held before counts as deleted, no matter whose request deleted it.
            var reports = await Task.WhenAll(
                page.Batches.Select(batch => writer.WriteAsync(batch, mayHaveBeenSent: true, cancellationToken))
            );
            foreach (var report in reports)
            {
                counts += report.Counts;
                page.Rejections.Merge(report.Rejections);
            }
        } while (await page.ComposeNextAsync(cancellationToken));

        return new PageDone(
            0,
            cursor ?? page.Next.Value,
            page.IsLast,
            page.Counts + counts,
            page.Rejections.Total == 0 ? null : page.Rejections,
            page.Gap
        );
    }

    /// <summary>Keeps what the index held before a document was sent first: later runs may have found their own writes.</summary>
    private void Note(ChangesSent sent)
    {
        foreach (var id in sent.Added)
        {
            _wasHeld.TryAdd(id, false);
        }

        foreach (var id in sent.Held)
        {
            _wasHeld.TryAdd(id, true);
        }
    }

    private void Note(PageDone page)
    {
        _wasHeld.Clear();
        if (page.IsLast)
        {
            Cursor = page.Next;
        }
        else
        {
            Token = new PageToken(page.Next);
        }

        Counts += page.Counts;
        if (page.Rejections is not null)
        {
            Rejections.Merge(page.Rejections);
        }

        progress.Add(page.Counts);
    }
}
