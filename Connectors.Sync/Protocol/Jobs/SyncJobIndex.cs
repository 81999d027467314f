using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Retries;

namespace Connectors.Sync.Protocol.Jobs;

/// <summary>
/// The sync jobs in Elasticsearch. Changes follow <see cref="JobTransitions"/>, are made only if the document has not changed since it was
/// read, and may be called twice. <see cref="SyncJobSteps"/> joins them with what the connector's document has to say. Safe for concurrent
/// use.
/// </summary>
internal sealed class SyncJobIndex(IDocumentStore store, TimeProvider timeProvider)
{
    /// <summary>Most jobs that <see cref="NewestAsync"/> gives.</summary>
    internal const int MaxNewest = 1_000;

    /// <summary>A job as it is now, or <see langword="null"/>.</summary>
    public async Task<SyncJobRecord?> FindAsync(string id, CancellationToken cancellationToken) =>
        await store.GetAsync(ProtocolIndices.SyncJobs, id, cancellationToken) is { } document ? new SyncJobRecord(document) : null;

    /// <summary>Jobs that are not over, the oldest first, as of the last refresh.</summary>
    public IAsyncEnumerable<SyncJobRecord> UnfinishedAsync(CancellationToken cancellationToken) =>
        SearchAsync(SyncJobQueries.InStates(JobTransitions.Unfinished), cancellationToken);

    /// <summary>All jobs of a connector, the oldest first, as of the last refresh.</summary>
    public IAsyncEnumerable<SyncJobRecord> OfConnectorAsync(string connectorId, CancellationToken cancellationToken) =>
        SearchAsync(SyncJobQueries.OfConnector(connectorId), cancellationToken);

