using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Sync.Service.Jobs;

/// <summary>Writes the result of a sync to the job and its connector. Idempotent. Safe for concurrent use.</summary>
/// <param name="steps">The steps of a job's life.</param>
/// <param name="index">Counts the documents of an index whose sync did not complete; <see langword="null"/> to leave that count as it
/// was.</param>
/// <param name="sources">Makes the sources.</param>
internal sealed class JobCompletion(SyncJobSteps steps, IContentIndex? index, SourceCheck sources)
{
    /// <summary>A job has to end soon; the remaining documents are restricted at the end of the next job.</summary>
    private const long MaxToRestrict = 100_000;

    /// <summary>Writes the end.</summary>
    /// <param name="job">The job.</param>
    /// <param name="end">How its sync ended; not <see cref="SyncResultEnd.Lost"/>, for which nothing is written.</param>
    /// <param name="result">The result. The documents of an index whose sync did not complete are counted here.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The job as it stands; <see langword="null"/> when somebody else ended it otherwise or has taken it, or it is
    /// gone.</returns>
    /// <exception cref="ConnectorException">The end could not be written. The job stays in progress.</exception>
    public async Task<SyncJobRecord?> WriteAsync(
        SyncJobRecord job,
        SyncResultEnd end,
        JobResult result,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(result);
        if (end == SyncResultEnd.Failed)
        {
            await RestrictUnsecuredAsync(job, cancellationToken);
        }

        var told = end == SyncResultEnd.Completed ? result : result with { TotalDocuments = await CountAsync(job, cancellationToken) };
        var claim = JobClaim.Of(job);
        return end switch
        {
            SyncResultEnd.Completed => await steps.CompleteAsync(claim, told, cancellationToken),
            SyncResultEnd.Canceled => await steps.CancelAsync(claim, told, cancellationToken),
            SyncResultEnd.Suspended => await steps.SuspendAsync(claim, told, cancellationToken),
            _ => await steps.FailAsync(claim, told, cancellationToken),
        };
    }

    /// <summary>A failed sync still restricts documents without an access list.</summary>
    private async Task RestrictUnsecuredAsync(SyncJobRecord job, CancellationToken cancellationToken)
    {
        try
        {
            if (
                index is not null
                && !job.IsAccessControl
                && JobSetup.Request(job, sources.Describe(job.ServiceType ?? string.Empty)) is { HasAccessControl: true } request
                && await index.InspectAsync(request.IndexName, cancellationToken) is not null
            )
            {
                await SyncCompletion.RestrictUnsecuredAsync(index, request, MaxToRestrict, cancellationToken);
            }
        }
        catch (ConnectorException)
        {
            // The next sync tries again; the job has to end with its own error.
        }
    }

    private async Task<long?> CountAsync(SyncJobRecord job, CancellationToken cancellationToken)
    {
        try
        {
            return index is null || job.IndexName is null
                ? null
                : (await index.InspectAsync(job.IndexName, cancellationToken))?.DocumentCount;
        }
        catch (ConnectorException)
        {
            // A failed count must not keep the job from ending.
            return null;
        }
    }
}
