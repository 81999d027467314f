using System.Collections.Concurrent;

namespace Connectors.Sources.Rest;

/// <summary>
/// Answers that many documents need, asked for once and kept: the members of a group, the roles of a table. A failure is not kept. Safe for
/// concurrent use: a caller that comes while the answer is being asked for waits for it.
/// </summary>
/// <typeparam name="T">The answers.</typeparam>
internal sealed class Remembered<T> : IDisposable
{
    /// <summary>Answers that are kept at most; then all are forgotten, so that memory stays flat.</summary>
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The answer for a key.</summary>
    /// <param name="key">What is asked for.</param>
    /// <param name="find">Asks; called by one at a time for the same key.</param>
    /// <param name="cancellationToken">Ends the waiting for somebody else who asks.</param>
    public async Task<T> GetAsync(string key, Func<Task<T>> find, CancellationToken cancellationToken)
    {
        if (_entries.Count >= Most && !_entries.ContainsKey(key))
        {
            // Whoever waits for one of them has it in hand.
            _entries.Clear();
        }

        var entry = _entries.GetOrAdd(key, _ => new Entry());
        await entry.Gate.WaitAsync(cancellationToken);
        try
        {
            if (!entry.IsKnown)
            {
                (entry.Answer, entry.IsKnown) = (await find(), true);
            }

            return entry.Answer!;
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var entry in _entries.Values)
        {
            entry.Dispose();
        }
    }

    private sealed class Entry : IDisposable
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public bool IsKnown { get; set; }

        public T? Answer { get; set; }

        public void Dispose() => Gate.Dispose();
    }
}
