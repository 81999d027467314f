using System.Text.Json.Nodes;
using Connectors.Sync.Elasticsearch;
using Connectors.Tests.Support.InMemory;

namespace Connectors.Tests.Sync.Service;

/// <summary>
/// Runs several flows on one thread, in an order that a seed decides: each call of the store waits for its turn, and one turn is given at a
/// time. The same seed gives the same order.
/// </summary>
internal sealed class Interleaving(Random random)
{
    private readonly List<TaskCompletionSource> _waiting = [];

    /// <summary>Called before each turn.</summary>
    public Action? BeforeTurn { get; set; }

    public int Turns { get; private set; }

    public Task TurnAsync()
    {
        var turn = new TaskCompletionSource();
        _waiting.Add(turn);
        return turn.Task;
    }

    /// <summary>Runs until every flow has ended.</summary>
    public Task RunAsync(params Func<Task>[] flows)
    {
        var tasks = flows.Select(flow => flow()).ToList();
        while (_waiting.Count > 0)
        {
            BeforeTurn?.Invoke();
            Turns++;
            var index = random.Next(_waiting.Count);
            var turn = _waiting[index];
            _waiting.RemoveAt(index);

            // What follows runs here, up to the flow's next call.
            turn.SetResult();
        }

        // A flow that waits for something else than its turn would be waited for without end.
        return tasks.TrueForAll(task => task.IsCompleted)
            ? Task.WhenAll(tasks)
            : throw new InvalidOperationException("A flow left its thread: it waits, and not for its turn.");
    }
}

/// <summary>A store whose every call waits for its turn.</summary>
internal sealed class InterleavedStore(InMemoryDocumentStore store, Interleaving interleaving) : IDocumentStore
{
    public async Task<StoredDocument?> GetAsync(string index, string id, CancellationToken cancellationToken)
    {
        await interleaving.TurnAsync();
        return await store.GetAsync(index, id, cancellationToken);
    }

    public async IAsyncEnumerable<StoredDocument> SearchAsync(
        string index,
        JsonObject? query,
        string? sort,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await interleaving.TurnAsync();
        await foreach (var document in store.SearchAsync(index, query, sort, cancellationToken))
        {
            yield return document;
        }
    }

    public async Task<IReadOnlyList<StoredDocument>> SearchLastAsync(
        string index,
        JsonObject? query,
        string sort,
        int count,
        CancellationToken cancellationToken
    )
    {
        await interleaving.TurnAsync();
        return await store.SearchLastAsync(index, query, sort, count, cancellationToken);
    }

    public async Task<StoredDocument?> CreateAsync(string index, string? id, JsonObject source, CancellationToken cancellationToken)
    {
        await interleaving.TurnAsync();
        return await store.CreateAsync(index, id, source, cancellationToken);
    }

    public async Task<DocumentWrite> UpdateAsync(
        string index,
        string id,
        JsonObject partial,
        StoredDocument? expected,
        CancellationToken cancellationToken
    )
    {
        await interleaving.TurnAsync();
        return await store.UpdateAsync(index, id, partial, expected, cancellationToken);
    }

    public async Task<DocumentWrite> DeleteAsync(string index, string id, StoredDocument? expected, CancellationToken cancellationToken)
    {
        await interleaving.TurnAsync();
        return await store.DeleteAsync(index, id, expected, cancellationToken);
    }

    public async Task<bool> EnsureIndexAsync(string index, JsonObject definition, CancellationToken cancellationToken)
    {
        await interleaving.TurnAsync();
        return await store.EnsureIndexAsync(index, definition, cancellationToken);
    }
}
