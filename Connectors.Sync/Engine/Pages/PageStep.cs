using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Content;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Filtering;
using Connectors.Sync.Retries;

namespace Connectors.Sync.Engine.Pages;

/// <summary>
/// Plans the writes of a page: drops excluded documents, compares the others with the snapshot, and has the
/// <paramref name="composer"/> write those that changed. Idempotent.
/// </summary>
/// <param name="composer">Composes what is written.</param>
/// <param name="filter">Which documents are synced; <see langword="null"/> for all.</param>
/// <param name="isMarkingOnly">Whether the sync writes nothing and only needs to know which ids the source lists.</param>
/// <param name="hasAccessControl">Whether documents have access lists. They change without the time stamp, so such documents are compared
/// by digest.</param>
internal sealed class PageStep(
    PageComposer composer,
    DocumentFilter? filter = null,
    bool isMarkingOnly = false,
    bool hasAccessControl = false
)
{
    /// <summary>The step of a sync that compares documents, whichever way it is run.</summary>
    public static PageStep For(
        SyncRequest request,
        SyncEngineOptions options,
        ContentExtraction extraction,
        SourceCalls calls,
        TimeProvider time
    ) =>
        new(
            PageComposer.For(request, options, extraction, calls, time),
            DocumentFilter.For(request.Rules),
            isMarkingOnly: request.Kind == SyncKind.DeletesOnly,
            request.HasAccessControl
        );

    /// <summary>The step of a sync that writes changes; its caller applies the rules.</summary>
    public static PageStep ForChanges(
        SyncRequest request,
        SyncEngineOptions options,
        ContentExtraction extraction,
        SourceCalls calls,
        TimeProvider time
    ) =>
        new(PageComposer.For(request, options, extraction, calls, time), hasAccessControl: request.HasAccessControl);

    /// <summary>
    /// Plans <paramref name="page"/> and composes the first part of what it writes. The plan owns the page and disposes it.
    /// </summary>
    /// <param name="page">The page as the source gave it.</param>
    /// <param name="snapshot">The index at the start.</param>
    /// <param name="seen">The ids that the sync has seen; locked while this page is added.</param>
    /// <param name="skipUnchanged">Whether unchanged documents are left alone.</param>
    /// <param name="fetchContent">False in a dry run.</param>
    public Task<PagePlan> PlanAsync(
        SourcePage page,
        IdSnapshot snapshot,
        SeenIds seen,
        bool skipUnchanged,
        bool fetchContent,
        CancellationToken cancellationToken
    ) => PlanAsync(page, snapshot, seen, skipUnchanged, fetchContent, share: null, cancellationToken);

    /// <summary>
    /// Plans a page that has a share of a budget, as the other overload does. The plan owns the share too.
    /// </summary>
    public async Task<PagePlan> PlanAsync(
        SourcePage page,
        IdSnapshot snapshot,
        SeenIds seen,
        bool skipUnchanged,
        bool fetchContent,
        FlightShare? share,
        CancellationToken cancellationToken
    )
    {
        var work = new PageState(page, fetchContent);
        var plan = new PagePlan(page, work, composer) { Share = share };
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
                share?.Set(0);
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

    /// <summary>Key and version of every document, and the shortened ids of those whose own is too long.</summary>
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
        ReadOnlySpan<DocumentState> states,
        IdSnapshot snapshot,
        SeenIds seen,
        bool skipUnchanged,
        Span<Verdict> verdicts,
        PagePlan plan
    )
    {
        lock (seen)
        {
            plan.PageSeen = PageDiff.Compare(states, snapshot, seen, skipUnchanged, verdicts);
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
}
