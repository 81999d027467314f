using System.Text.Json.Nodes;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;

namespace Connectors.Tests.Support.InMemory;

/// <summary>An index that takes everything and keeps nothing, and counts the bytes of the requests that are on their way at the same time.
/// What is not a write goes to an index in memory.</summary>
internal sealed class SinkIndex : IContentIndex
{
    private readonly MemoryIndex _inner = new();
    private long _onTheWay;
    private long _most;
    private int _documents;

    /// <summary>The most bytes of requests at the same time.</summary>
    public long MostOnTheWay => Interlocked.Read(ref _most);

    /// <summary>Called with the body of each request before it is taken.</summary>
    public Func<string, Task>? OnBody { get; init; }

    /// <summary>Documents written.</summary>
    public int Documents => _documents;

    public async Task<BulkResponse> BulkAsync(
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

    public Task<long> CountAsync(string index, CancellationToken cancellationToken) => Task.FromResult((long)_documents);

    public Task<ContentIndexState> PrepareAsync(string index, CancellationToken cancellationToken) =>
        _inner.PrepareAsync(index, cancellationToken);

    public Task PrepareAccessAsync(string index, CancellationToken cancellationToken) =>
        _inner.PrepareAccessAsync(index, cancellationToken);

    public Task<long> CountUnsecuredAsync(string index, CancellationToken cancellationToken) =>
        _inner.CountUnsecuredAsync(index, cancellationToken);

    public Task RestrictUnsecuredAsync(string index, long atMost, CancellationToken cancellationToken) =>
        _inner.RestrictUnsecuredAsync(index, atMost, cancellationToken);

    public Task<ContentIndexState?> InspectAsync(string index, CancellationToken cancellationToken) =>
        _inner.InspectAsync(index, cancellationToken);

    public Task<bool> HoldsForeignAsync(string index, CancellationToken cancellationToken) =>
        _inner.HoldsForeignAsync(index, cancellationToken);

    public void PinIndex(string index, string uuid) => _inner.PinIndex(index, uuid);

    public Task<bool> DeleteAsync(string index, CancellationToken cancellationToken) => _inner.DeleteAsync(index, cancellationToken);

    public Task WriteMetaAsync(string index, JsonObject? meta, CancellationToken cancellationToken) =>
        _inner.WriteMetaAsync(index, meta, cancellationToken);

    public Task<bool> PipelineExistsAsync(string pipeline, CancellationToken cancellationToken) =>
        _inner.PipelineExistsAsync(pipeline, cancellationToken);

    public Task<IndexShape?> ReadShapeAsync(string index, string? pipeline, CancellationToken cancellationToken) =>
        _inner.ReadShapeAsync(index, pipeline, cancellationToken);

    public Task ReadIdsAsync(string index, IdReceiver receive, CancellationToken cancellationToken) =>
        _inner.ReadIdsAsync(index, receive, cancellationToken);

    public Task<IReadOnlyDictionary<string, JsonObject>> ReadFieldsAsync(
        string index,
        IReadOnlyList<string> ids,
        IReadOnlyList<string> fields,
        CancellationToken cancellationToken
    ) => _inner.ReadFieldsAsync(index, ids, fields, cancellationToken);

    public Task RefreshAsync(string index, CancellationToken cancellationToken) => Task.CompletedTask;
}
