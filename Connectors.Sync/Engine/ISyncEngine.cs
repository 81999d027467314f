using Connectors.Abstractions;
using Connectors.Sync.Engine.Planning;

namespace Connectors.Sync.Engine;

/// <summary>Runs syncs of every kind. Knows neither jobs nor connectors: whoever calls it claims the job before and writes the outcome
/// after.</summary>
internal interface ISyncEngine
{
    /// <summary>
    /// Makes the index equal to the source, as far as the <see cref="SyncRequest.Kind"/> of the sync goes, or resumes an earlier run of the
    /// same <see cref="SyncRequest.JobId"/>.
    /// </summary>
    /// <param name="request">What to do.</param>
    /// <param name="source">The configured source; the caller disposes it.</param>
    /// <param name="progress">Counters that the engine keeps up to date while it runs.</param>
    /// <param name="stopReading">
    /// Requests an orderly stop: no further page is read, pages in progress are finished, and the outcome is <see cref="SyncEnd.Stopped"/>.
    /// </param>
    /// <param name="cancellationToken">Stops immediately. Progress up to the last finished pages is kept.</param>
    /// <exception cref="ConnectorException">The sync failed; nothing was deleted unless everything had been read.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    Task<SyncOutcome> RunAsync(
        SyncRequest request,
        IDataSource source,
        SyncProgress progress,
        CancellationToken stopReading,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Whether this machine has progress of that job from a run that has ended or died: this process can resume the job. False while
    /// another process runs it.
    /// </summary>
    bool CanResume(string jobId);

    /// <summary>Deletes a job's progress, once its outcome is written.</summary>
    Task ForgetAsync(string jobId, CancellationToken cancellationToken);
}
