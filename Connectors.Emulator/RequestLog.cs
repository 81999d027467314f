using System.Collections.Concurrent;

namespace Connectors.Emulator;

/// <summary>Counts the requests of an emulator. Thread-safe.</summary>
public sealed class RequestLog
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Called when a request has come in, before anything is done about it.</summary>
    public Action<LoggedRequest>? Arrived { get; set; }

    /// <summary>Called when a request has been carried out, before its answer is sent. Not called for one whose connection was cut
    /// before.</summary>
    public Action<LoggedRequest>? Done { get; set; }

    /// <summary>Number of requests by method and route, for instance <c>POST {index}/_bulk</c>.</summary>
    public IReadOnlyDictionary<string, int> Counts => new Dictionary<string, int>(_counts, StringComparer.Ordinal);

    /// <summary>All requests so far.</summary>
    public int Total => _counts.Values.Sum();

    /// <summary>Number of requests to a route, by any method.</summary>
    /// <param name="route">For instance <c>{index}/_bulk</c>.</param>
    public int Count(string route) =>
        _counts.Where(pair => pair.Key.EndsWith(" " + route, StringComparison.Ordinal)).Sum(pair => pair.Value);

    /// <summary>Number of bulk requests, with or without an index in the path.</summary>
    public int BulkCount => Count("_bulk") + Count("{index}/_bulk");

    /// <summary>Starts counting from zero.</summary>
    public void Reset() => _counts.Clear();

    internal void Begin(LoggedRequest request)
    {
        _counts.AddOrUpdate($"{request.Method} {request.Route}", 1, (_, count) => count + 1);
        Arrived?.Invoke(request);
    }

    internal void End(LoggedRequest request) => Done?.Invoke(request);
}
