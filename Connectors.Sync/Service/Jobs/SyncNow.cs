using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.Admission;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service.Jobs;

/// <summary>Options for syncing one connector on demand.</summary>
/// <param name="DryRun">Compute what would be done, write nothing.</param>
/// <param name="AllowMassDelete">Delete more than the delete guard allows.</param>
/// <param name="Reindex">Write every document again, changed or not.</param>
/// <param name="Kind">The scope of the sync.</param>
internal sealed record SyncNowOptions(
    bool DryRun = false,
    bool AllowMassDelete = false,
    bool Reindex = false,
    SyncKind Kind = SyncKind.Full
)
{
    /// <summary>Sync the identities, not the documents. Always a sync of everything.</summary>
    public bool AccessControl { get; init; }

    internal JobType JobType =>
        AccessControl ? JobType.AccessControl
        : Kind == SyncKind.Incremental ? JobType.Incremental
        : JobType.Full;

    internal SyncJobOptions ForJob => new(AllowMassDelete, Reindex, Kind);
}

/// <summary>Syncs one connector now.</summary>
internal sealed class SyncNow(ServiceCore core, JobDispatcher dispatcher, ServiceParts parts)
{
    private static readonly TimeSpan FollowPause = TimeSpan.FromSeconds(2);

    /// <summary>Computes what a sync would do.</summary>
    public async Task<SyncResult> DryRunAsync(
        string connectorId,
        SyncNowOptions how,
        CancellationToken stop,
        CancellationToken cancellationToken
    )
    {
        Check(how);
        var connector = await FindAsync(connectorId, stop);
        var serviceType = ServiceTypeOf(connector);
        var request = JobSetup.DryRun(connector, core.Sources.Describe(serviceType), how.AccessControl) with
        {
            AllowMassDelete = how.AllowMassDelete,
            Reindex = how.Reindex,
            Kind = how.Kind,
        };
        await using var source = JobSetup.OpenSource(connector, serviceType, core.Sources, how.AccessControl);
        var engine = parts.EngineOf(connectorId);
        var sync = new RunningSync(
            request.JobId,
            connectorId,
            connector.Name ?? connectorId,
            request.IndexName,
            serviceType,
            parts.TimeProvider.GetUtcNow()
        );
        parts.Observer?.SyncStarted(sync);
        var result = new SyncResult(SyncResultEnd.Failed, null, null, null);
        using var jobStop = new JobStop(parts.TimeProvider, stop, cancellationToken);
        try
        {
            await core.Sources.PingAsync(source, core.Options, sync.Progress, parts.LoggerFactory.CreateLogger<SyncNow>(), stop);
            var outcome = await engine.RunAsync(request, source, sync.Progress, jobStop.Orderly, jobStop.AtOnce);
            var end = outcome.End switch
            {
                SyncEnd.Refused => SyncResultEnd.Failed,
                SyncEnd.Stopped => SyncResultEnd.Canceled,
                _ => SyncResultEnd.Completed,
            };
            result = new SyncResult(end, null, outcome, outcome.Message);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            result = new SyncResult(SyncResultEnd.Canceled, null, null, null);
        }
        finally
        {
            parts.Observer?.SyncEnded(sync, result);
            await engine.ForgetAsync(request.JobId, CancellationToken.None);
        }

        return result;
    }

