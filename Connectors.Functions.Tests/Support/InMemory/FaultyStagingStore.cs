using System.Runtime.CompilerServices;
using Connectors.Sync.Staging;

namespace Connectors.Tests.Support.InMemory;

/// <summary>A staging store in front of another, that loses one thing as soon as it has been put.</summary>
internal sealed class FaultyStagingStore(IStagingStore inner, Func<string, CancellationToken, Task> remove) : IStagingStore
{
    private readonly Lock _lock = new();

    /// <summary>Which name to lose: the first for which this is true.</summary>
    public Func<string, bool>? Loses { get; set; }

    /// <summary>What was lost.</summary>
    public string? Lost { get; private set; }

    public async Task PutAsync(string name, Stream content, bool isText, CancellationToken cancellationToken)
    {
        await inner.PutAsync(name, content, isText, cancellationToken);
        lock (_lock)
        {
            if (Lost is not null || Loses?.Invoke(name) != true)
            {
                return;
            }

            Lost = name;
        }

        await remove(name, cancellationToken);
    }

    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken) => inner.OpenAsync(name, cancellationToken);

    public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) => inner.ExistsAsync(name, cancellationToken);

    public Task<bool> TryCreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        inner.TryCreateAsync(name, content, cancellationToken);

    public async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var folder in inner.ListFoldersAsync(cancellationToken))
        {
            yield return folder;
        }
    }

    public Task DeleteAsync(string folder, CancellationToken cancellationToken) => inner.DeleteAsync(folder, cancellationToken);
}
