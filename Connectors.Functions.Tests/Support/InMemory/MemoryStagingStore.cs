using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Connectors.Sync.Staging;

namespace Connectors.Tests.Support.InMemory;

/// <summary>Staging in memory, that fails when told to and shows what is in it.</summary>
internal sealed class MemoryStagingStore : IStagingStore
{
    public ConcurrentDictionary<string, byte[]> Contents { get; } = new(StringComparer.Ordinal);

    /// <summary>Called with the name before each put, open and question; may throw.</summary>
    public Action<string>? OnCall { get; set; }

    /// <summary>While it is set, no call gets any further: what a host does that is about to be killed ends here.</summary>
    public TaskCompletionSource? Held { get; set; }

    /// <summary>Names that were put more than once.</summary>
    public ConcurrentBag<string> Overwritten { get; } = [];

    public async Task PutAsync(string name, Stream content, bool isText, CancellationToken cancellationToken)
    {
        await BeginAsync(name, cancellationToken);
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, cancellationToken);
        if (!Contents.TryAdd(name, copy.ToArray()))
        {
            Contents[name] = copy.ToArray();
            Overwritten.Add(name);
        }
    }

    public async Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        await BeginAsync(name, cancellationToken);
        return Contents.TryGetValue(name, out var content) ? new MemoryStream(content, writable: false) : null;
    }

    public async Task<bool> ExistsAsync(string name, CancellationToken cancellationToken)
    {
        await BeginAsync(name, cancellationToken);
        return Contents.ContainsKey(name);
    }

    public async Task<bool> TryCreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await BeginAsync(name, cancellationToken);
        return Contents.TryAdd(name, content.ToArray());
    }

    public async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var folder in Contents.Keys.Select(name => name.Split('/')[0]).Distinct(StringComparer.Ordinal))
        {
            yield return folder;
        }
    }

    public Task DeleteAsync(string folder, CancellationToken cancellationToken)
    {
        foreach (var name in Contents.Keys.Where(name => name.StartsWith(folder + "/", StringComparison.Ordinal)))
        {
            Contents.TryRemove(name, out _);
        }

        return Task.CompletedTask;
    }

    private async Task BeginAsync(string name, CancellationToken cancellationToken)
    {
        await Task.Yield();
        OnCall?.Invoke(name);
        await (Held?.Task ?? Task.CompletedTask).WaitAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
