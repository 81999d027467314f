using System.Collections.Concurrent;

namespace Connectors.Sources.Rest.Atlassian;

/// <summary>
/// Keeps answers that many documents need: who may see a page that others lie under. Failures are not kept. Safe for concurrent use; what
/// several need at the very same moment may be asked for by each.
/// </summary>
/// <typeparam name="T">The answers.</typeparam>
internal sealed class AskedOnce<T>
{
    /// <summary>Answers that are kept at most; then all are forgotten, so that memory stays flat.</summary>
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, T> _kept = new(StringComparer.Ordinal);

    /// <summary>The answer, asked for at the first call.</summary>
    public async Task<T> GetAsync(string key, Func<Task<T>> ask)
    {
        if (_kept.TryGetValue(key, out var kept))
        {
            return kept;
        }

        var answer = await ask();
        if (_kept.Count >= Most)
        {
            _kept.Clear();
        }

        _kept[key] = answer;
        return answer;
    }
}
