using System.Collections.Concurrent;
using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.CleanUp;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service.Polling;

/// <summary>
/// One poll: maintains connectors, and ends abandoned jobs. Every host repeats it; idempotent, and safe to run in
/// several hosts at once. Safe for concurrent use.
/// </summary>
internal sealed class PollCycle(
    ConnectorIndex connectors,
    SyncJobIndex jobs,
    ConnectorMaintenance maintenance,
    JobCleanup cleanup,
    ConnectorServiceOptions options,
    ILoggerFactory loggerFactory
)
{
    private readonly ILogger _logger = loggerFactory.CreateLogger<PollCycle>();
    private readonly ConcurrentDictionary<(string Id, string ServiceType), bool> _unknown = [];
    private IReadOnlyList<ListedConnectorProblem> _problems = [];

    /// <summary>The connectors that are served, by id.</summary>
    /// <exception cref="ConnectorException">Elasticsearch could not be asked.</exception>
    public async Task<IReadOnlyDictionary<string, ConnectorRecord>> ServedAsync(CancellationToken cancellationToken)
    {
        var served = new Dictionary<string, ConnectorRecord>(StringComparer.Ordinal);
        var all = await connectors.ListAsync(cancellationToken).ToListAsync(cancellationToken);
        SayProblemsOfList(all);
        foreach (var connector in all)
        {
            if (options.ServedAs(connector) is not null)
            {
                served[connector.Id] = connector;
            }
            else if (options.IsOfUnknownType(connector) && _unknown.TryAdd((connector.Id, connector.ServiceType!), true))
            {
                // Once, and not at each look.
                ServiceLog.UnknownServiceType(_logger, connector.Id, connector.ServiceType!, options.Service.PluginsFolder);
            }
        }

        return served;
    }

    private void SayProblemsOfList(List<ConnectorRecord> all)
    {
        if (options.Connectors.Count == 0)
        {
            return;
        }

        // At the start, and when something changes.
        List<ListedConnectorProblem> now = [.. ListedConnectors.Problems(options.Connectors, all)];
        foreach (var problem in now.Except(Interlocked.Exchange(ref _problems, now)))
        {
            ServiceLog.ListedConnector(_logger, problem.Problem, problem.Remedy);
        }
    }

    /// <summary>Maintains every served connector, several at a time.</summary>
    /// <param name="isRunning">Whether a sync of a connector runs, so that its source need not be tried; <see langword="null"/> to go by
    /// the jobs' documents.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many jobs were made.</returns>
    /// <exception cref="ConnectorException">
    /// Elasticsearch could not be reached. Problems of single connectors are written to their documents.
    /// </exception>
    public async Task<int> MaintainAllAsync(Func<string, bool>? isRunning, CancellationToken cancellationToken)
    {
        var unfinished = (await jobs.UnfinishedAsync(cancellationToken).ToListAsync(cancellationToken)).ToLookup(
            job => job.ConnectorId,
            StringComparer.Ordinal
        );
        isRunning ??= connector => unfinished[connector].Any(job => job.Status?.IsRunning() == true);
        var served = await ServedAsync(cancellationToken);
        var made = 0;
        var failures = new ConcurrentQueue<ConnectorException>();
        await Parallel.ForEachAsync(
            served.Values,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = options.Service.MaxConcurrentSchedulingTasks,
                CancellationToken = cancellationToken,
            },
            async (connector, token) =>
            {
                try
                {
                    var pending = unfinished[connector.Id]
                        .Where(job => job is { Status: JobStatus.Pending, Type: JobType.Full or JobType.Incremental })
                        .Select(job => job.Options.Kind)
                        .ToList();
                    var isAccessControlPending = unfinished[connector.Id]
                        .Any(job => job is { Status: JobStatus.Pending, IsAccessControl: true });
                    var ofConnector = await maintenance.MaintainAsync(
                        connector,
                        pending,
                        isAccessControlPending,
                        isRunning(connector.Id),
                        token
                    );
                    Interlocked.Add(ref made, ofConnector.Count);
                }
                catch (ConnectorException exception)
                {
                    ServiceLog.ConnectorError(_logger, connector.Id, exception.Message);
                    failures.Enqueue(exception);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    ServiceLog.ConnectorFailed(_logger, Redactor.Redact(exception), connector.Id, UnexpectedError.IdOf(exception));
                }
            }
        );
        if (failures.TryPeek(out var failure) && failures.Count == served.Count)
        {
            // All connectors failed: that is Elasticsearch, not a connector.
            throw failure;
        }

        ServiceLog.PollDone(_logger, options.PollDoneLevel, served.Count, made);
        return made;
    }

    /// <summary>Fails the jobs that are silent and that nobody can continue.</summary>
    /// <param name="isAlive">Whether somebody runs a job, or can take it up.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many.</returns>
    /// <exception cref="ConnectorException">Elasticsearch could not be asked.</exception>
    public async Task<int> FailIdleJobsAsync(Func<SyncJobRecord, ValueTask<bool>> isAlive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(isAlive);

        // This is asked at every poll: a connector is only looked up when it has a silent job. Jobs of connectors that others serve are
        // theirs to judge.
        return await cleanup.FailIdleJobsAsync(
            async job => await IsServedOrGoneAsync(job.ConnectorId, cancellationToken) && !await isAlive(job),
            options.IdleAfter,
            cancellationToken
        );
    }

    /// <summary>Mends what others left of jobs that are over: secrets in them, of connectors that are served here or gone, and connectors
    /// that still call them suspended.</summary>
    /// <returns>How many jobs had secrets.</returns>
    /// <exception cref="ConnectorException">Elasticsearch could not be asked.</exception>
    public async Task<int> MendEndedAsync(CancellationToken cancellationToken)
    {
        var known = await connectors
            .ListAsync(cancellationToken)
            .ToDictionaryAsync(connector => connector.Id, StringComparer.Ordinal, cancellationToken);
        await cleanup.TellCanceledAsync(known.Values.Where(connector => options.ServedAs(connector) is not null), cancellationToken);
        return await cleanup.RemoveSecretsAsync(
            job => !known.TryGetValue(job.ConnectorId, out var connector) || options.ServedAs(connector) is not null,
            cancellationToken
        );
    }

    /// <summary>Cancels jobs that wait for a connector that is gone.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="ConnectorException">Elasticsearch could not be asked.</exception>
    public Task<int> CancelOrphansAsync(CancellationToken cancellationToken) =>
        cleanup.CancelOrphansAsync(connectors, options.IdleAfter, cancellationToken);

    private async Task<bool> IsServedOrGoneAsync(string connectorId, CancellationToken cancellationToken) =>
        connectorId.Length == 0
        || await connectors.FindAsync(connectorId, cancellationToken) is not { } connector
        || options.ServedAs(connector) is not null;
}
