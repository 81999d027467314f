using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service.Jobs;

/// <summary>
/// Replaces jobs whose connector was changed since they were made: an interrupted sync that went on with the settings which somebody has
/// corrected meanwhile would fail again. Safe for concurrent use.
/// </summary>
internal sealed class JobReplacement(
    ConnectorIndex connectors,
    SyncJobIndex jobs,
    SyncJobSteps steps,
    SourceCheck sources,
    ILoggerFactory loggerFactory
)
{
    private readonly ILogger _logger = loggerFactory.CreateLogger<JobReplacement>();

    /// <summary>The job to run for one that waits, or that a dead worker left: itself while its connector is as it was, otherwise a new one
    /// in its place; the old one is then canceled.</summary>
    /// <param name="job">The job.</param>
    /// <param name="asked">The options with which somebody has just asked for a sync, an incremental one too where the job is none, or the
    /// other way round; <see langword="null"/> when nobody has. Then the new job has those of the job, but
    /// may not delete more than the delete guard allows: that was allowed of what there was to delete with the old settings.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task<CurrentJob> CurrentAsync(SyncJobRecord job, SyncJobOptions? asked, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);

        // As it is, and not as it was found: a search is a moment behind, and a job must not be given up for what was corrected before it
        // was made.
        if (
            job.Type is not { } type
            || await connectors.FindAsync(job.ConnectorId, cancellationToken) is not { IndexName: not null } connector
            || ChangedSince(job, connector) is not { Count: > 0 } changed
        )
        {
            return new CurrentJob(job);
        }

        var options = asked ?? job.Options with { AllowMassDelete = false };
        JsonObject document;
        try
        {
            document = jobs.New(connector, TypeOf(type, options), job.TriggerMethod, options);
        }
        catch (ConnectorException)
        {
            // With what is set now there can be no job. The old one fails when it is run, and says why.
            return new CurrentJob(job);
        }

        // The new one first: when this is cut off, the next look finds both, and the id keeps it from being made twice. One that was made
        // by an earlier look keeps the options that it was made with.
        var id = SyncJobIndex.IdOf(connector.Id, type, $"in place of {job.Id}");
        var made = await jobs.CreateAsync(id, document, cancellationToken) ?? await jobs.FindAsync(id, cancellationToken);
        if (await steps.CancelLeftAsync(job, cancellationToken) is null)
        {
            return new CurrentJob(null);
        }

        ServiceLog.JobReplaced(_logger, job.Id, job.ConnectorId, string.Join(", ", changed), made?.Id ?? string.Empty);
        return new CurrentJob(made?.Status?.IsWaiting() == true ? made : null) { IsReplaced = true };
    }

    private static JobType TypeOf(JobType replaced, SyncJobOptions options) =>
        replaced == JobType.AccessControl ? replaced
        : options.Kind == SyncKind.Incremental ? JobType.Incremental
        : JobType.Full;

    private IReadOnlyList<string> ChangedSince(SyncJobRecord job, ConnectorRecord connector)
    {
        try
        {
            return ChangedSettings.Since(job, connector, sources.Describe(connector.ServiceType ?? string.Empty));
        }
        catch (ConnectorException)
        {
            // Without its source the job fails when it is run, and says why.
            return [];
        }
    }
}

/// <summary>What to run in the place of a job.</summary>
/// <param name="Job">The job; <see langword="null"/> when somebody else has it.</param>
internal sealed record CurrentJob(SyncJobRecord? Job)
{
    /// <summary>Whether the job that was asked about was canceled by this call.</summary>
    public bool IsReplaced { get; init; }
}
