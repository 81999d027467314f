using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Sync.Service.Admission;

/// <summary>Which jobs may be begun: one at a time for each connector, and beside it one for its access control; the oldest first.
/// Pure.</summary>
internal static class JobQueue
{
    /// <summary>The next jobs of each connector, oldest first; at most one for its content and one for its access control, none while
    /// another one of the same runs.</summary>
    /// <param name="unfinished">Jobs that are not over, of any connectors.</param>
    /// <param name="isAbandoned">Whether a job that is in progress or canceling was left by a worker that is known to be dead, so that we
    /// can take it.</param>
    public static IReadOnlyList<SyncJobRecord> Next(IEnumerable<SyncJobRecord> unfinished, Func<SyncJobRecord, bool> isAbandoned)
    {
        ArgumentNullException.ThrowIfNull(unfinished);
        ArgumentNullException.ThrowIfNull(isAbandoned);
        return
        [
            .. unfinished
                .GroupBy(job => (job.ConnectorId, job.IsAccessControl))
                .Select(jobs => Next([.. jobs.Order(ByAge)], isAbandoned))
                .OfType<SyncJobRecord>()
                .Order(ByAge),
        ];
    }

    private static Comparer<SyncJobRecord> ByAge { get; } =
        Comparer<SyncJobRecord>.Create(
            (item, other) =>
                (item.CreatedAt ?? DateTimeOffset.MinValue).CompareTo(other.CreatedAt ?? DateTimeOffset.MinValue) is not 0 and var age
                    ? age
                    : string.CompareOrdinal(item.Id, other.Id)
        );

    private static SyncJobRecord? Next(List<SyncJobRecord> jobs, Func<SyncJobRecord, bool> isAbandoned)
    {
        var running = jobs.Where(job => job.Status?.IsRunning() == true).ToList();
        return running.Count == 0 ? jobs.FirstOrDefault(job => job.Status?.IsWaiting() == true)
            : running.TrueForAll(job => isAbandoned(job)) ? running[0]
            : null;
    }
}
