using System.Text;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Bulk.Documents;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Filtering;

namespace Connectors.Sync.Engine.Changes;

/// <summary>
/// Plans the writes of a page of changes. It does not compare with the index: every reported document is written, every deleted id is
/// deleted. Idempotent.
/// </summary>
/// <param name="pages">Composes documents; without a filter of its own.</param>
/// <param name="bulk">The size of batches.</param>
/// <param name="filter">Which documents are synced.</param>
internal sealed class IncrementalPageStep(PageStep pages, BulkWriterOptions bulk, DocumentFilter? filter)
{
    /// <summary>Plans <paramref name="page"/>; the caller disposes both.</summary>
    public async Task<PagePlan> PlanAsync(ChangePage page, CancellationToken cancellationToken)
    {
        // A document that a rule excludes now may have been indexed before it changed.
        var (excluded, kept) = Filter(page.Upserts);
        var plan = await pages.PlanAsync(
            page.Upserts,
            IdSnapshot.Empty,
            new SeenIds(0),
            skipUnchanged: false,
            fetchContent: true,
            cancellationToken
        );
        try
        {
            // An earlier page may have reported an earlier state of the same document. Nothing is compared, so seen ids are not needed.
            plan.HasRepeats = true;
            plan.PageSeen = new PageSeenIds();
            plan.Counts += new SyncCounts(Read: excluded.Count + page.DeletedIds.Count, Excluded: excluded.Count);
            plan.Reopen(bulk);
            foreach (var id in excluded.Concat(page.DeletedIds).Where(id => !kept.Contains(id)).Distinct(StringComparer.Ordinal))
            {
                ReadOnlySpan<byte> utf8 = Encoding.UTF8.GetBytes(id);
                DocumentLines.WriteDelete(plan.OpenBatch().Buffer, DocumentId.IsTooLong(utf8) ? DocumentId.Shorten(utf8) : utf8);
                plan.Add(BulkOperationKind.Delete, bulk);
            }

            plan.Complete();
            return plan;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }

    private (List<string> Excluded, HashSet<string> Kept) Filter(SourcePage page)
    {
        var all = Ids(page);
        var excluded = filter?.Apply(page) ?? 0;
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
