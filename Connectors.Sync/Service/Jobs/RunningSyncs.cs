using System.Collections.Concurrent;

namespace Connectors.Sync.Service.Jobs;

/// <summary>The jobs of this process, from before their claim until their end is written. Safe for concurrent use.</summary>
internal sealed class RunningSyncs
{
    private readonly ConcurrentDictionary<string, Entry> _jobs = new(StringComparer.Ordinal);

    public int Count => _jobs.Count;

    /// <summary>How many sync identities, or documents.</summary>
    public int CountOf(bool isAccessControl) => _jobs.Values.Count(entry => entry.IsAccessControl == isAccessControl);

    /// <summary>Those that are claimed, the oldest first.</summary>
    public IReadOnlyList<RunningSync> Shown =>
        [.. _jobs.Values.Select(entry => entry.Sync).OfType<RunningSync>().OrderBy(sync => sync.StartedAt)];

    public bool Has(string jobId) => _jobs.ContainsKey(jobId);

    public bool HasConnector(string connectorId) => _jobs.Values.Any(entry => entry.ConnectorId == connectorId);

    /// <summary>Reserves a job; false when it is reserved already, or another job of its connector fills the same index.</summary>
    public bool TryAdd(string jobId, string connectorId, bool isAccessControl)
    {
        lock (_jobs)
        {
            return !_jobs.Values.Any(entry => entry.ConnectorId == connectorId && entry.IsAccessControl == isAccessControl)
                && _jobs.TryAdd(jobId, new Entry(connectorId, isAccessControl));
        }
    }

    public void Show(string jobId, RunningSync sync) => _jobs[jobId].Sync = sync;

    public void Remove(string jobId) => _jobs.TryRemove(jobId, out _);

    private sealed class Entry(string connectorId, bool isAccessControl)
    {
        public string ConnectorId => connectorId;

        public bool IsAccessControl => isAccessControl;

        public RunningSync? Sync { get; set; }
    }
}
