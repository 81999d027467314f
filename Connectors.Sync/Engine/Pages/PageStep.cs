using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Bulk.Documents;
using Connectors.Sync.Content;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Filtering;
using Connectors.Sync.Retries;

namespace Connectors.Sync.Engine.Pages;

/// <summary>
/// Plans the writes of a page: compares it with the snapshot, fetches contents where needed, and cuts batches. Idempotent.
/// </summary>
internal sealed class PageStep(
    DocumentLines lines,
    BulkWriterOptions bulk,
    int contentConcurrency,
    ContentReader contents,
    TimeProvider time,
    DocumentFilter? filter = null,
    BulkOperationKind addAs = BulkOperationKind.Add,
    bool isMarkingOnly = false,
    bool hasAccessControl = false
)
{
    /// <summary>Contents of so many bytes, and one more, are in memory for a page at a time.</summary>
    internal const long MaxContentBytes = 32 * 1024 * 1024;

    // Of a file whose size the source does not know.
    private const long UnknownContentBytes = 64 * 1024;

    /// <summary>The step of a sync, whichever way it is run.</summary>
    public static PageStep For(
        SyncRequest request,
        SyncEngineOptions options,
        ContentExtraction extraction,
        SourceCalls calls,
        TimeProvider time
    ) =>
        new(
            new DocumentLines(request.Pipeline),
            options.Bulk,
            options.ContentConcurrency,
            extraction.ReaderFor(request.UseExtractionService, request.Pipeline?.ExtractBinaryContent == true, calls),
            time,
            DocumentFilter.For(request.Rules),
            isMarkingOnly: request.Kind == SyncKind.DeletesOnly,
            hasAccessControl: request.HasAccessControl
        );

    /// <summary>The step of a sync that writes changes without comparing them; its caller applies the rules.</summary>
    public static PageStep ForChanges(
        SyncRequest request,
        SyncEngineOptions options,
        ContentExtraction extraction,
        SourceCalls calls,
        TimeProvider time
    ) =>
        new(
            new DocumentLines(request.Pipeline),
            options.Bulk,
            options.ContentConcurrency,
            extraction.ReaderFor(request.UseExtractionService, request.Pipeline?.ExtractBinaryContent == true, calls),
            time,
            filter: null,
            addAs: BulkOperationKind.Upsert,
            hasAccessControl: request.HasAccessControl
        );

    /// <summary>The request, with a fingerprint that depends on how text is extracted.</summary>
    public static SyncRequest Shape(SyncRequest request, ContentExtraction extraction) =>
        extraction.ShapeOf(request.UseExtractionService, request.Pipeline?.ExtractBinaryContent == true) is { } shape
            ? request with
            {
                Fingerprint = SyncFingerprint.Of(request.Fingerprint, shape),
            }
            : request;

    /// <summary>
    /// Plans <paramref name="page"/> and composes the first part of what it writes. The plan owns the page and disposes it.
    /// </summary>
    /// <param name="page">The page as the source gave it.</param>
    /// <param name="snapshot">The index at the start.</param>
    /// <param name="seen">The ids that the sync has seen; locked while this page is added.</param>
    /// <param name="skipUnchanged">Whether unchanged documents are left alone.</param>
    /// <param name="fetchContent">False in a dry run.</param>
    public async Task<PagePlan> PlanAsync(
        SourcePage page,
        IdSnapshot snapshot,
        SeenIds seen,
        bool skipUnchanged,
        bool fetchContent,
        CancellationToken cancellationToken
    )
    {
        var work = new PageState(page, fetchContent);
        var plan = new PagePlan(page, work, this);
        try
        {
            // First, because an excluded document counts as one that the source does not have.
            var excluded = filter?.Apply(page) ?? 0;
            if (hasAccessControl && !isMarkingOnly)
            {
                DocumentAccess.Restrict(page);
            }

            Describe(work);
            Compare(page, work.States.AsSpan(0, page.Count), snapshot, seen, skipUnchanged, work.Verdicts, plan);
            plan.Counts += new SyncCounts(Read: excluded, Excluded: excluded);
            if (isMarkingOnly)
            {
                // The listing is complete now, which is all that was needed.
                plan.HasRepeats = false;
                plan.ReleasePage();
                return plan;
            }

            await plan.ComposeNextAsync(cancellationToken);
            return plan;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }

    /// <summary>Composes the writes of as many documents as have <see cref="MaxContentBytes"/> of content: of all of a page that has
    /// none.</summary>
    internal async Task ComposeAsync(PageState work, PagePlan plan, CancellationToken cancellationToken)
    {
        var (start, end) = (work.Next, EndOfPart(work));
        var texts = await FetchAsync(work, start, end, plan, cancellationToken);
        Compose(work, start, end, texts, plan);
        plan.Complete();
        work.Next = end;
    }

    /// <summary>The first document that has to wait for the next part.</summary>
    private static int EndOfPart(PageState work)
    {
        var bytes = 0L;
        for (var index = work.Next; index < work.Page.Count; index++)
        {
            if (bytes >= MaxContentBytes)
            {
                return index;
            }

            bytes += work.NeedsContent(index) ? Math.Max(work.Page[index].Content!.SizeInBytes, UnknownContentBytes) : 0;
        }

        return work.Page.Count;
    }

    /// <summary>
    /// Key and version of every document, and the shortened ids of those whose own is too long. Access lists change without the time stamp,
    /// so documents with lists are compared by digest.
    /// </summary>
    private void Describe(PageState work)
    {
        for (var index = 0; index < work.Page.Count; index++)
        {
            var document = work.Page[index];
            var id = document.Id.Span;
            if (DocumentId.IsTooLong(id))
            {
                id = work.Shorten(index, DocumentId.Shorten(id));
            }

            work.States[index] = new DocumentState(
                DocumentKey.Of(id),
                document.Timestamp is { } timestamp && !hasAccessControl
                    ? DocumentVersion.FromTimestamp(timestamp)
                    : DocumentVersion.FromDigest(DocumentVersion.Digest(document.Compared.Span, document.Timestamp))
            );
        }
    }

    private static void Compare(
        SourcePage page,
        ReadOnlySpan<DocumentState> facts,
        IdSnapshot snapshot,
        SeenIds seen,
        bool skipUnchanged,
        Span<Verdict> verdicts,
        PagePlan plan
    )
    {
        lock (seen)
        {
            plan.PageSeen = PageDiff.Compare(facts, snapshot, seen, skipUnchanged, verdicts);
            foreach (var id in page.UnreadableIds)
            {
                ReadOnlySpan<byte> utf8 = System.Text.Encoding.UTF8.GetBytes(id);
                PageDiff.MarkUnreadable(
                    DocumentKey.Of(DocumentId.IsTooLong(utf8) ? DocumentId.Shorten(utf8) : utf8),
                    snapshot,
                    seen,
                    plan.PageSeen
                );
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

    private async Task<ContentText?[]?> FetchAsync(PageState work, int start, int end, PagePlan plan, CancellationToken cancellationToken)
    {
        var wanted = Enumerable.Range(start, end - start).Where(work.NeedsContent).ToArray();
        if (wanted.Length == 0)
        {
            return null;
        }

        var texts = new ContentText?[end - start];
        plan.Texts = texts;
        var options = new ParallelOptions { MaxDegreeOfParallelism = contentConcurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(wanted, options, async (index, token) =>
        {
            texts[index - start] = await contents.ReadAsync(work.Page[index].Content!, token);
        });
        foreach (var index in wanted)
        {
            if (texts[index - start] is { IsProblem: true, Reason: { } reason } text)
            {
                // Counted by extension: of files in a format that nobody reads there may be many.
                var type =
                    text.Outcome == ContentOutcome.Unsupported
                        ? $"content {Path.GetExtension(work.Page[index].Content!.FileName).ToLowerInvariant()}"
                        : "content";
                plan.Rejections.Add(new Rejection(System.Text.Encoding.UTF8.GetString(work.Page[index].Id.Span), type, reason));
            }
            else if (texts[index - start] is { IsGone: true, Reason: { } gone })
            {
                plan.Rejections.Add(new Rejection(System.Text.Encoding.UTF8.GetString(work.Page[index].Id.Span), "gone", gone));
            }
        }

        return texts;
    }

    private void Compose(PageState work, int start, int end, ContentText?[]? texts, PagePlan plan)
    {
        var now = time.GetUtcNow();
        for (var index = start; index < end; index++)
        {
            var verdict = work.Verdicts[index];
            var text = texts?[index - start];

            // What vanished after it was listed is not written. What the index has of it goes when the next sync does not list it.
            if (!PageState.IsWritten(verdict) || text is { IsGone: true })
            {
                continue;
            }

            var document = work.Page[index];
            var batch = plan.OpenBatch();
            var shortened = work.ShortenedId(index);

            // Nothing in the source changes when a content becomes readable: without a time stamp the document is written again at the next
            // sync.
            var isIncomplete = text is { MayPass: true };
            lines.WriteUpsert(
                batch.Buffer,
                shortened ?? document.Id.Span,
                shortened is null ? default : document.Id.Span,
                isIncomplete ? now : document.Timestamp ?? now,
                (document.Timestamp is null || hasAccessControl) && !isIncomplete ? (long)work.States[index].Version.Value : null,
                document.Body.Span,
                text is null ? default : text.Utf8.Span,
                text is null ? default : text.Attachment.Span
            );
            plan.Add(
                verdict switch
                {
                    Verdict.Add => addAs,
                    Verdict.Change => BulkOperationKind.Change,
                    _ => BulkOperationKind.Repeat,
                },
                bulk
            );
        }
    }
}
