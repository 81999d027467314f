using Connectors.Abstractions;
using Xunit;

namespace Connectors.Testing;

/// <summary>Reads a source as the service does: page by page, partition by partition.</summary>
public static class SourceReading
{
    /// <summary>The page that follows <paramref name="after"/>.</summary>
    public static async Task<ReadPage> PageAsync(
        this IDataSource source,
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        using var page = await source.ReadPageAsync(partition, after, limits, cancellationToken);
        ReadingTrail.IsOpen(page, $"The page after '{after}'");
        var all = Enumerable.Range(0, page.Count).Select(index => page[index]).ToArray();
        return new ReadPage(
            partition,
            [.. all.Select(ReadDocument.Of)],
            [.. all.Select(document => document.Content).OfType<DocumentContent>()],
            [.. page.UnreadableIds],
            [.. page.Problems],
            page.Gap,
            page.Next,
            page.IsLast,
            page.Restarts
        );
    }

    /// <summary>All pages of a partition from <paramref name="after"/> on.</summary>
    /// <remarks>Fails when they can't end: at a token that comes again, at an empty page that is not the last, and at 10,000 pages or a
    /// million documents.</remarks>
    public static async Task<IReadOnlyList<ReadPage>> PartitionAsync(
        this IDataSource source,
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        var pages = new List<ReadPage>();
        var trail = new ReadingTrail("page");
        for (var token = after; ;)
        {
            var page = await source.PageAsync(partition, token, limits, cancellationToken);
            pages.Add(page);
            if (page.IsLast)
            {
                return pages;
            }

            trail.Add(token, page.Next, page.Restarts, page.Documents.Count);
            Assert.True(
                page.Documents.Count + page.Unreadable.Count > 0,
                $"The page after '{token}' holds nothing, and is not the last: go on reading until there is a document, or the end."
            );
            token = page.Next;
        }
    }

    /// <summary>All pages of all partitions.</summary>
    public static async Task<IReadOnlyList<ReadPage>> AllAsync(
        this IDataSource source,
        int wanted,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        var pages = new List<ReadPage>();
        foreach (var partition in await source.PartitionAsync(wanted, cancellationToken))
        {
            pages.AddRange(await source.PartitionAsync(partition, PageToken.Start, limits, cancellationToken));
        }

        return pages;
    }

    /// <summary>The documents of pages.</summary>
    public static IReadOnlyList<ReadDocument> Documents(this IEnumerable<ReadPage> pages) => [.. pages.SelectMany(page => page.Documents)];

    /// <summary>The ids of the documents of pages.</summary>
    public static IReadOnlyList<string> Ids(this IEnumerable<ReadPage> pages) =>
        [.. pages.SelectMany(page => page.Documents).Select(document => document.Id)];
}
