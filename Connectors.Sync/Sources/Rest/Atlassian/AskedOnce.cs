using System.Collections.Concurrent;

namespace Connectors.Sync.Sources.Rest.Atlassian;

/// <summary>Keeps answers that many documents need: who may see a page that others lie under. Failures are forgotten. Safe for concurrent use.</summary>
/// <typeparam name="T">The answers.</typeparam>
internal sealed class AskedOnce<T>
{
    /// <summary>Answers that are kept at most; then all are forgotten, so that memory stays flat.</summary>
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, Lazy<Task<T>>> _kept = new(StringComparer.Ordinal);

    /// <summary>The answer, asked for at the first call.</summary>
    public async Task<T> GetAsync(string key, Func<Task<T>> ask)
    {
        if (_kept.Count >= Most)
        {
            _kept.Clear();
        }

        var work = _kept.GetOrAdd(key, _ => new Lazy<Task<T>>(ask));
        try
        {
            return await work.Value;
        }
        catch
        {
            _kept.TryRemove(KeyValuePair.Create(key, work));
            throw;
        }
    }
}
