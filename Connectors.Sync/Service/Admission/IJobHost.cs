using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Sync.Service.Admission;

/// <summary>A host that runs jobs: what <see cref="JobAdmission"/> has to know of it, and how it starts a job that is
/// admitted.</summary>
internal interface IJobHost
{
    /// <summary>How many jobs the host runs, or is about to.</summary>
    /// <param name="unfinished">The jobs that are not over and not silent, as their documents say.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    Task<RunningJobs> CountRunningAsync(IReadOnlyList<SyncJobRecord> unfinished, CancellationToken cancellationToken);

    /// <summary>Whether a job that is in progress or canceling was left by a worker that is known to be dead, so that this host may take
    /// it.</summary>
    bool IsAbandoned(SyncJobRecord job);

    /// <summary>Starts a job that was admitted.</summary>
    /// <param name="job">The job.</param>
    /// <param name="connector">Its connector.</param>
    /// <param name="cancellationToken">Stops the call, not the job.</param>
    /// <returns>Whether it was started by this call.</returns>
    Task<bool> TryStartAsync(SyncJobRecord job, ConnectorRecord connector, CancellationToken cancellationToken);
}

/// <summary>Running jobs; those that sync documents and those that sync identities have limits of their own.</summary>
/// <param name="Content">Jobs that sync documents.</param>
/// <param name="AccessControl">Jobs that sync identities.</param>
internal readonly record struct RunningJobs(int Content, int AccessControl)
{
    /// <summary>The number that a job's limit is compared with.</summary>
    public int Of(SyncJobRecord job) => job.IsAccessControl ? AccessControl : Content;

    /// <summary>The numbers with one job more.</summary>
    public RunningJobs With(SyncJobRecord job) =>
        job.IsAccessControl ? this with { AccessControl = AccessControl + 1 } : this with { Content = Content + 1 };
}
