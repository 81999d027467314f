using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Schedules;
using Connectors.Sync.Retries;

namespace Connectors.Sync.Protocol.Jobs;

/// <summary>
/// The steps of a job's life: each call writes the job's and the connector's document. The same calls serve the one-process service and the
/// activities of an orchestration: each may be repeated, also after the first call died between the two documents. Safe for concurrent use.
/// </summary>
internal sealed class SyncJobSteps(ConnectorIndex connectors, SyncJobIndex jobs)
{
    // Jobs of a connector that are looked at to find those that were taken later.
    private const int MostLookedAt = 20;

    /// <summary>Makes the job of a sync that is due, unless it has one, and remembers that in the connector. A pending job of the same kind
    /// serves it too.</summary>
    /// <param name="connector">The connector.</param>
    /// <param name="due">What is due.</param>
    /// <param name="isPending">Whether a job of that kind waits already.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The job that was made, or <see langword="null"/> when none was needed.</returns>
    public async Task<SyncJobRecord?> CreateAsync(
        ConnectorRecord connector,
        DueSync due,
        bool isPending,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(connector);
        ArgumentNullException.ThrowIfNull(due);
        var key = due.ScheduledAt is { } time
            ? ProtocolTime.Format(time)
            : $"sync_now {connector.Document.PrimaryTerm}.{connector.Document.SequenceNumber}";
        if (due.Kind == SyncKind.DeletesOnly)
        {
            key = $"{ConnectorRecord.DeletesOnlyName} {key}";
        }

        // The job first: a crash in between makes it due again, and the key then finds the job.
        var job = isPending
            ? null
            : await jobs.CreateAsync(connector, due.Type, due.Trigger, new SyncJobOptions(Kind: due.Kind), key, cancellationToken);
        if (due is { Kind: SyncKind.DeletesOnly, ScheduledAt: { } at })
        {
            await connectors.MarkDeletesOnlyScheduledAsync(connector.Id, at, cancellationToken);
        }
        else if (due.ScheduledAt is { } scheduledAt)
        {
            await connectors.MarkScheduledAsync(connector.Id, due.Type, scheduledAt, cancellationToken);
        }
        else
        {
            await connectors.ClearSyncNowAsync(connector.Id, cancellationToken);
        }

        return job;
    }

    /// <summary>Takes a job: it is <c>in_progress</c> and the worker's.</summary>
    /// <param name="seen">The job as it was found.</param>
    /// <param name="worker">Who takes it.</param>
    /// <param name="adopt">Whether it may be taken though it is in progress, because whoever ran it is known to be dead. It is left alone
    /// when anybody wrote to it since it was <paramref name="seen"/>.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The job as it stands; <see langword="null"/> when somebody else has it or it is over.</returns>
    public async Task<SyncJobRecord?> ClaimAsync(SyncJobRecord seen, JobWorker worker, bool adopt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(worker);
        var connector = seen.Type == JobType.Incremental ? await connectors.FindAsync(seen.ConnectorId, cancellationToken) : null;
        var job = await jobs.ClaimAsync(seen, worker, adopt, connector, cancellationToken);
        if (job is null)
        {
            return null;
        }

        await connectors.MarkSyncStartedAsync(job, cancellationToken);

        // A slow claim may come after the job's end, which somebody else wrote because nobody seemed to work on it: that is told once more.
        if (await jobs.FindAsync(job.Id, cancellationToken) is { } now && HasEnded(now))
        {
            await TellEndAsync(now, cancellationToken);
        }

        return job;
    }

    /// <summary>
    /// Writes a sign of life of a running job, and what is given of its progress. Call it at least once a minute: a job that is silent for
    /// five is presumed dead. A job whose connector was deleted is ended here: nobody wants its documents any more.
    /// </summary>
    /// <returns>The job's state: <see cref="JobStatus.Canceling"/> asks to stop, any other but <see cref="JobStatus.InProgress"/> means
    /// that somebody else ended it. <see langword="null"/> when it is gone, or somebody else has taken it.</returns>
    public async Task<JobStatus?> ProgressAsync(
        JobClaim claim,
        SyncCounts? counts,
        SourceWait? wait,
        CancellationToken cancellationToken
    )
    {
        var job = await jobs.ProgressAsync(claim, counts, wait, cancellationToken);
        if (job?.Status?.IsRunning() != true || await connectors.FindAsync(job.ConnectorId, cancellationToken) is not null)
        {
            return job?.Status;
        }

        var ended = await jobs.EndAsync(claim, JobStatus.Error, new JobResult { Error = ErrorText.ConnectorDeleted }, cancellationToken);
        return ended?.Status ?? JobStatus.Error;
    }

    /// <summary>The index equals the source. If the user cancelled it in the meantime, it ends as canceled.</summary>
    public Task<SyncJobRecord?> CompleteAsync(JobClaim claim, JobResult result, CancellationToken cancellationToken) =>
        EndAsync(claim, JobStatus.Completed, result, cancellationToken);

    /// <summary>The sync failed; the result's error says why.</summary>
    public Task<SyncJobRecord?> FailAsync(JobClaim claim, JobResult result, CancellationToken cancellationToken) =>
        EndAsync(claim, JobStatus.Error, result, cancellationToken);

