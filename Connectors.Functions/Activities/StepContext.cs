using Connectors.Abstractions;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.Jobs;

namespace Connectors.Functions.Activities;

/// <summary>The context of a step: the app, the current job, and the engine's request.</summary>
/// <param name="Services">The app.</param>
/// <param name="Job">The job; <see langword="null"/> for a dry run.</param>
/// <param name="Request">What the engine is asked.</param>
/// <param name="OpenSource">Makes the configured source; the caller disposes it. Throws <see cref="ConnectorException"/> when what the user
/// entered is wrong.</param>
internal sealed record StepContext(AppServices Services, SyncJobRecord? Job, SyncRequest Request, Func<IDataSource> OpenSource)
{
    /// <summary>Reads what a step needs from Elasticsearch.</summary>
    /// <returns>The context, or why the sync is to stop.</returns>
    /// <exception cref="ConnectorException">It could not be read, or it can't be synced.</exception>
    internal static async Task<(StepContext? Context, StopReason Stop)> OpenAsync(
        AppServices services,
        SyncJobInput target,
        bool mayBeOver,
        CancellationToken cancellationToken
    )
    {
        if (target.DryRun)
        {
            return (await OpenDryRunAsync(services, target, cancellationToken), StopReason.None);
        }

        var job = await services.Jobs.FindAsync(target.JobId, cancellationToken);
        return job?.Status switch
        {
            null => (null, StopReason.TakenOver),
            _ when !target.Holds(job!) => (null, StopReason.TakenOver),
            JobStatus.Canceling when !mayBeOver => (null, StopReason.Canceled),
            not JobStatus.InProgress when !mayBeOver => (null, StopReason.TakenOver),
            _ => (
                new StepContext(services, job, JobSetup.Request(job!, services.Sources.Describe(job!.ServiceType ?? string.Empty)), () =>
                    JobSetup.OpenSource(job, services.Sources)
                ),
                StopReason.None
            ),
        };
    }

    private static async Task<StepContext> OpenDryRunAsync(AppServices services, SyncJobInput target, CancellationToken cancellationToken)
    {
        var connector = await services.Connectors.FindAsync(target.ConnectorId, cancellationToken)
            ?? throw new ConnectorException($"There is no connector with id '{target.ConnectorId}'.");
        var source = services.Sources.Describe(connector.ServiceType ?? services.Options.ServedAs(connector) ?? string.Empty);
        var request = JobSetup.DryRun(connector, source, target.AccessControl) with
        {
            JobId = target.JobId,
            AllowMassDelete = target.AllowMassDelete,
            Reindex = target.Reindex,
            Kind = target.Kind,
        };
        return new StepContext(services, null, request, () =>
            JobSetup.OpenSource(connector, request.ServiceType, services.Sources, target.AccessControl)
        );
    }
}
