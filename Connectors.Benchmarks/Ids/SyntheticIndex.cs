using System.Text.Json.Nodes;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;

namespace Connectors.Benchmarks.Ids;

/// <summary>An index that holds the documents of a <see cref="SyntheticIds"/>, or none, without keeping anything.</summary>
/// <param name="documents">How many it holds.</param>
internal sealed class SyntheticIndex(int documents) : IContentIndex
{
    private static readonly ContentIndexState State = new("synthetic", Created: false, 0, Meta: null);
    private long _written;

    /// <summary>Documents that were written to it.</summary>
    public long Written => Interlocked.Read(ref _written);

    public Task<ContentIndexState> PrepareAsync(string index, CancellationToken cancellationToken) =>
        Task.FromResult(State with { DocumentCount = documents });

    public Task<ContentIndexState?> InspectAsync(string index, CancellationToken cancellationToken) =>
        Task.FromResult<ContentIndexState?>(State with { DocumentCount = documents });

    public Task ReadIdsAsync(string index, Func<IdReceiver> begin, CancellationToken cancellationToken)
    {
        var receive = begin();
        Span<byte> id = stackalloc byte[24];
        for (var number = 0; number < documents; number++)
        {
            receive(SyntheticIds.Id(number, id), DocumentVersion.FromDigest(SyntheticIds.Digest));
        }

        return Task.CompletedTask;
    }

    public Task<BulkResponse> BulkAsync(
        string index,
        string? pipeline,
        ReadOnlyMemory<byte> body,
        int operations,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    )
    {
        Interlocked.Add(ref _written, operations);
        var items = new BulkItem[operations];
        Array.Fill(items, new BulkItem(201, BulkItemResult.Created));
        return Task.FromResult(new BulkResponse(200, items));
    }

    public Task<long> CountAsync(string index, CancellationToken cancellationToken) => Task.FromResult(documents + Written);

    public Task<bool> HoldsForeignAsync(string index, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<IndexShape?> ReadShapeAsync(string index, string? pipeline, CancellationToken cancellationToken) =>
        Task.FromResult<IndexShape?>(null);

    public Task<bool> PipelineExistsAsync(string pipeline, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task WriteMetaAsync(string index, JsonObject? meta, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyDictionary<string, JsonObject>> ReadFieldsAsync(
        string index,
        IReadOnlyList<string> ids,
        IReadOnlyList<string> fields,
        CancellationToken cancellationToken
    ) => Task.FromResult<IReadOnlyDictionary<string, JsonObject>>(new Dictionary<string, JsonObject>());

    public Task RefreshAsync(string index, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PrepareAccessAsync(string index, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<long> CountUnsecuredAsync(string index, CancellationToken cancellationToken) => Task.FromResult(0L);

    public Task RestrictUnsecuredAsync(string index, long atMost, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<bool> DeleteAsync(string index, CancellationToken cancellationToken) => Task.FromResult(false);

    public void PinIndex(string index, string uuid) { }
}
