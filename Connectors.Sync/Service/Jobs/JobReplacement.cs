using Connectors.Sync.Diagnostics;
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
    /// with the same options; the old one is then canceled.</summary>
    /// <returns><see langword="null"/> when somebody else was faster.</returns>
    public async Task<SyncJobRecord?> CurrentAsync(SyncJobRecord job, CancellationToken cancellationToken)
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
            return job;
        }

        // The new one first: when this is cut off, the next look finds both, and the key keeps it from being made twice.
        var key = $"in place of {job.Id}";
        var made = await jobs.CreateAsync(connector, type, job.TriggerMethod, job.Options, key, cancellationToken);
        if (await steps.CancelLeftAsync(job, cancellationToken) is null || made is null)
        {
            return null;
        }

        ServiceLog.JobReplaced(_logger, job.Id, job.ConnectorId, string.Join(", ", changed), made.Id);
        return made;
    }

    private IReadOnlyList<string> ChangedSince(SyncJobRecord job, ConnectorRecord connector)
    {
        try
        {
            return ChangedSettings.Since(job, connector, sources.Describe(connector.ServiceType ?? string.Empty));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Without its source the job fails when it is run, and says why.
            return [];
        }
    }
}
