using Connectors.Abstractions;

namespace Connectors.Tests.Support.InMemory;

/// <summary>A source that can give ids alone.</summary>
internal sealed class IdSource(MemorySource documents) : IDataSource, IIdLister
{
    private int _idPages;
    private int _pages;

    // Partitions are read side by side.
    public int IdPages => Volatile.Read(ref _idPages);

    public int Pages => Volatile.Read(ref _pages);

    public Func<int, Task>? OnIds { get; set; }

    public SourceDescription Description => documents.Description;

    public Task PingAsync(CancellationToken cancellationToken) => documents.PingAsync(cancellationToken);

    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        documents.HasChangedAsync(lastToken, cancellationToken);

    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
        documents.PartitionAsync(wanted, cancellationToken);

    public Task<SourcePage> ReadPageAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        Interlocked.Increment(ref _pages);
        return documents.ReadPageAsync(partition, after, limits, cancellationToken);
    }

    public async Task<SourcePage> ReadIdsAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        var page = Interlocked.Increment(ref _idPages);
        if (OnIds is not null)
        {
            await OnIds(page);
        }

        using var full = await documents.ReadPageAsync(partition, after, limits, cancellationToken);
        using var ids = new SourcePageBuilder(limits);
        for (var index = 0; index < full.Count; index++)
        {
            ids.Add(System.Text.Encoding.UTF8.GetString(full[index].Id.Span), "{}"u8);
        }

        return ids.Build(full.Next, full.IsLast);
    }

    public ValueTask DisposeAsync() => documents.DisposeAsync();
}
