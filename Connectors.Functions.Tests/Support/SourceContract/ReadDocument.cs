using System.Text;
using System.Text.Json;
using Connectors.Sync.Sources;
using Xunit;

namespace Connectors.Tests.Support.SourceContract;

/// <summary>A document copied out of its page.</summary>
public sealed record ReadDocument(string Id, DateTimeOffset? Timestamp, string Body)
{
    public static ReadDocument Of(SourceDocument document) => new(
        Encoding.UTF8.GetString(document.Id.Span),
        document.Timestamp,
        Encoding.UTF8.GetString(document.Body.Span));

    /// <summary>The body as a tree; fails when it is no JSON object.</summary>
    public JsonElement Json() => JsonDocument.Parse(Body).RootElement;
}

/// <summary>A page copied out of its buffer.</summary>
public sealed record ReadPage(
    SourcePartition Partition,
    IReadOnlyList<ReadDocument> Documents,
    IReadOnlyList<DocumentContent> Contents,
    IReadOnlyList<string> Unreadable,
    IReadOnlyList<SourceProblem> Problems,
    string? Gap,
    PageToken Next,
    bool IsLast,
    bool Restarts);

/// <summary>Reads a source as the engine does.</summary>
public static class SourceReading
{
    public static async Task<ReadPage> PageAsync(this IDataSource source, SourcePartition partition, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        using var page = await source.ReadPageAsync(partition, after, limits, cancellationToken);
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
            page.Restarts);
    }

    /// <summary>All pages of a partition from <paramref name="after"/> on.</summary>
    public static async Task<IReadOnlyList<ReadPage>> PartitionAsync(
        this IDataSource source, SourcePartition partition, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        var pages = new List<ReadPage>();
        for (var token = after; ;)
        {
            var page = await source.PageAsync(partition, token, limits, cancellationToken);
            pages.Add(page);
            if (page.IsLast)
            {
                return pages;
            }

            Assert.True(page.Next != token, $"The page after '{token}' leads to itself: the reading would never end.");
            Assert.InRange(page.Next.Value.Length, 1, PageToken.MaxLength);
            Assert.True(page.Documents.Count + page.Unreadable.Count > 0, "A page that is not the last holds something.");
            token = page.Next;
        }
    }

    /// <summary>All pages of all partitions.</summary>
    public static async Task<IReadOnlyList<ReadPage>> AllAsync(this IDataSource source, int wanted, PageLimits limits, CancellationToken cancellationToken)
    {
        var pages = new List<ReadPage>();
        foreach (var partition in await source.PartitionAsync(wanted, cancellationToken))
        {
            pages.AddRange(await source.PartitionAsync(partition, PageToken.Start, limits, cancellationToken));
        }

        return pages;
    }

    public static IReadOnlyList<ReadDocument> Documents(this IEnumerable<ReadPage> pages) => [.. pages.SelectMany(page => page.Documents)];

    public static IReadOnlyList<string> Ids(this IEnumerable<ReadPage> pages) => [.. pages.SelectMany(page => page.Documents).Select(document => document.Id)];
}
