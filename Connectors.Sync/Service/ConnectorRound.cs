using System.Collections.Concurrent;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Protocol;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service;

/// <summary>
/// One look at everything that is served: after connectors, for jobs that may be begun, for jobs that nobody works on. What every host does again and again; each may
/// be done twice, and by several hosts at once. Safe for concurrent use.
/// </summary>
public sealed class ConnectorRound(
    ConnectorIndex connectors,
    SyncJobIndex jobs,
    ConnectorCare care,
    JobCleanup cleanup,
    ConnectorServiceOptions options,
    ILoggerFactory loggerFactory)
{
    private readonly ILogger _logger = loggerFactory.CreateLogger<ConnectorRound>();

    /// <summary>The connectors that are served, by id.</summary>
    /// <exception cref="ConnectorException">Elasticsearch could not be asked.</exception>
    public async Task<IReadOnlyDictionary<string, ConnectorRecord>> ServedAsync(CancellationToken cancellationToken)
    {
        var served = new Dictionary<string, ConnectorRecord>(StringComparer.Ordinal);
        await foreach (var connector in connectors.ListAsync(cancellationToken))
        {
            if (options.ServedAs(connector) is not null)
            {
                served[connector.Id] = connector;
            }
        }

        return served;
    }

    /// <summary>Looks after every connector that is served, several at a time.</summary>
    /// <param name="isRunning">Whether a sync of a connector runs, so that its source need not be tried; <see langword="null"/> to go by the jobs' documents.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many jobs were made.</returns>
    /// <exception cref="ConnectorException">Elasticsearch could not be reached. What is wrong with single connectors is written into them.</exception>
    public async Task<int> CareForAllAsync(Func<string, bool>? isRunning, CancellationToken cancellationToken)
    {
        var unfinished = await jobs.UnfinishedAsync(cancellationToken).ToListAsync(cancellationToken);
        isRunning ??= connector => unfinished.Exists(job => job.ConnectorId == connector && job.Status?.IsRunning() == true);
        var served = await ServedAsync(cancellationToken);
        var made = 0;
        var failures = new ConcurrentQueue<ConnectorException>();
        await Parallel.ForEachAsync(
            served.Values,
            new ParallelOptions { MaxDegreeOfParallelism = options.Service.MaxConcurrentSchedulingTasks, CancellationToken = cancellationToken },
            async (connector, token) =>
            {
                try
                {
                    var isPending = unfinished.Exists(job => job.ConnectorId == connector.Id && job is { Status: JobStatus.Pending, Type: JobType.Full });
                    var ofConnector = await care.LookAfterAsync(connector, isPending, isRunning(connector.Id), token);
                    Interlocked.Add(ref made, ofConnector.Count);
                }
                catch (ConnectorException exception)
                {
                    ServiceLog.ConnectorError(_logger, connector.Id, exception.Message);
                    failures.Enqueue(exception);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    ServiceLog.ConnectorFailed(_logger, exception, connector.Id);
                }
            });
        if (failures.TryPeek(out var failure) && failures.Count == served.Count)
        {
            // All of them: that is Elasticsearch, not a connector.
            throw failure;
        }

        ServiceLog.PollDone(_logger, options.PollDoneLevel, served.Count, made);
        return made;
    }

    /// <summary>The jobs that may be begun: at most one of each connector, the oldest first.</summary>
    /// <param name="served">The connectors whose jobs count.</param>
    /// <param name="isAbandoned">Whether a running job was left by a worker that is known to be dead.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ConnectorException">Elasticsearch could not be asked.</exception>
    public async Task<IReadOnlyList<SyncJobRecord>> NextJobsAsync(
        IReadOnlyDictionary<string, ConnectorRecord> served,
        Func<SyncJobRecord, bool> isAbandoned,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(served);
        var unfinished = new List<SyncJobRecord>();
        await foreach (var job in jobs.UnfinishedAsync(cancellationToken))
        {
            // A search is a moment behind: a job that just ended would block its connector until the next round.
            if (served.ContainsKey(job.ConnectorId)
                && await jobs.FindAsync(job.Id, cancellationToken) is { Status: { } status } fresh && !status.IsFinal())
            {
                unfinished.Add(fresh);
            }
        }

        return JobQueue.Next(unfinished, isAbandoned);
    }

    /// <summary>Fails the jobs that are silent and that nobody can go on with.</summary>
    /// <param name="isAlive">Whether somebody runs a job, or can take it up.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many.</returns>
    /// <exception cref="ConnectorException">Elasticsearch could not be asked.</exception>
    public async Task<int> FailIdleJobsAsync(Func<SyncJobRecord, ValueTask<bool>> isAlive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(isAlive);
        var known = await connectors.ListAsync(cancellationToken).ToDictionaryAsync(connector => connector.Id, StringComparer.Ordinal, cancellationToken);

        // Jobs of connectors that others serve are theirs to judge.
        return await cleanup.FailIdleJobsAsync(
            async job => (!known.TryGetValue(job.ConnectorId, out var connector) || options.ServedAs(connector) is not null) && !await isAlive(job),
            options.IdleAfter,
            cancellationToken);
    }
}
