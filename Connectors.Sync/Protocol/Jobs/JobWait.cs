using Connectors.Sync.Diagnostics;
using Connectors.Sync.Protocol.Connectors;

namespace Connectors.Sync.Protocol.Jobs;

/// <summary>What a job that waits is waiting for, as far as the documents tell. Pure.</summary>
internal static class JobWait
{
    /// <summary>A service that serves a connector looks at it at least this often, however its pauses are set.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(10);

    /// <summary>Where there is a place free, a service that runs takes a job sooner than this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What it waits for, as the end of a sentence: <c>job 'a', which runs on host-1</c>; <see langword="null"/> when it does not
    /// wait.</summary>
    /// <param name="job">The job.</param>
    /// <param name="unfinished">Jobs that are not over, of any connectors.</param>
    /// <param name="connector">Its connector; <see langword="null"/> when there is none.</param>
    /// <param name="now">The time.</param>
    public static string? Of(SyncJobRecord job, IEnumerable<SyncJobRecord> unfinished, ConnectorRecord? connector, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(unfinished);
        if (job.Status?.IsWaiting() != true)
        {
            return null;
        }

        if (connector is null or { IsDeleted: true })
        {
            return "nothing any more: its connector is gone. Cancel it";
        }

        SyncJobRecord[] same =
        [
            .. unfinished.Where(other =>
                other.ConnectorId == job.ConnectorId && other.IsAccessControl == job.IsAccessControl && other.Id != job.Id
            ),
        ];
        if (Array.Find(same, other => other.Status?.IsRunning() == true) is { } running)
        {
            var host = running.WorkerHostname ?? "another host";
            return JobSilence.Of(running, now) is { } silence
                ? $"job '{running.Id}' on {host}, {silence}"
                : $"job '{running.Id}', which runs on {host}";
        }

        if (Array.Find(same, other => other.Status?.IsWaiting() == true && other.CreatedAt < job.CreatedAt) is { } older)
        {
            return $"job '{older.Id}', which was created before it";
        }

        if (connector.Status is ConnectorStatus.Created or ConnectorStatus.NeedsConfiguration)
        {
            return "the connector's configuration";
        }

        if (job.Status == JobStatus.Suspended)
        {
            // Whoever was interrupted left its trace in the connector a moment ago, so that trace is no sign of a service that runs.
            return $"a service, or elastic-ingest sync {ShellWord.Of(connector.Id)}, to go on: it was interrupted";
        }

        var isFull = unfinished.Any(other => IsAtWork(other));
        return connector.LastSeen is not { } seen ? "a service: none has looked at the connector yet"
            : now - seen > Silence ? $"a service: none has looked at the connector since {ProtocolTime.Format(seen)[..16]} UTC"
            : isFull ? "a free place in the service that serves the connector"
            : now - job.CreatedAt > Patience
                ? $"a service: it seems that none serves the connector now; one looked at it last at {ProtocolTime.Format(seen)[..16]} UTC"
            : "the next look of the service that serves the connector";

        bool IsAtWork(SyncJobRecord other) =>
            other.IsAccessControl == job.IsAccessControl && other.Status?.IsRunning() == true && JobSilence.Of(other, now) is null;
    }
}