    /// <summary>Creates a job and runs it, or follows it when another service was faster.</summary>
    public async Task<SyncResult> RunAsync(
        string connectorId,
        SyncNowOptions how,
        CancellationToken stop,
        CancellationToken cancellationToken
    )
    {
        Check(how);
        await ProtocolIndices.EnsureAsync(parts.Store, stop);
        var connector = await FindAsync(connectorId, stop);
        var serviceType = ServiceTypeOf(connector);
        var source = core.Sources.Describe(serviceType);
        connector = await core.Connectors.PrepareAsync(connectorId, serviceType, ConnectorPreparation.For(source), stop)
            ?? throw Missing(connectorId);
        JobSetup.RequireContentIndex(connector.IndexName);
        ConfigurationValidator.Require(connector.Configuration, source.Fields);
        var job = await WaitingAsync(connectorId, how, stop)
            ?? await core.Jobs.CreateAsync(connector, how.JobType, TriggerMethod.OnDemand, how.ForJob, key: null, stop);
        dispatcher.TryReserve(job!);
        try
        {
            return await dispatcher.RunJobAsync(job!, connector.Name ?? connector.Id, stop, cancellationToken)
                ?? await FollowAsync(job!, connector, stop);
        }
        finally
        {
            dispatcher.Release(job!);
        }
    }

    private static void Check(SyncNowOptions how)
    {
        if (SyncOptionsValidator.Find(how, SyncOptionNames.CommandLine) is { } problem)
        {
            throw new ConnectorException(problem);
        }
    }

    /// <summary>The waiting job, or the job that a dead process left: it is run, or resumed, instead of a new one. What nobody continues is
    /// ended.</summary>
    private async Task<SyncJobRecord?> WaitingAsync(string connectorId, SyncNowOptions how, CancellationToken cancellationToken)
    {
        var unfinished = new List<SyncJobRecord>();
        await foreach (var found in core.Jobs.UnfinishedAsync(cancellationToken))
        {
            if (
                found.ConnectorId == connectorId
                && found.Type is not null
                && found.IsAccessControl == how.AccessControl
                && await core.Jobs.FindAsync(found.Id, cancellationToken) is { Status: { } status } job
                && !status.IsFinal()
                && !await dispatcher.TryEndLeftAsync(job, cancellationToken)
            )
            {
                unfinished.Add(job);
            }
        }

        if (unfinished.Count == 0)
        {
            return null;
        }

        var next = JobQueue.Next(unfinished, dispatcher.IsAbandoned);
        if (next is not [{ Status: not JobStatus.Canceling } waiting])
        {
            throw Running(unfinished.First(job => job.Status?.IsRunning() == true), parts.TimeProvider.GetUtcNow());
        }

        // What somebody asked for and nobody has begun is not given up for something else.
        if (waiting.Status == JobStatus.Pending && waiting.Options != how.ForJob)
        {
            throw OtherOptions(waiting, how);
        }

        var current = await dispatcher.CurrentAsync(waiting, how.ForJob, cancellationToken)
            ?? throw new ConnectorException(
                $"Another service has just taken job '{waiting.Id}' of connector '{connectorId}', or put another one in its place. Wait "
                    + "for it to end, then sync again."
            );

        // It goes on with its own options; or a service has made it, and was cut off: that allowed no mass delete.
        return current.Options == how.ForJob ? current : throw OtherOptions(current, how);
    }

    private static ConnectorException Running(SyncJobRecord job, DateTimeOffset now)
    {
        var host = job.WorkerHostname ?? "another host";
        return new ConnectorException(
            JobSilence.Parts(job, now) is var (heard, end)
                ? $"Connector '{job.ConnectorId}' may still be synced, by job '{job.Id}' on {host}, which was {heard}: its process may "
                    + $"have died. It {end}."
                : $"Connector '{job.ConnectorId}' is being synced already, by job '{job.Id}' on {host}. Wait for it to end, or cancel it, "
                    + "then sync again."
        );
    }