    /// <summary>The sync was stopped because the user wanted it.</summary>
    public Task<SyncJobRecord?> CancelAsync(JobClaim claim, JobResult result, CancellationToken cancellationToken) =>
        EndAsync(claim, JobStatus.Canceled, result, cancellationToken);

    /// <summary>The sync was stopped and can go on later, here or elsewhere.</summary>
    public Task<SyncJobRecord?> SuspendAsync(JobClaim claim, JobResult result, CancellationToken cancellationToken) =>
        EndAsync(claim, JobStatus.Suspended, result, cancellationToken);

    /// <summary>Fails a job that nobody works on any more; not one that was written to since it was <paramref name="seen"/>.</summary>
    public Task<SyncJobRecord?> FailIdleAsync(SyncJobRecord seen, CancellationToken cancellationToken) =>
        FailAsync(JobClaim.Silent(seen), new JobResult { Error = ErrorText.Idle }, cancellationToken);

    /// <summary>Cancels a job that nobody works on; not one that was written to since it was <paramref name="seen"/>.</summary>
    public async Task<SyncJobRecord?> CancelLeftAsync(SyncJobRecord seen, CancellationToken cancellationToken)
    {
        var job = await jobs.EndAsync(JobClaim.Silent(seen), JobStatus.Canceled, new JobResult(), cancellationToken);
        if (job is not null)
        {
            await TellCanceledAsync(job, cancellationToken);
        }

        return job;
    }

    /// <summary>A person wants no more of a job: one that waits is canceled at once, and its connector told when it was at work on it
    /// before; a running one becomes <see cref="JobStatus.Canceling"/>.</summary>
    /// <returns>The job's state now; <see langword="null"/> when there is no such job.</returns>
    public async Task<JobStatus?> RequestCancelAsync(string jobId, CancellationToken cancellationToken)
    {
        var status = await jobs.RequestCancelAsync(jobId, cancellationToken);
        if (status == JobStatus.Canceled && await jobs.FindAsync(jobId, cancellationToken) is { } job)
        {
            await TellCanceledAsync(job, cancellationToken);
        }

        return status;
    }

    /// <summary>Tells a connector that its job, which was suspended, was canceled: nobody works on it who would. Kibana cancels such jobs
    /// by themselves.</summary>
    internal Task TellCanceledAsync(SyncJobRecord job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);

        // One that nobody ever began says nothing about the connector's last sync.
        return job is { Status: JobStatus.Canceled, StartedAt: not null } ? TellEndAsync(job, cancellationToken) : Task.CompletedTask;
    }

    private async Task<SyncJobRecord?> EndAsync(JobClaim claim, JobStatus wanted, JobResult result, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(result);
        var job = await jobs.EndAsync(claim, wanted, result, cancellationToken);
        if (job is not null)
        {
            await TellEndAsync(job, cancellationToken);
        }

        return job;
    }

    /// <summary>
    /// Records in the connector how a job ended, unless later jobs of its kind have recorded more. Also one of those may have been told of
    /// before. A suspended job that was taken again meanwhile is told of by whoever took it.
    /// </summary>
    private async Task TellEndAsync(SyncJobRecord job, CancellationToken cancellationToken)
    {
        SyncJobRecord? last = null;
        await connectors.MarkSyncEndedAsync(
            job.ConnectorId,
            async () =>
            {
                last = null;
                var now = await jobs.FindAsync(job.Id, cancellationToken) ?? job;
                if (!HasEnded(now))
                {
                    return null;
                }

                var later = await LaterThanAsync(now, cancellationToken);
                last = later.Count > 0 ? later[^1] : null;
                var isCursorNewest = !later.Any(other => other is { Status: JobStatus.Completed, MovesCursor: true });
                return new SyncEnding(now, last is null, isCursorNewest);
            },
            cancellationToken
        );
        if (last is not null && HasEnded(last))
        {
            await TellEndAsync(last, cancellationToken);
        }
    }

    /// <summary>Jobs of the same connector and the same kind, content or access control, that were taken later than a job; the first taken
    /// first.</summary>
    private async Task<IReadOnlyList<SyncJobRecord>> LaterThanAsync(SyncJobRecord job, CancellationToken cancellationToken)
    {
        var began = job.StartedAt ?? job.CreatedAt;
        List<SyncJobRecord> later = [];
        foreach (var found in await jobs.NewestAsync(job.ConnectorId, [], MostLookedAt, cancellationToken))
        {
            if (found.Id == job.Id || found.IsAccessControl != job.IsAccessControl)
            {
                continue;
            }

            // A search is a moment behind: what is not over in it may have been taken, or ended, since.
            var other = found.Status?.IsFinal() == true ? found : await jobs.FindAsync(found.Id, cancellationToken);
            if (other?.StartedAt > began)
            {
                later.Add(other);
            }
        }

        return [.. later.OrderBy(other => other.StartedAt)];
    }

    private static bool HasEnded(SyncJobRecord job) => job.Status is { } status && (status.IsFinal() || status == JobStatus.Suspended);
}
