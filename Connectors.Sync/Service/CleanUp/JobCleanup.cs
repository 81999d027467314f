using Connectors.Sync.Diagnostics;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service.CleanUp;

/// <summary>Ends jobs that nobody works on any more, and takes the secrets out of those that are over. Safe for concurrent use.</summary>
internal sealed class JobCleanup(SyncJobIndex jobs, SyncJobSteps steps, TimeProvider timeProvider, ILoggerFactory loggerFactory)
{
    // The newest of either kind is among them, unless somebody cancels syncs of one kind again and again.
    private const int MostCanceled = 20;

    // Clocks differ, and a search is a moment behind.
    private static readonly TimeSpan LookBack = TimeSpan.FromHours(1);
    private readonly ILogger _logger = loggerFactory.CreateLogger<JobCleanup>();
    private DateTimeOffset? _searched;

    /// <summary>Marks running jobs as failed that have been silent for <paramref name="idleAfter"/>.</summary>
    /// <param name="isOurs">Whether a silent job is for us to judge: its connector is served here, or is gone; and nobody here runs it or
    /// can take it up.</param>
    /// <param name="idleAfter">How long.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many.</returns>
    public async Task<int> FailIdleJobsAsync(
        Func<SyncJobRecord, ValueTask<bool>> isOurs,
        TimeSpan idleAfter,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(isOurs);
        var failed = 0;
        await foreach (var found in jobs.UnfinishedAsync(cancellationToken))
        {
            // The search may be a moment behind: silence is judged by the document as it is.
            if (
                found.Status?.IsRunning() == true
                && await jobs.FindAsync(found.Id, cancellationToken) is { Status: JobStatus.InProgress or JobStatus.Canceling } job
                && job.IsSilent(timeProvider.GetUtcNow(), idleAfter)
                && await isOurs(job)
                && await TryFailIdleAsync(job, idleAfter, cancellationToken)
            )
            {
                failed++;
            }
        }

        return failed;
    }

    /// <summary>Marks a running job as failed when it has been silent for <paramref name="idleAfter"/>, unless it was written to since it
    /// was read.</summary>
    /// <returns>Whether it was marked.</returns>
    public async Task<bool> TryFailIdleAsync(SyncJobRecord job, TimeSpan idleAfter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (!job.IsSilent(timeProvider.GetUtcNow(), idleAfter) || await steps.FailIdleAsync(job, cancellationToken) is null)
        {
            return false;
        }

        ServiceLog.IdleJobFailed(_logger, job.Id, job.ConnectorId, job.LastSeen is { } seen ? ProtocolTime.Format(seen) : "it was made");
        return true;
    }

    /// <summary>
    /// Takes the secrets out of jobs that are over: a job that ends here has none any more, but Kibana cancels jobs too, other services end
    /// them, and earlier versions left them. The first call looks at the newest thousand jobs, and at older ones as long as it finds some;
    /// later calls at those of which something happened since.
    /// </summary>
    /// <param name="isOurs">Whether a job is ours to change: its connector is served here, or is gone.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many had some.</returns>
    public async Task<int> RemoveSecretsAsync(Func<SyncJobRecord, bool> isOurs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(isOurs);
        var began = timeProvider.GetUtcNow();
        var found = new List<string>();
        await foreach (var page in jobs.EndedAsync(_searched, cancellationToken))
        {
            string[] holding = [.. page.Where(job => isOurs(job) && JobSecrets.Removal(job) is not null).Select(job => job.Id)];
            found.AddRange(holding);
            if (holding.Length == 0)
            {
                break;
            }
        }

        // The oldest first: a call that is cut off leaves those that the next one finds first.
        var removed = 0;
        found.Reverse();
        foreach (var id in found)
        {
            removed += await jobs.RemoveSecretsAsync(id, cancellationToken) ? 1 : 0;
        }

        _searched = began - LookBack;
        if (removed > 0)
        {
            ServiceLog.SecretsRemoved(_logger, removed);
        }

        return removed;
    }

    /// <summary>Tells connectors whose last sync is said to be suspended when it was canceled since: Kibana cancels the job
    /// alone.</summary>
    /// <param name="connectors">Those that are served here.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task TellCanceledAsync(IEnumerable<ConnectorRecord> connectors, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connectors);
        foreach (var connector in connectors.Where(connector => connector.IsSuspended))
        {
            var canceled = await jobs.NewestAsync(connector.Id, [JobStatus.Canceled], MostCanceled, cancellationToken);
            foreach (var job in canceled.DistinctBy(job => job.IsAccessControl))
            {
                await steps.TellCanceledAsync(job, cancellationToken);
            }
        }
    }

    /// <summary>Cancels jobs that wait for a connector that was deleted, or that name none: nobody would ever take them. Documents and
    /// indices are left alone.</summary>
    /// <param name="connectors">The connectors.</param>
    /// <param name="age">Jobs younger than this are left alone: their connector may have been made a moment ago.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many.</returns>
    public async Task<int> CancelOrphansAsync(ConnectorIndex connectors, TimeSpan age, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connectors);
        var waiting = await jobs.UnfinishedAsync(cancellationToken)
            .Where(job => job.Status?.IsWaiting() == true && timeProvider.GetUtcNow() - job.CreatedAt > age)
            .ToListAsync(cancellationToken);
        var existing = await connectors.FindAsync(
            waiting.Select(job => job.ConnectorId).Where(id => id.Length > 0).ToHashSet(StringComparer.Ordinal),
            cancellationToken
        );
        var canceled = 0;
        foreach (var job in waiting.Where(job => !existing.ContainsKey(job.ConnectorId)))
        {
            // The search may be a moment behind: what it misses is asked for by its id.
            if (
                (job.ConnectorId.Length == 0 || await connectors.FindAsync(job.ConnectorId, cancellationToken) is null)
                && await jobs.CancelWaitingAsync(job.Id, cancellationToken)
            )
            {
                ServiceLog.OrphanCanceled(_logger, job.Id, job.ConnectorId);
                canceled++;
            }
        }

        return canceled;
    }
}