    private static ConnectorException OtherOptions(SyncJobRecord waiting, SyncNowOptions how)
    {
        var words = SyncOptionNames.CommandLine;
        var (theirs, ours) = (words.Of(waiting.Options), words.Of(how.ForJob));
        var id = ShellWord.Of(waiting.Id);
        var same = string.Join(' ', [$"elastic-ingest sync {ShellWord.Of(waiting.ConnectorId)}", .. theirs]);
        return new ConnectorException(
            waiting.Status == JobStatus.Pending
                ? $"Job '{waiting.Id}' of connector '{waiting.ConnectorId}' waits to be run {Listed(theirs)}, and this sync is "
                    + $"{Listed(ours)}. Run it first ('{same}'), or cancel it ('elastic-ingest job cancel {id}'), then sync again."
                : $"Job '{waiting.Id}' of connector '{waiting.ConnectorId}' was interrupted; it runs {Listed(theirs)}, and this sync is "
                    + $"{Listed(ours)}. Go on with it ('{same}'), or cancel it ('elastic-ingest job cancel {id}'), then sync again."
        );

        static string Listed(IReadOnlyList<string> options) => options.Count == 0 ? "without options" : $"with {string.Join(' ', options)}";
    }

    /// <summary>Follows a job that another service was faster to take, and tells of it as of one that runs here.</summary>
    private async Task<SyncResult> FollowAsync(SyncJobRecord made, ConnectorRecord connector, CancellationToken stop)
    {
        var job = await core.Jobs.FindAsync(made.Id, stop);
        var sync = new RunningSync(
            made.Id,
            connector.Id,
            connector.Name ?? connector.Id,
            made.IndexName ?? string.Empty,
            made.ServiceType ?? string.Empty,
            parts.TimeProvider.GetUtcNow()
        )
        {
            FollowedOn = job?.WorkerHostname ?? "another host",
        };
        parts.Observer?.SyncStarted(sync);
        var result = new SyncResult(SyncResultEnd.Interrupted, job, null, null);
        try
        {
            while (true)
            {
                sync.Progress.Restart();
                sync.Progress.Add(job is null ? default : JobMetadata.CountsOf(job));
                var wait = job?.Wait;
                sync.Progress.Waits = () => wait?.IsOn(parts.TimeProvider.GetUtcNow()) == true ? wait : null;
                if (EndOf(job) is { } end)
                {
                    result = end;
                    break;
                }

                await Task.Delay(FollowPause, parts.TimeProvider, stop);
                job = await core.Jobs.FindAsync(made.Id, stop);
            }
        }
        finally
        {
            parts.Observer?.SyncEnded(sync, result);
        }

        return result;
    }

    private SyncResult? EndOf(SyncJobRecord? job) =>
        job?.Status switch
        {
            null => new SyncResult(SyncResultEnd.Lost, job, null, null),
            JobStatus.Completed => new SyncResult(SyncResultEnd.Completed, job, null, null),
            JobStatus.Canceled => new SyncResult(SyncResultEnd.Canceled, job, null, null),
            JobStatus.Suspended => new SyncResult(SyncResultEnd.Suspended, job, null, null),
            JobStatus.Error => new SyncResult(SyncResultEnd.Failed, job, null, job.Error),
            JobStatus.InProgress or JobStatus.Canceling when job.IsSilent(parts.TimeProvider.GetUtcNow(), core.Options.IdleAfter) =>
                new SyncResult(
                    SyncResultEnd.Failed,
                    job,
                    null,
                    $"Job '{job.Id}' on {job.WorkerHostname ?? "another host"} gives no sign of life any more. The service that serves "
                        + "the connector ends it; sync again then."
                ),
            _ => null,
        };

    private async Task<ConnectorRecord> FindAsync(string connectorId, CancellationToken cancellationToken) =>
        await core.Connectors.FindAsync(connectorId, cancellationToken) ?? throw Missing(connectorId);

    private string ServiceTypeOf(ConnectorRecord connector) =>
        connector.ServiceType
        ?? (
            core.Options.ServedAs(connector) is { Length: > 0 } configured
                ? configured
                : throw new ConnectorException($"service_type: not set. Choose the source of connector '{connector.Id}'.")
        );

    private static ConnectorException Missing(string connectorId) =>
        new($"There is no connector with id '{connectorId}'. 'elastic-ingest list' shows those that there are.");
}
