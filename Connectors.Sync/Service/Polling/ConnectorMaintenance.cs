using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Filtering;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Protocol.Schedules;
using Connectors.Sync.Service.Jobs;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service.Polling;

/// <summary>
/// Maintains one connector, once: adds what it lacks, checks its source, updates its status, and creates due jobs. The part of a poll for
/// one connector; idempotent, and safe to run in several services at once. A complete connector with nothing due costs Elasticsearch no
/// call except its heartbeat. Safe for concurrent use.
/// </summary>
internal sealed class ConnectorMaintenance(
    ConnectorIndex connectors,
    SyncJobSteps steps,
    SourceCheck sources,
    ConnectorServiceOptions options,
    TimeProvider timeProvider,
    ILoggerFactory loggerFactory
)
{
    private readonly ILogger _logger = loggerFactory.CreateLogger<ConnectorMaintenance>();

    /// <summary>A source is tried at every poll, and what is wrong with it fills screens.</summary>
    private readonly RepeatedNotice _stacks = new(timeProvider, TimeSpan.FromHours(1));

    /// <summary>Maintains a served connector.</summary>
    /// <param name="connector">The connector as it was found.</param>
    /// <param name="pending">The kinds of its jobs that wait already.</param>
    /// <param name="isAccessControlPending">Whether an access control sync of it waits already.</param>
    /// <param name="isRunning">Whether a sync of it runs: its source need not be tried.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The jobs that were made.</returns>
    /// <exception cref="ConnectorException">
    /// Elasticsearch could not be reached. Problems of the connector are written to its document instead.
    /// </exception>
    public async Task<IReadOnlyList<SyncJobRecord>> MaintainAsync(
        ConnectorRecord connector,
        IReadOnlyCollection<SyncKind> pending,
        bool isAccessControlPending,
        bool isRunning,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(pending);
        ArgumentNullException.ThrowIfNull(connector);
        IReadOnlyList<SyncJobRecord> made = [];
        var serviceType = options.ServedAs(connector) ?? string.Empty;
        if (
            await DescribeAsync(connector, serviceType, cancellationToken) is { } description
            && await PrepareAsync(connector, serviceType, description, cancellationToken) is { } prepared
            && await TryAsync(prepared, isRunning, cancellationToken)
        )
        {
            made = await MakeDueJobsAsync(connector, prepared, description, pending, isAccessControlPending, cancellationToken);
        }

        // Last, because a schedule that never caused a run counts from when the connector was last seen.
        await connectors.CheckInAsync(connector, options.Service.Heartbeat, cancellationToken);
        return made;
    }

    private async Task<SourceDescription?> DescribeAsync(ConnectorRecord connector, string serviceType, CancellationToken cancellationToken)
    {
        try
        {
            return serviceType.Length > 0
                ? sources.Describe(serviceType)
                : throw new ConnectorException("service_type: not set. Choose the source of this connector.");
        }
        catch (ConnectorException exception)
        {
            await ReportAsync(connector, exception.Message, cancellationToken);
            return null;
        }
    }

    private async Task<ConnectorRecord?> PrepareAsync(
        ConnectorRecord connector,
        string serviceType,
        SourceDescription description,
        CancellationToken cancellationToken
    )
    {
        var prepared = await connectors.PrepareAsync(connector, serviceType, ConnectorPreparation.For(description), cancellationToken);
        if (prepared is { Status: ConnectorStatus.NeedsConfiguration } && connector.Status != ConnectorStatus.NeedsConfiguration)
        {
            ServiceLog.ConfigurationWritten(_logger, connector.Id);
        }

        if (
            prepared is not null
            && await connectors.ValidateRulesAsync(
                prepared,
                new DraftValidator(description.CheckAdvancedRules, JobSetup.HasContent(description)),
                cancellationToken
            )
        )
        {
            prepared = await connectors.FindAsync(connector.Id, cancellationToken);
            if (prepared?.DraftProblems is { Count: > 0 } problems)
            {
                ServiceLog.RulesInvalid(_logger, connector.Id, string.Join(' ', problems));
            }
            else
            {
                ServiceLog.RulesValidated(_logger, connector.Id);
            }
        }

        return prepared is { Status: ConnectorStatus.Configured or ConnectorStatus.Connected or ConnectorStatus.Error } ? prepared : null;
    }

    private async Task<bool> TryAsync(ConnectorRecord connector, bool isRunning, CancellationToken cancellationToken)
    {
        try
        {
            JobSetup.RequireContentIndex(connector.IndexName);
            await using var source = sources.Open(connector.Id, connector.ServiceType!, connector.Configuration);
            if (!isRunning)
            {
                await sources.PingAsync(source, options.PingTimeout, cancellationToken);
            }
        }
        catch (ConnectorException exception)
        {
            await ReportAsync(connector, exception.Message, cancellationToken);
            return false;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var id = UnexpectedError.IdOf(exception);
            if (_stacks.IsDue($"{connector.Id} {id}"))
            {
                ServiceLog.ConnectorFailed(_logger, Redactor.Redact(exception), connector.Id, id);
            }

            await ReportAsync(connector, UnexpectedError.Message(exception), cancellationToken);
            return false;
        }

        return true;
    }

    private async Task<IReadOnlyList<SyncJobRecord>> MakeDueJobsAsync(
        ConnectorRecord seen,
        ConnectorRecord connector,
        SourceDescription description,
        IReadOnlyCollection<SyncKind> pending,
        bool isAccessControlPending,
        CancellationToken cancellationToken
    )
    {
        // Due by what was seen, made from what is there after the preparation.
        var due = DueSyncs.Of(seen, timeProvider.GetUtcNow());
        if (due.Problem is null)
        {
            await connectors.MarkConnectedAsync(connector.Id, connector, cancellationToken);
        }
        else
        {
            await ReportAsync(connector, due.Problem, cancellationToken);
        }

        // What was found by a search may be a moment behind; a job copies the connector as it is.
        List<DueSync> syncs = [.. due.Syncs.Where(CanRun)];
        if (syncs.Count == 0 || await connectors.FindAsync(connector.Id, cancellationToken) is not { } current)
        {
            return [];
        }

        var made = new List<SyncJobRecord>();
        foreach (var sync in syncs)
        {
            // A full sync that waits serves everything; another kind serves only its like.
            var isServed =
                sync.Type == JobType.AccessControl
                    ? isAccessControlPending
                    : pending
                        .Concat(made.Where(job => !job.IsAccessControl).Select(job => job.Options.Kind))
                        .Any(kind => kind == SyncKind.Full || kind == sync.Kind);
            if (await steps.CreateAsync(current, sync, isServed, cancellationToken) is { } job)
            {
                ServiceLog.JobMade(_logger, connector.Id, job.Id, job.TriggerMethod.ToWord());
                made.Add(job);
            }
        }

        return made;

        bool CanRun(DueSync sync) =>
            IdleSchedule.Problem(description, sync.Type, AccessControlCheck.IsOn(connector, sources)) is null;
    }

    private Task ReportAsync(ConnectorRecord connector, string problem, CancellationToken cancellationToken)
    {
        if (connector.Error != problem)
        {
            ServiceLog.ConnectorError(_logger, connector.Id, problem);
        }

        return connectors.MarkErrorAsync(connector.Id, connector, problem, cancellationToken);
    }
}
