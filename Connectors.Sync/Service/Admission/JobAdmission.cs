using Connectors.Abstractions;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Sync.Service.Admission;

/// <summary>
/// Decides in every host which jobs may be taken now: of connectors that are served, one at a time for each connector's content and one for
/// its access control, the oldest first, and no more than <c>max_concurrent_syncs</c> allows. Silent jobs, which a dead worker left behind,
/// take nobody's place. Safe for concurrent use.
/// </summary>
internal sealed class JobAdmission(ConnectorIndex connectors, SyncJobIndex jobs, ConnectorServiceOptions options, TimeProvider time)
{
    /// <summary>Has <paramref name="host"/> start all jobs that may be taken now.</summary>
    /// <returns>How many were started.</returns>
    /// <exception cref="ConnectorException">Elasticsearch could not be asked.</exception>
    public async Task<int> StartAsync(IJobHost host, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);
        var (found, served) = await UnfinishedAsync(cancellationToken);
        var unfinished = await RefreshAsync(found, cancellationToken);
        var running = await host.CountRunningAsync([.. unfinished.Where(job => !IsSilent(job))], cancellationToken);
        var started = 0;
        foreach (var job in JobQueue.Next(unfinished, host.IsAbandoned))
        {
            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            if (
                running.Of(job) < options.Service.MaxConcurrentSyncs(job.IsAccessControl)
                && await host.TryStartAsync(job, served[job.ConnectorId], cancellationToken)
            )
            {
                running = running.With(job);
                started++;
            }
        }

        return started;
    }

    private bool IsSilent(SyncJobRecord job) => job.IsSilent(time.GetUtcNow(), options.IdleAfter);

    /// <summary>The jobs that are not over, of connectors that are served, and those connectors.</summary>
    private async Task<(IReadOnlyList<SyncJobRecord> Jobs, IReadOnlyDictionary<string, ConnectorRecord> Served)> UnfinishedAsync(
        CancellationToken cancellationToken
    )
    {
        // Only connectors that have such a job are asked for: those that are idle cost nothing.
        var found = await jobs.UnfinishedAsync(cancellationToken).Where(job => job.ConnectorId.Length > 0).ToListAsync(cancellationToken);
        var known = await connectors.FindAsync(found.Select(job => job.ConnectorId).ToHashSet(StringComparer.Ordinal), cancellationToken);
        var served = known.Where(pair => options.ServedAs(pair.Value) is not null).ToDictionary(StringComparer.Ordinal);
        return ([.. found.Where(job => served.ContainsKey(job.ConnectorId))], served);
    }

    /// <summary>A search is a moment behind: a job that just ended would hold its place until the next poll.</summary>
    private async Task<IReadOnlyList<SyncJobRecord>> RefreshAsync(
        IReadOnlyList<SyncJobRecord> unfinished,
        CancellationToken cancellationToken
    )
    {
        var current = new List<SyncJobRecord>();
        foreach (var found in unfinished)
        {
            if (await jobs.FindAsync(found.Id, cancellationToken) is { Status: { } status } job && !status.IsFinal())
            {
                current.Add(job);
            }
        }

        return current;
    }
}
