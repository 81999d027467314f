using Connectors.Abstractions;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Service.CleanUp;

/// <summary>Deletes what this machine keeps of jobs that were ended elsewhere: somebody canceled one that was suspended, or another service
/// gave it up. Safe for concurrent use.</summary>
/// <param name="states">Where it is kept.</param>
/// <param name="jobs">The jobs.</param>
internal sealed class LeftState(LocalSyncStateStore states, SyncJobIndex jobs)
{
    /// <summary>Deletes it, but for what a process holds. A job that Elasticsearch does not know may be another cluster's: its state
    /// stays.</summary>
    /// <exception cref="ConnectorException">Elasticsearch could not be asked.</exception>
    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        foreach (var id in states.Kept())
        {
            if (await jobs.FindAsync(id, cancellationToken) is { Status: { } status } && status.IsFinal())
            {
                states.Forget(id);
            }
        }
    }
}
