using Connectors.Abstractions;
using Connectors.Sync.Engine.Planning;

namespace Connectors.Sync.Engine;

/// <summary>Runs syncs of every kind. Knows neither jobs nor connectors: whoever calls it claims the job before and writes the outcome after.</summary>
internal interface ISyncEngine
{
    /// <summary>
    /// Makes the index equal to the source, as far as the <see cref="SyncRequest.Kind"/> of the sync goes, or goes on where an earlier run of the same <see cref="SyncRequest.JobId"/> was stopped or killed.
    /// </summary>
    /// <param name="request">What to do.</param>
    /// <param name="source">The configured source; the caller disposes it.</param>
    /// <param name="progress">Counters that the engine keeps up to date while it runs.</param>
    /// <param name="stopReading">Asks for an orderly stop: no further page is read, those under way are finished, and the outcome is <see cref="SyncEnd.Stopped"/>.</param>
    /// <param name="cancellationToken">Stops at once. Progress up to the last finished pages is kept all the same.</param>
    /// <exception cref="ConnectorException">The sync failed; nothing was deleted unless everything had been read.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    Task<SyncOutcome> RunAsync(
        SyncRequest request,
        IDataSource source,
        SyncProgress progress,
        CancellationToken stopReading,
        CancellationToken cancellationToken);

    /// <summary>Whether progress of that job is kept here, by a run that has ended or died: this process can take the job up. False while another process runs it.</summary>
    bool CanResume(string jobId);

    /// <summary>Forgets what is kept of a job, once its outcome is written.</summary>
    Task ForgetAsync(string jobId, CancellationToken cancellationToken);
}
