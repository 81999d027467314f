using System.Buffers;
using Connectors.Sync.Bulk;
using Connectors.Sync.Content;
using Connectors.Sync.Diff;
using Connectors.Sync.Filtering;
using Connectors.Sync.Sources;

namespace Connectors.Sync.Engine;

/// <summary>
/// Turns a page into what has to be written: compares it with the snapshot, fetches contents where they are needed, and cuts batches. May be done
/// again for the same page without harm.
/// </summary>
internal sealed class PageStep(DocumentLines lines, BulkWriterOptions bulk, int contentConcurrency, ContentReader contents, TimeProvider time, DocumentFilter? filter = null, BulkOperationKind addAs = BulkOperationKind.Add, bool isMarkingOnly = false)
{
    /// <summary>Plans <paramref name="page"/>; the caller disposes both.</summary>
    /// <param name="page">The page as the source gave it.</param>
    /// <param name="snapshot">The index at the start.</param>
    /// <param name="seen">What the sync has met so far; locked while this page is added.</param>
    /// <param name="skipUnchanged">Whether documents that did not change are left alone.</param>
    /// <param name="fetchContent">False in a dry run.</param>
    public async Task<PagePlan> PlanAsync(SourcePage page, IdSnapshot snapshot, SeenIds seen, bool skipUnchanged, bool fetchContent, CancellationToken cancellationToken)
    {
        // Before anything else: what a rule leaves out is as if the source did not have it.
        var excluded = filter?.Apply(page) ?? 0;
        var plan = new PagePlan(page);
        var verdicts = ArrayPool<Verdict>.Shared.Rent(Math.Max(page.Count, 1));
        var facts = ArrayPool<DocumentFacts>.Shared.Rent(Math.Max(page.Count, 1));
        try
        {
            var ids = Describe(page, facts);
            Compare(page, facts.AsSpan(0, page.Count), snapshot, seen, skipUnchanged, verdicts, plan);
            plan.Counts += new SyncCounts(Read: excluded, Excluded: excluded);
            if (isMarkingOnly)
            {
                // What the source has is known now, and that is all that was asked for.
                plan.HasRepeats = false;
                return plan;
            }

            var texts = fetchContent ? await FetchAsync(page, verdicts, plan, cancellationToken) : null;
            Compose(page, ids, facts, verdicts, texts, plan);
            plan.Complete();
            return plan;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<Verdict>.Shared.Return(verdicts);
            ArrayPool<DocumentFacts>.Shared.Return(facts);
        }
    }

    /// <summary>Key and version of every document, and the shortened ids of those whose own is too long.</summary>
    private static Dictionary<int, byte[]>? Describe(SourcePage page, DocumentFacts[] facts)
    {
        Dictionary<int, byte[]>? shortened = null;
        for (var index = 0; index < page.Count; index++)
        {
            var document = page[index];
            var id = document.Id.Span;
            if (DocumentId.IsTooLong(id))
            {
                shortened ??= [];
                shortened[index] = DocumentId.Shorten(id);
                id = shortened[index];
            }

            facts[index] = new DocumentFacts(
                DocumentKey.Of(id),
                document.Timestamp is { } timestamp
                    ? DocumentVersion.FromTimestamp(timestamp)
                    : DocumentVersion.FromDigest(DocumentVersion.Digest(document.Body.Span)));
        }

        return shortened;
    }

    private static void Compare(SourcePage page, ReadOnlySpan<DocumentFacts> facts, IdSnapshot snapshot, SeenIds seen, bool skipUnchanged, Span<Verdict> verdicts, PagePlan plan)
    {
        lock (seen)
        {
            plan.Marks = PageDiff.Compare(facts, snapshot, seen, skipUnchanged, verdicts);
            foreach (var id in page.UnreadableIds)
            {
                ReadOnlySpan<byte> utf8 = System.Text.Encoding.UTF8.GetBytes(id);
                PageDiff.MarkUnreadable(DocumentKey.Of(DocumentId.IsTooLong(utf8) ? DocumentId.Shorten(utf8) : utf8), snapshot, seen, plan.Marks);
            }
        }

        foreach (var problem in page.Problems)
        {
            plan.Rejections.Add(new Rejection(problem.Id, "unreadable", problem.Reason));
        }

        var counts = new SyncCounts(Read: page.Count, Unreadable: page.Problems.Count);
        foreach (var verdict in verdicts[..page.Count])
        {
            switch (verdict)
            {
                case Verdict.Skip:
                    counts = counts with { Skipped = counts.Skipped + 1 };
                    break;
                case Verdict.Superseded:
                    counts = counts with { Duplicates = counts.Duplicates + 1 };
                    break;
                case Verdict.Repeat:
                    plan.HasRepeats = true;
                    break;
            }
        }

        plan.Counts = counts;
    }

    private async Task<ContentText?[]?> FetchAsync(SourcePage page, Verdict[] verdicts, PagePlan plan, CancellationToken cancellationToken)
    {
        var wanted = Enumerable.Range(0, page.Count).Where(index => IsWritten(verdicts[index]) && page[index].Content is not null).ToArray();
        if (wanted.Length == 0)
        {
            return null;
        }

        var texts = new ContentText?[page.Count];
        plan.Texts = texts;
        var options = new ParallelOptions { MaxDegreeOfParallelism = contentConcurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(wanted, options, async (index, token) =>
        {
            texts[index] = await contents.ReadAsync(page[index].Content!, token);
        });
        foreach (var index in wanted)
        {
            if (texts[index] is { IsProblem: true, Reason: { } reason })
            {
                plan.Rejections.Add(new Rejection(System.Text.Encoding.UTF8.GetString(page[index].Id.Span), "content", reason));
            }
        }

        return texts;
    }

    private void Compose(SourcePage page, Dictionary<int, byte[]>? shortened, DocumentFacts[] facts, Verdict[] verdicts, ContentText?[]? texts, PagePlan plan)
    {
        var now = time.GetUtcNow();
        for (var index = 0; index < page.Count; index++)
        {
            if (!IsWritten(verdicts[index]))
            {
                continue;
            }

            var document = page[index];
            var batch = plan.OpenBatch();
            var original = shortened is not null && shortened.ContainsKey(index);

            // Nothing changes in the source when a content becomes readable: without the document's own stamp it is written again at the next sync.
            var isIncomplete = texts?[index] is { IsProblem: true };
            lines.WriteUpsert(
                batch.Buffer,
                original ? shortened![index] : document.Id.Span,
                original ? document.Id.Span : default,
                isIncomplete ? now : document.Timestamp ?? now,
                document.Timestamp is null && !isIncomplete ? (long)facts[index].Version.Value : null,
                document.Body.Span,
                texts?[index] is { } text ? text.Utf8.Span : default);
            plan.Add(
                verdicts[index] switch { Verdict.Add => addAs, Verdict.Change => BulkOperationKind.Change, _ => BulkOperationKind.Repeat },
                bulk);
        }
    }

    private static bool IsWritten(Verdict verdict) => verdict is Verdict.Add or Verdict.Change or Verdict.Repeat;
}
