using Connectors.Sync.Bulk;

namespace Connectors.Tests.Support.InMemory;

/// <summary>An index that takes everything and keeps nothing, and counts the bytes of the requests that are on their way at the same
/// time.</summary>
internal sealed class SinkIndex : MemoryIndex
{
    private long _onTheWay;
    private long _most;
    private int _documents;

    /// <summary>The most bytes of requests at the same time.</summary>
    public long MostOnTheWay => Interlocked.Read(ref _most);

    /// <summary>Called with the body of each request before it is taken.</summary>
    public Func<string, Task>? OnBody { get; init; }

    /// <summary>How many documents were written.</summary>
    public int Count => _documents;

    public override async Task<BulkResponse> BulkAsync(
        string index,
        string? pipeline,
        ReadOnlyMemory<byte> body,
        int operations,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    )
    {
        var now = Interlocked.Add(ref _onTheWay, body.Length);
        for (var most = _most; now > most; most = _most)
        {
            Interlocked.CompareExchange(ref _most, now, most);
        }

        await Task.Yield();
        if (OnBody is not null)
        {
            await OnBody(System.Text.Encoding.UTF8.GetString(body.Span));
        }

        Xunit.Assert.Equal((byte)'\n', body.Span[^1]);
        Interlocked.Add(ref _documents, operations);
        Interlocked.Add(ref _onTheWay, -body.Length);
        return new BulkResponse(200, [.. Enumerable.Repeat(new BulkItem(201, BulkItemResult.Created), operations)]);
    }

    public override Task<long> CountAsync(string index, CancellationToken cancellationToken) => Task.FromResult((long)_documents);
}
