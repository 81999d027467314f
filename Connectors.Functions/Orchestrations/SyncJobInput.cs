using Connectors.Sync.Api;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Functions.Orchestrations;

/// <summary>
/// The input of a sync's orchestration: names and options only. Everything about the connector is read from Elasticsearch by the steps
/// themselves.
/// </summary>
/// <param name="JobId">The sync job's id, which is also the orchestration's. That of a dry run is of its own: there is no job.</param>
/// <param name="ConnectorId">The connector's id.</param>
/// <param name="DryRun">Find out what would be done, write nothing.</param>
/// <param name="AllowMassDelete">Of a dry run: whether more may be deleted than the delete guard allows. A job says that itself.</param>
/// <param name="Reindex">Of a dry run: whether every document would be written. A job says that itself.</param>
/// <param name="Kind">Of a dry run: what kind of sync it would be. A job says that itself.</param>
/// <param name="FullBecause">If an incremental sync was begun and its cursor had expired, why everything is read instead.</param>
/// <param name="AccessControl">Of a dry run: whether identities are meant, and not documents. A job says that itself.</param>
/// <param name="Run">Of a job that was claimed: which execution of the orchestration has it. Its steps stop when another worker has taken
/// the job.</param>
public sealed record SyncJobInput(
    string JobId,
    string ConnectorId,
    bool DryRun = false,
    bool AllowMassDelete = false,
    bool Reindex = false,
    SyncKind Kind = SyncKind.Full,
    string? FullBecause = null,
    bool AccessControl = false,
    Guid? Run = null
)
{
    /// <summary>How the id of a dry run begins.</summary>
    public const string DryRunPrefix = ConnectorApi.DryRunPrefix;

    /// <summary>The id of the orchestration of a job: the job's own, where it can be one.</summary>
    public static string InstanceIdOf(string jobId) => JobFolder.NameOf(jobId);

    /// <summary>The worker that an execution is (<see cref="JobWorker.Id"/>).</summary>
    internal static string WorkerIdOf(Guid run) => $"orchestration {run:N}";

    /// <summary>Whether the job is not another worker's.</summary>
    internal bool Holds(SyncJobRecord job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return Run is not { } run || job.WorkerId == WorkerIdOf(run);
    }

    /// <summary>The target that is a job.</summary>
    internal static SyncJobInput Of(SyncJobRecord job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new SyncJobInput(job.Id, job.ConnectorId);
    }
}