    /// <summary>The newest jobs, the newest first, as of the last refresh. However many there are, only these are read.</summary>
    /// <param name="connectorId">Whose; <see langword="null"/> for those of all connectors.</param>
    /// <param name="states">In which states; empty for any.</param>
    /// <param name="count">How many, 1 to <see cref="MaxNewest"/>.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    internal async Task<IReadOnlyList<SyncJobRecord>> NewestAsync(
        string? connectorId,
        IReadOnlyCollection<JobStatus> states,
        int count,
        CancellationToken cancellationToken
    )
    {
        var query = SyncJobQueries.Matching(connectorId, states);
        return
        [
            .. (await store.SearchLastAsync(ProtocolIndices.SyncJobs, query, "created_at", count, cancellationToken)).Select(
                document => new SyncJobRecord(document)
            ),
        ];
    }

    /// <summary>Jobs that are over, the newest first, as of the last refresh.</summary>
    /// <param name="since">Only those of which something happened since then; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    internal async IAsyncEnumerable<IReadOnlyList<SyncJobRecord>> EndedAsync(
        DateTimeOffset? since,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        DateTimeOffset? before = null;
        while (true)
        {
            var query = SyncJobQueries.Ended(since, before);
            var page = await store.SearchLastAsync(ProtocolIndices.SyncJobs, query, "created_at", MaxNewest, cancellationToken);
            SyncJobRecord[] jobs = [.. page.Select(document => new SyncJobRecord(document))];
            yield return jobs;
            if (jobs.Length < MaxNewest || jobs[^1].CreatedAt is not { } oldest || oldest == before)
            {
                yield break;
            }

            before = oldest;
        }
    }

    /// <summary>Takes the secrets out of the document of a job that is over.</summary>
    /// <returns>Whether there were any.</returns>
    internal async Task<bool> RemoveSecretsAsync(string id, CancellationToken cancellationToken) =>
        await ChangeAsync(id, job => job.Status?.IsFinal() == true ? JobSecrets.Removal(job) : null, cancellationToken)
            is { Written: true };

    /// <summary>Makes a pending job, with a copy of what the connector says now: later edits count from the next job on.</summary>
    /// <param name="connector">The connector.</param>
    /// <param name="type">What to sync.</param>
    /// <param name="trigger">Who wants it.</param>
    /// <param name="options">What it may do beyond the ordinary.</param>
    /// <param name="key">Names the occasion, so that the same one makes only one job, whoever asks; <see langword="null"/> to make one in
    /// any case.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The job; <see langword="null"/> when the occasion has its job already.</returns>
    /// <exception cref="ConnectorException">The connector has no index or no service type.</exception>
    public async Task<SyncJobRecord?> CreateAsync(
        ConnectorRecord connector,
        JobType type,
        TriggerMethod trigger,
        SyncJobOptions options,
        string? key,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(connector);
        ArgumentNullException.ThrowIfNull(options);
        var document = New(connector, type, trigger, options);
        return await CreateAsync(key is null ? null : IdOf(connector.Id, type, key), document, cancellationToken);
    }

    /// <summary>The document of a pending job, which is not made yet.</summary>
    /// <exception cref="ConnectorException">The connector has no index or no service type.</exception>
    internal JsonObject New(ConnectorRecord connector, JobType type, TriggerMethod trigger, SyncJobOptions options) =>
        SyncJobWrites.New(connector, type, trigger, options, timeProvider.GetUtcNow());

    /// <summary>Makes the job of a document (<see cref="New"/>), with a new id when none is given; <see langword="null"/> when the id has
    /// its job already.</summary>
    internal async Task<SyncJobRecord?> CreateAsync(string? id, JsonObject document, CancellationToken cancellationToken) =>
        await store.CreateAsync(ProtocolIndices.SyncJobs, id, document, cancellationToken) is { } made ? new SyncJobRecord(made) : null;

    /// <summary>The id of the job of an occasion.</summary>
    internal static string IdOf(string connectorId, JobType type, string key) =>
        Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes($"{connectorId}\n{type.ToWord()}\n{key}")));

    /// <summary>Requests the cancellation of a job: a waiting job is canceled at once, a running one becomes <c>canceling</c>.</summary>
    /// <returns>The job's state now; <see langword="null"/> when there is no such job.</returns>
    public async Task<JobStatus?> RequestCancelAsync(string id, CancellationToken cancellationToken)
    {
        JobStatus? status = null;
        var changed = await ChangeAsync(
            id,
            job =>
            {
                status = job.Status;
                var now = ProtocolTime.Format(timeProvider.GetUtcNow());
                switch (job.Status)
                {
                    case JobStatus.InProgress:
                        status = JobStatus.Canceling;
                        return SyncJobWrites.Canceling(now);
                    case JobStatus.Pending or JobStatus.Suspended:
                        status = JobStatus.Canceled;
                        return SyncJobWrites.Canceled(job, now);
                    default:
                        return null;
                }
            },
            cancellationToken
        );
        return changed is null ? null : status;
    }

    /// <summary>Deletes a job that is over, unless somebody wrote to it since it was found.</summary>
    internal Task DeleteAsync(SyncJobRecord found, CancellationToken cancellationToken) =>
        found.Status?.IsFinal() == true
            ? store.DeleteAsync(ProtocolIndices.SyncJobs, found.Id, found.Document, cancellationToken)
            : Task.CompletedTask;

    /// <summary>Cancels a job that waits, and only that: one that somebody took meanwhile is left alone.</summary>
    /// <returns>Whether it was canceled now.</returns>
    internal async Task<bool> CancelWaitingAsync(string id, CancellationToken cancellationToken) =>
        await ChangeAsync(
            id,
            job => job.Status?.IsWaiting() == true ? SyncJobWrites.Canceled(job, ProtocolTime.Format(timeProvider.GetUtcNow())) : null,
            cancellationToken
        )
            is { Written: true };

    /// <summary>Takes a job.</summary>
    /// <param name="seen">The job as it was found.</param>
    /// <param name="worker">Who takes it.</param>
    /// <param name="adopt">Whether it may be taken though it is in progress, because whoever ran it is known to be dead. It is left alone
    /// when anybody wrote to it since it was <paramref name="seen"/>: a sign of life.</param>
    /// <param name="connector">Its connector, whose <c>sync_cursor</c> an incremental job goes on from: while it waited another job may
    /// have moved that. <see langword="null"/> to leave the job's own as it is.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The job, now in progress and ours; <see langword="null"/> when somebody else has it or it is over.</returns>
    internal async Task<SyncJobRecord?> ClaimAsync(
        SyncJobRecord seen,
        JobWorker worker,
        bool adopt,
        ConnectorRecord? connector,
        CancellationToken cancellationToken
    )
    {
        var isOurs = false;
        var changed = await ChangeAsync(
            seen.Id,
            job =>
            {
                var now = ProtocolTime.Format(timeProvider.GetUtcNow());
                var isAdopted =
                    job.Status == JobStatus.InProgress
                    && (
                        (adopt && job.Document.SequenceNumber == seen.Document.SequenceNumber)
                        || (worker.Id is not null && job.WorkerId == worker.Id)
                    );
                isOurs = isAdopted || job.Status is JobStatus.Pending or JobStatus.Suspended;
                if (!isOurs)
                {
                    return null;
                }

                return isAdopted ? SyncJobWrites.Adopted(job, worker, now) : SyncJobWrites.Claimed(job, worker, connector, now);
            },
            cancellationToken
        );

        // A claim that was slow may find that the job was given up, or taken by somebody else, meanwhile.
        return
            changed is not null
            && isOurs
            && await FindAsync(seen.Id, cancellationToken) is { } job
            && job.Status?.IsRunning() == true
            && job.WorkerHostname == worker.Hostname
            && (worker.Id is null || job.WorkerId == worker.Id)
            ? job
            : null;
    }

    /// <summary>Writes a sign of life of a running job, and what is given of its progress.</summary>
    /// <returns>The job as it was before: <see cref="JobStatus.Canceling"/> asks to stop, any other state but
    /// <see cref="JobStatus.InProgress"/> means that somebody else ended it. <see langword="null"/> when it is gone, or somebody else has
    /// taken it.</returns>
    internal async Task<SyncJobRecord?> ProgressAsync(
        JobClaim claim,
        SyncCounts? counts,
        SourceWait? wait,
        CancellationToken cancellationToken
    )
    {
        var changed = await ChangeAsync(
            claim.JobId,
            job =>
                job.Status is JobStatus.InProgress or JobStatus.Canceling && claim.Holds(job)
                    ? SyncJobWrites.Alive(timeProvider.GetUtcNow(), counts, wait)
                    : null,
            cancellationToken
        );
        return changed is { Read: var read } && claim.Holds(read) ? read : null;
    }

    /// <summary>Ends or suspends a running job.</summary>
    /// <returns>The job as it stands, when it ended as wanted (or as canceled, when the user wanted that meanwhile), now or at an earlier
    /// call; <see langword="null"/> when somebody else ended it otherwise or has taken it, or it is gone.</returns>
    internal async Task<SyncJobRecord?> EndAsync(JobClaim claim, JobStatus wanted, JobResult result, CancellationToken cancellationToken)
    {
        var isEnded = false;
        var changed = await ChangeAsync(
            claim.JobId,
            job =>
            {
                if (!claim.Holds(job))
                {
                    isEnded = false;
                    return null;
                }

                var end = job.Status is { } status ? JobTransitions.EndOf(status, wanted) : null;
                isEnded = end is not null || job.Status == wanted || (job.Status == JobStatus.Canceled && wanted != JobStatus.Error);
                return end is null ? null : SyncJobWrites.Ending(end.Value, result, timeProvider.GetUtcNow(), claim.IsLeft ? job : null);
            },
            cancellationToken
        );
        return changed is not null && isEnded ? await FindAsync(claim.JobId, cancellationToken) : null;
    }

    private async IAsyncEnumerable<SyncJobRecord> SearchAsync(
        JsonObject? query,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var document in store.SearchAsync(ProtocolIndices.SyncJobs, query, "created_at", cancellationToken))
        {
            yield return new SyncJobRecord(document);
        }
    }

    private async Task<(SyncJobRecord Read, bool Written)?> ChangeAsync(
        string id,
        Func<SyncJobRecord, JsonObject?> decide,
        CancellationToken cancellationToken
    )
    {
        var changed = await store.ChangeAsync(
            ProtocolIndices.SyncJobs,
            id,
            seen: null,
            document =>
            {
                // Here, because every end of a job passes here.
                var job = new SyncJobRecord(document);
                return JobSecrets.WithRemoval(decide(job), job);
            },
            cancellationToken
        );
        return changed is { } change ? (new SyncJobRecord(change.Read), change.Written) : null;
    }
}
