using System.Globalization;
using Connectors.Abstractions;

namespace Connectors.Tests.Support.InMemory;

/// <summary>A source in memory: documents in partitions, read in pages by position, failing when told to.</summary>
internal sealed class MemorySource : IDataSource
{
    private readonly Lock _lock = new();
    private int _pagesRead;

    public List<List<MemoryDocument>> Partitions { get; init; } =
    [
        [],
    ];

    public int PageSize { get; init; } = 3;

    /// <summary>Called before each page with its number over all partitions; may throw.</summary>
    public Func<int, Task>? OnPage { get; set; }

    /// <summary>Called before each page with the number of its partition; may throw.</summary>
    public Func<int, Task>? OnPartition { get; set; }

    /// <summary>Ids that exist but can't be read.</summary>
    public List<string> Unreadable { get; init; } = [];

    public string? Gap { get; init; }

    public ChangeCheckResult Change { get; set; } = ChangeCheckResult.Unknown;

    public string? LastToken { get; private set; }

    public int PagesRead => _pagesRead;

    public SourceDescription Description { get; } =
        new()
        {
            Name = "Memory",
            ServiceType = "memory",
            Fields = new List<ConfigField>(),
        };

    public IEnumerable<MemoryDocument> All => Partitions.SelectMany(partition => partition);

    public static MemorySource Holding(params string[] ids) =>
        new()
        {
            Partitions =
            [
                [.. ids.Select(id => new MemoryDocument(id, "v1"))],
            ],
        };

    /// <summary>These documents, and a place that can't be listed.</summary>
    /// <param name="gap">Why it can't.</param>
    /// <param name="ids">What is listed.</param>
    public static MemorySource WithGap(string gap, params string[] ids) =>
        new()
        {
            Partitions =
            [
                [.. ids.Select(id => new MemoryDocument(id, "v1"))],
            ],
            Gap = gap,
        };

    /// <summary>In each partition the documents from one number to before another; those before a third one are changed.</summary>
    public static MemorySource Numbered(int partitions, int to, int from = 0, int changed = 0) =>
        new()
        {
            Partitions =
            [
                .. Enumerable
                    .Range(0, partitions)
                    .Select(partition =>
                        Enumerable
                            .Range(from, to - from)
                            .Select(number => new MemoryDocument($"{partition}-{number:000}", number < changed ? "v2" : "v1"))
                            .ToList()
                    ),
            ],
        };

    /// <summary>Documents whose ids end with a number after <c>id-</c>: those with the same id in the same partition.</summary>
    public static MemorySource Partitioned(List<MemoryDocument> documents, int partitions, int pageSize) =>
        new()
        {
            PageSize = pageSize,
            Partitions =
            [
                .. Enumerable
                    .Range(0, partitions)
                    .Select(partition =>
                        documents
                            .Where(document =>
                                int.Parse(document.Id.AsSpan("id-".Length), CultureInfo.InvariantCulture) % partitions == partition
                            )
                            .ToList()
                    ),
            ],
        };

    public Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken)
    {
        LastToken = lastToken;
        return Task.FromResult(Change);
    }

    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SourcePartition>>([
            .. Enumerable
                .Range(0, Partitions.Count)
                .Select(number => new SourcePartition("p" + number, number.ToString(CultureInfo.InvariantCulture))),
        ]);

    public async Task<SourcePage> ReadPageAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        var number = Interlocked.Increment(ref _pagesRead);
        if (OnPage is not null)
        {
            await OnPage(number);
        }

        if (OnPartition is not null)
        {
            await OnPartition(int.Parse(partition.Bounds, CultureInfo.InvariantCulture));
        }

        lock (_lock)
        {
            var documents = Partitions[int.Parse(partition.Bounds, CultureInfo.InvariantCulture)];
            var start = after.IsStart ? 0 : int.Parse(after.Value, CultureInfo.InvariantCulture);
            var end = Math.Min(start + PageSize, documents.Count);
            using var page = new SourcePageBuilder(limits);
            foreach (var document in documents[start..end])
            {
                var json = page.Begin(document.Id, document.Timestamp, document.Content);
                json.WriteStartObject();
                json.WriteString("text", document.Text);
                json.WriteEndObject();
                page.End();
            }

            if (start == 0 && partition.Bounds == "0")
            {
                Unreadable.ForEach(id => page.AddUnreadable(id, "told to be unreadable"));
                if (Gap is not null)
                {
                    page.AddGap("folder", Gap);
                }
            }

            return page.Build(new PageToken(end.ToString(CultureInfo.InvariantCulture)), isLast: end == documents.Count);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

internal sealed record MemoryDocument(string Id, string Text, DateTimeOffset? Timestamp = null, DocumentContent? Content = null);
