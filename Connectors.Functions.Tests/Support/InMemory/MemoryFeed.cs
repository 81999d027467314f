using System.Globalization;
using Connectors.Abstractions;

namespace Connectors.Tests.Support.InMemory;

/// <summary>A <see cref="MemorySource"/> with a history: pages of changes by number, and a cursor that is the number of the next
/// one.</summary>
internal sealed class MemoryFeed(MemorySource documents) : IDataSource, IChangeFeed
{
    private readonly Lock _lock = new();

    /// <summary>What a full sync finds.</summary>
    public MemorySource Documents { get; set; } = documents;

    /// <summary>The history. A change without a document is a deletion.</summary>
    public List<List<(string Id, MemoryDocument? Document)>> Pages { get; } = [];

    /// <summary>Why this source has no history, or <see langword="null"/>.</summary>
    public string? Unavailable { get; set; }

    /// <summary>What it says of where its history is, in place of what is so.</summary>
    public string? Place { get; init; }

    /// <summary>Why the history does not reach back, or <see langword="null"/>.</summary>
    public string? Lost { get; set; }

    /// <summary>Called before each page of changes with its number; may throw.</summary>
    public Func<int, Task>? OnChanges { get; set; }

    public List<int> PagesAsked { get; } = [];

    public int FullPagesRead => Documents.PagesRead;

    public SourceDescription Description { get; } =
        new()
        {
            Name = "Memory",
            ServiceType = "memory",
            Fields = [],
            HasChangeFeed = true,
        };

    /// <summary>One more page of history: <c>id</c> is written with the text, <c>-id</c> is gone.</summary>
    public MemoryFeed Then(string text, params string[] changes)
    {
        Pages.Add([
            .. changes.Select(change =>
                change[0] == '-' ? (change[1..], (MemoryDocument?)null) : (change, new MemoryDocument(change, text))
            ),
        ]);
        return this;
    }

    /// <summary>
    /// One more page of history from random documents, carried out in <paramref name="state"/> too: a text of <c>text-0</c> is a deletion,
    /// and of several of one document the last one counts, as a page never holds an id twice.
    /// </summary>
    public void Play(IEnumerable<MemoryDocument> changes, Dictionary<string, string> state)
    {
        Pages.Add([]);
        foreach (var document in changes.Reverse().DistinctBy(change => change.Id))
        {
            var isGone = document.Text == "text-0";
            Pages[^1].Add((document.Id, isGone ? null : document with { Timestamp = null }));
            if (isGone)
            {
                state.Remove(document.Id);
            }
            else
            {
                state[document.Id] = document.Text;
            }
        }
    }

    public Task PingAsync(CancellationToken cancellationToken) => Documents.PingAsync(cancellationToken);

    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        Documents.HasChangedAsync(lastToken, cancellationToken);

    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
        Documents.PartitionAsync(wanted, cancellationToken);

    public Task<SourcePage> ReadPageAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    ) => Documents.ReadPageAsync(partition, after, limits, cancellationToken);

    public Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Unavailable is null ? new ChangeStart(Place ?? Text(Pages.Count)) : new ChangeStart(null, Unavailable));

    public async Task<ChangePage> ReadChangesAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var number = int.Parse(after.IsStart ? cursor : after.Value, CultureInfo.InvariantCulture);
        lock (_lock)
        {
            PagesAsked.Add(number);
        }

        if (OnChanges is not null)
        {
            await OnChanges(number);
        }

        if (Lost is not null)
        {
            return ChangePage.Expired(Lost);
        }

        using var page = new SourcePageBuilder(limits);
        var changes = number < Pages.Count ? Pages[number] : [];
        foreach (var document in changes.Select(change => change.Document).OfType<MemoryDocument>())
        {
            page.Add(
                document.Id,
                System.Text.Encoding.UTF8.GetBytes($$"""{"text":"{{document.Text}}"}"""),
                document.Timestamp,
                document.Content
            );
        }

        var next = Math.Min(number + 1, Pages.Count);
        return new ChangePage(
            page.Build(new PageToken(Text(next)), isLast: next == Pages.Count),
            [.. changes.Where(change => change.Document is null).Select(change => change.Id)],
            Text(next)
        );
    }

    public ValueTask DisposeAsync() => Documents.DisposeAsync();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
