using System.Text;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Bulk.Documents;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Filtering;

namespace Connectors.Sync.Engine.Changes;

/// <summary>
/// Plans the writes of a page of changes. A source may tell more than what changed, since it reads a little further back than the last
/// sync: what the index has already in the same version is left alone. Every deleted id is deleted. Idempotent.
/// </summary>
/// <remarks>What counts is what the index held before the page, so counts don't depend on lost responses and earlier runs.</remarks>
/// <param name="index">The index, where all pages before are written already; <see langword="null"/> where they may not be, and the
/// comparison has to wait for the write (<see cref="Staged.Steps.ChangeDecisions"/>).</param>
/// <param name="request">The sync.</param>
/// <param name="pages">Composes documents; without a filter of its own.</param>
/// <param name="options">How syncs are run.</param>
internal sealed class IncrementalPageStep(IContentIndex? index, SyncRequest request, PageStep pages, SyncEngineOptions options)
{
    private readonly BulkWriterOptions _bulk = options.Bulk;
    private readonly DocumentFilter? _filter = DocumentFilter.For(request.Rules);

    /// <summary>Plans <paramref name="page"/>; the caller disposes both. The plan owns the share.</summary>
    /// <param name="page">The page as the source gave it.</param>
    /// <param name="wasHeld">Ids of this page that an earlier run may have sent, and whether the index held them before. They are sent
    /// again.</param>
    /// <param name="share">The page's share of a budget; <see langword="null"/> where none is kept.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task<PagePlan> PlanAsync(
        ChangePage page,
        IReadOnlyDictionary<string, bool> wasHeld,
        FlightShare? share,
        CancellationToken cancellationToken
    )
    {
        // A document that a rule excludes now may have been indexed before it changed.
        var (excluded, kept) = Filter(page.Upserts);
        var indexed = await IndexedAsync(Ids(page.Upserts), wasHeld, cancellationToken);
        var plan = await pages.PlanAsync(
            page.Upserts,
            indexed,
            new SeenIds(indexed.Count),
            skipUnchanged: options.SkipUnchanged,
            fetchContent: true,
            share,
            cancellationToken
        );
        try
        {
            // An earlier page may have reported an earlier state of the same document. Nothing is listed, so seen ids are not needed.
            plan.HasRepeats = true;
            plan.PageSeen = new PageSeenIds();
            plan.Counts += new SyncCounts(Read: excluded.Count + page.DeletedIds.Count, Excluded: excluded.Count);
            plan.Reopen(_bulk);
            List<string> deleted = [.. excluded.Concat(page.DeletedIds).Where(id => !kept.Contains(id)).Distinct(StringComparer.Ordinal)];
            await AddDeletesAsync(plan, deleted, wasHeld, cancellationToken);
            plan.Complete();
            plan.Settle();
            return plan;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }

    /// <summary>Deletes are sent whether the index has the document or not.</summary>
    private async Task AddDeletesAsync(
        PagePlan plan,
        List<string> deleted,
        IReadOnlyDictionary<string, bool> wasHeld,
        CancellationToken cancellationToken
    )
    {
        // An earlier run may have written what the source deleted since.
        var held = wasHeld.Where(pair => pair.Value).ToDictionary(StringComparer.Ordinal);
        var indexed = await IndexedAsync(deleted, held, cancellationToken);
        foreach (var id in deleted.Select(IndexedVersions.IdInIndex))
        {
            DocumentLines.WriteDelete(plan.OpenBatch().Buffer, Encoding.UTF8.GetBytes(id));
            plan.Add(index is null || indexed.Holds(id) ? BulkOperationKind.Delete : BulkOperationKind.DeleteAbsent, _bulk);
        }
    }

    private async Task<IdSnapshot> IndexedAsync(
        List<string> ids,
        IReadOnlyDictionary<string, bool> wasHeld,
        CancellationToken cancellationToken
    ) =>
        index is null
            ? IdSnapshot.Empty
            : await IndexedVersions.ReadAsync(
                index,
                request.IndexName,
                ids.Select(IndexedVersions.IdInIndex),
                wasHeld,
                cancellationToken
            );

    private (List<string> Excluded, HashSet<string> Kept) Filter(SourcePage page)
    {
        var all = Ids(page);
        var excluded = _filter?.Apply(page) ?? 0;
        var kept = excluded > 0 ? Ids(page).ToHashSet(StringComparer.Ordinal) : all.ToHashSet(StringComparer.Ordinal);

        // Unreadable documents are neither written nor deleted.
        kept.UnionWith(page.UnreadableIds);
        return (excluded > 0 ? [.. all.Where(id => !kept.Contains(id))] : [], kept);
    }

    private static List<string> Ids(SourcePage page)
    {
        var ids = new List<string>(page.Count);
        for (var index = 0; index < page.Count; index++)
        {
            ids.Add(Encoding.UTF8.GetString(page[index].Id.Span));
        }

        return ids;
    }
}
