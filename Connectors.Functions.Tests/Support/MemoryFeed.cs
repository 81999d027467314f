using System.Globalization;
using Connectors.Sync.Sources;

namespace Connectors.Tests.Support;

/// <summary>A <see cref="MemorySource"/> with a history: pages of changes by number, and a cursor that is the number of the next one.</summary>
internal sealed class MemoryFeed(MemorySource documents) : IDataSource, IChangeFeed
{
    /// <summary>The history. A change without a document is a deletion.</summary>
    public List<List<(string Id, MemoryDocument? Document)>> Pages { get; } = [];

    /// <summary>Why this source has no history, or <see langword="null"/>.</summary>
    public string? Unavailable { get; set; }

    /// <summary>Why the history does not reach back, or <see langword="null"/>.</summary>
    public string? Lost { get; set; }

    /// <summary>Called before each page of changes with its number; may throw.</summary>
    public Func<int, Task>? OnChanges { get; set; }

    public List<int> PagesAsked { get; } = [];

    public int FullPagesRead => documents.PagesRead;

    public SourceDescription Description { get; } = new() { Name = "Memory", ServiceType = "memory", Fields = [], HasChangeFeed = true };

    /// <summary>One more page of history: <c>id</c> is written with the text, <c>-id</c> is gone.</summary>
    public MemoryFeed Then(string text, params string[] changes)
    {
        Pages.Add([.. changes.Select(change => change[0] == '-' ? (change[1..], (MemoryDocument?)null) : (change, new MemoryDocument(change, text)))]);
        return this;
    }

    public Task PingAsync(CancellationToken cancellationToken) => documents.PingAsync(cancellationToken);

    public Task<ChangeAnswer> HasChangedAsync(string? lastMark, CancellationToken cancellationToken) => documents.HasChangedAsync(lastMark, cancellationToken);

    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) => documents.PartitionAsync(wanted, cancellationToken);

    public Task<SourcePage> ReadPageAsync(SourcePartition partition, PageToken after, PageLimits limits, CancellationToken cancellationToken) =>
        documents.ReadPageAsync(partition, after, limits, cancellationToken);

    public Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Unavailable is null ? new ChangeStart(Text(Pages.Count)) : new ChangeStart(null, Unavailable));

    public async Task<ChangePage> ReadChangesAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var number = int.Parse(after.IsStart ? cursor : after.Value, CultureInfo.InvariantCulture);
        PagesAsked.Add(number);
        if (OnChanges is not null)
        {
            await OnChanges(number);
        }

        if (Lost is not null)
        {
            return ChangePage.Lost(Lost);
        }

        using var page = new SourcePageBuilder(limits);
        var changes = number < Pages.Count ? Pages[number] : [];
        foreach (var document in changes.Select(change => change.Document).OfType<MemoryDocument>())
        {
            page.Add(document.Id, System.Text.Encoding.UTF8.GetBytes($$"""{"text":"{{document.Text}}"}"""), document.Timestamp);
        }

        var next = Math.Min(number + 1, Pages.Count);
        return new ChangePage(page.Build(new PageToken(Text(next)), isLast: next == Pages.Count), [.. changes.Where(change => change.Document is null).Select(change => change.Id)], Text(next));
    }

    public ValueTask DisposeAsync() => documents.DisposeAsync();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
