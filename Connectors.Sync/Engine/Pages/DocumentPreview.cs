using System.Text;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Content;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Filtering;
using Connectors.Sync.Retries;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine.Pages;

/// <summary>Builds the first documents of a source with the steps of a sync, and writes nothing. Safe for concurrent use.</summary>
/// <param name="options">How syncs are run.</param>
/// <param name="extraction">How files become text.</param>
/// <param name="time">The clock, for the stamps of documents that have none.</param>
/// <param name="logger">Where messages go.</param>
internal sealed class DocumentPreview(SyncEngineOptions options, ContentExtraction extraction, TimeProvider time, ILogger logger)
{
    /// <summary>Reads until there are enough documents, or the source ends.</summary>
    /// <param name="request">The sync request.</param>
    /// <param name="source">The source.</param>
    /// <param name="count">How many documents.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="ConnectorException">The source can't be read. It is not retried: a person is waiting.</exception>
    public async Task<PreviewedDocuments> ReadAsync(SyncRequest request, IDataSource source, int count, CancellationToken cancellationToken)
    {
        var filter = DocumentFilter.For(request.Rules);
        var calls = new SourceCalls(
            source.Description.Name,
            BackoffPolicy.None,
            options.SourceCallTimeLimit,
            time,
            new Random(),
            logger,
            origin: source
        );
        var reader = new SourceReader(source, calls);
        var step = PageStep.For(request, options, extraction, calls, time);
        var (documents, rejections, seen, excluded) = (new List<string>(), new RejectionReport(), new SeenIds(0), 0L);
        // Rules may exclude most of a page, so it has the size of a sync's page.
        var limits = filter is null ? options.Page with { MaxDocuments = Math.Clamp(count, 1, options.Page.MaxDocuments) } : options.Page;
        foreach (var partition in await reader.PartitionAsync(1, cancellationToken))
        {
            if (documents.Count >= count)
            {
                return new PreviewedDocuments(documents, rejections, excluded, IsAll: false);
            }

            await foreach (var page in reader.ReadPagesAsync(partition, PageToken.Start, limits, idsOnly: false, cancellationToken))
            {
                var isLast = page.IsLast;
                excluded += filter?.Apply(page) ?? 0;
                var wanted = count - documents.Count;
                var dropped = page.Retain(_ => wanted-- > 0);
                await ComposeAsync(step, page, seen, documents, rejections, cancellationToken);
                if (dropped > 0 || (documents.Count >= count && !isLast))
                {
                    return new PreviewedDocuments(documents, rejections, excluded, IsAll: false);
                }
            }
        }

        return new PreviewedDocuments(documents, rejections, excluded, IsAll: true);
    }

    private static async Task ComposeAsync(
        PageStep step,
        SourcePage page,
        SeenIds seen,
        List<string> documents,
        RejectionReport rejections,
        CancellationToken cancellationToken
    )
    {
        using var plan = await step.PlanAsync(page, IdSnapshot.Empty, seen, skipUnchanged: false, fetchContent: true, cancellationToken);
        do
        {
            foreach (var batch in plan.Batches)
            {
                documents.AddRange(batch.Operations.Select(operation => BodyOf(batch.Body.Span.Slice(operation.Start, operation.Length))));
            }
        } while (await plan.ComposeNextAsync(cancellationToken));

        rejections.Merge(plan.Rejections);
    }

    /// <summary>The second of an operation's two lines.</summary>
    private static string BodyOf(ReadOnlySpan<byte> lines) =>
        Encoding.UTF8.GetString(lines[(lines.IndexOf((byte)'\n') + 1)..].TrimEnd((byte)'\n'));
}

/// <summary>The first documents of a source.</summary>
/// <param name="Documents">Each as the JSON that a sync would send.</param>
/// <param name="Rejections">What could not be read.</param>
/// <param name="Excluded">Documents that the sync rules left out before that.</param>
/// <param name="IsAll">Whether the source has no more.</param>
internal sealed record PreviewedDocuments(IReadOnlyList<string> Documents, RejectionReport Rejections, long Excluded, bool IsAll);
