using System.Text;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Bulk.Documents;
using Connectors.Sync.Content;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Retries;

namespace Connectors.Sync.Engine.Pages;

/// <summary>
/// Composes the writes of a compared page, one part after the other: fetches contents, writes bulk lines, cuts batches.
/// </summary>
/// <param name="lines">Writes the lines of an operation.</param>
/// <param name="bulk">The size of batches.</param>
/// <param name="contentConcurrency">Contents that are fetched at the same time, at most.</param>
/// <param name="contents">Reads contents.</param>
/// <param name="time">The clock, for the stamps of documents that have none.</param>
/// <param name="hasAccessControl">Whether documents have access lists, and so a digest even with a time stamp.</param>
internal sealed class PageComposer(
    DocumentLines lines,
    BulkWriterOptions bulk,
    int contentConcurrency,
    ContentReader contents,
    TimeProvider time,
    bool hasAccessControl = false
)
{
    /// <summary>Contents of so many bytes, or a single one, are in memory for a page at a time where no budget says how many.</summary>
    internal const long MaxContentBytes = 32 * 1024 * 1024;

    // The action line and the fields that the protocol adds.
    private const int LineBytes = 192;

    // Of a file whose size the source does not know.
    private const long UnknownContentBytes = 64 * 1024;

    // Over all partitions; fewer for a while when the source refuses.
    private readonly AdaptiveConcurrency _downloads = new(contentConcurrency);

    /// <summary>The composer of a sync.</summary>
    public static PageComposer For(
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
            request.HasAccessControl
        );

    /// <summary>Composes the writes of as many documents as have <see cref="MaxContentBytes"/> of content: of all of a page that has
    /// none.</summary>
    public async Task ComposeAsync(PageState work, PagePlan plan, CancellationToken cancellationToken)
    {
        // The page as it is, and at most as much again for its batches.
        plan.Share?.Set((2L * work.Page.SizeInBytes) + ((long)LineBytes * (work.Page.Count - work.Next)));

        // Half of a budget at a time, so that some contents are fetched while others are written.
        var most = plan.Share is { } share ? Math.Min(MaxContentBytes, share.Budget.Limit / 2) : MaxContentBytes;
        var (start, end, needed) = NextPart(work, most);
        if (needed > 0 && plan.Share is { } held)
        {
            plan.ContentShare = await held.Budget.TakeAsync(needed, held, cancellationToken);
        }

        var texts = await FetchAsync(work, start, end, plan, cancellationToken);
        Compose(work, start, end, texts, plan);
        plan.Complete();
        work.Next = end;
    }

    /// <summary>The documents of the next part, and the bytes that fetching their contents and composing them takes at most: 0 without
    /// any content.</summary>
    private (int Start, int End, long Needed) NextPart(PageState work, long most)
    {
        var (bytes, largest, index) = (0L, 0L, work.Next);
        for (; index < work.Page.Count; index++)
        {
            if (!work.NeedsContent(index))
            {
                continue;
            }

            var size = contents.BytesOf(work.Page[index].Content!, UnknownContentBytes);
            if (bytes > 0 && bytes + size > most)
            {
                break;
            }

            bytes += size;
            largest = Math.Max(largest, size);
        }

        // A content is given back as soon as it is copied into its batch: only one is in memory twice.
        return (work.Next, index, bytes + largest);
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
            using var place = await _downloads.EnterAsync(token);
            texts[index - start] = await contents.ReadAsync(work.Page[index].Content!, _downloads, token);
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
                plan.Rejections.Add(new Rejection(Encoding.UTF8.GetString(work.Page[index].Id.Span), type, reason));
                plan.Counts += new SyncCounts(WithoutText: 1);
            }
            else if (texts[index - start] is { IsGone: true, Reason: { } gone })
            {
                plan.Rejections.Add(new Rejection(Encoding.UTF8.GetString(work.Page[index].Id.Span), "gone", gone));
                plan.Counts += new SyncCounts(Unreadable: 1);
            }
        }

        return texts;
    }

    private void Compose(PageState work, int start, int end, ContentText?[]? texts, PagePlan plan)
    {
        // Of the size that documents have on this page, so that a batch does not grow step by step.
        var expected = LineBytes + (work.Page.SizeInBytes / Math.Max(work.Page.Count, 1));
        plan.BatchBytes = (int)Math.Min((long)expected * Math.Min(bulk.MaxOperations, end - start), bulk.MaxRequestBytes);
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
            try
            {
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
            }
            catch (JsonException broken)
            {
                throw new ConnectorException(
                    $"Document '{Encoding.UTF8.GetString(document.Id.Span)}': the source gave a body that is not one JSON "
                        + $"object: {Sentences.Inner(broken.Message)}. This is a bug in the source."
                );
            }

            text?.Dispose();
            plan.Add(
                verdict switch
                {
                    Verdict.Add => BulkOperationKind.Add,
                    Verdict.Change => BulkOperationKind.Change,
                    _ => BulkOperationKind.Repeat,
                },
                bulk
            );
        }
    }
}
