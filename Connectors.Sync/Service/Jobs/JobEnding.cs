using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Sync.Service.Jobs;

/// <summary>Writes how a sync ended into the job and its connector. May be done twice. Safe for concurrent use.</summary>
/// <param name="steps">The steps of a job's life.</param>
/// <param name="index">Counts the documents of an index whose sync did not complete; <see langword="null"/> to leave that count as it was.</param>
/// <param name="sources">What the sources are.</param>
internal sealed class JobEnding(SyncJobSteps steps, IContentIndex? index, SourceCheck sources)
{
    /// <summary>A job has to end soon; what is left is closed at the end of the next one.</summary>
    private const long MaxToClose = 100_000;

    /// <summary>Writes the end.</summary>
    /// <param name="job">The job.</param>
    /// <param name="end">How its sync ended; not <see cref="SyncResultEnd.Lost"/>, of which nothing is to be written.</param>
    /// <param name="result">What there is to tell. The documents of an index whose sync did not complete are counted here.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The job as it stands; <see langword="null"/> when somebody else ended it otherwise, or it is gone.</returns>
    /// <exception cref="ConnectorException">The end could not be written. The job stays in progress.</exception>
    public async Task<SyncJobRecord?> WriteAsync(SyncJobRecord job, SyncResultEnd end, JobResult result, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(result);
        if (end == SyncResultEnd.Failed)
        {
            await CloseAsync(job, cancellationToken);
        }

        var told = end == SyncResultEnd.Completed ? result : result with { TotalDocuments = await CountAsync(job, cancellationToken) };
        return end switch
        {
            SyncResultEnd.Completed => await steps.CompleteAsync(job.Id, told, cancellationToken),
            SyncResultEnd.Canceled => await steps.CancelAsync(job.Id, told, cancellationToken),
            SyncResultEnd.Suspended => await steps.SuspendAsync(job.Id, told, cancellationToken),
            _ => await steps.FailAsync(job.Id, told, cancellationToken),
        };
    }

    /// <summary>A sync that failed does not leave documents open that its switch is to close.</summary>
    private async Task CloseAsync(SyncJobRecord job, CancellationToken cancellationToken)
    {
        try
        {
            if (index is not null && !job.IsAccessControl && JobSetup.Request(job, sources.Describe(job.ServiceType ?? string.Empty)) is { HasAccessControl: true } request
                && await index.InspectAsync(request.IndexName, cancellationToken) is not null)
            {
                await SyncEnding.CloseAsync(index, request, MaxToClose, cancellationToken);
            }
        }
        catch (ConnectorException)
        {
            // The next sync tries it again; the job has to end with what it failed of.
        }
    }

    private async Task<long?> CountAsync(SyncJobRecord job, CancellationToken cancellationToken)
    {
        try
        {
            return index is null || job.IndexName is null ? null : (await index.InspectAsync(job.IndexName, cancellationToken))?.DocumentCount;
        }
        catch (ConnectorException)
        {
            // A count that can't be had is no reason to leave the job without its end.
            return null;
        }
    }
}
