using System.Globalization;

namespace Connectors.Sync.Protocol.Jobs;

/// <summary>What is said of a job that is said to run but of which nothing was heard lately: its process may have died. Pure.</summary>
internal static class JobSilence
{
    /// <summary>How long a running job may be silent before it counts as abandoned, unless a service is told otherwise: as in Elastic's own
    /// service.</summary>
    public static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(5);

    /// <summary>A job that runs gives a sign of life at least this often.</summary>
    public static readonly TimeSpan Noticed = TimeSpan.FromMinutes(1);

    /// <summary>As the end of a sentence about the job: <c>last heard of 100 s ago: its process may have died; it counts as abandoned at
    /// 10:05:00 UTC, and can be synced again then</c>; <see langword="null"/> when nothing is to be said.</summary>
    /// <param name="job">The job.</param>
    /// <param name="now">The time.</param>
    public static string? Of(SyncJobRecord job, DateTimeOffset now) =>
        Since(job, now) is not { } seen ? null
        : End(seen, now) is { } end ? $"{Heard(seen, now)}: its process may have died; it {end}"
        : $"{Heard(seen, now)}: its process has died; the service that serves its connector ends it, or the connector's next sync";

    /// <summary>The same, for a running job whose document is known to be silent: when it was heard of, and what becomes of it.</summary>
    /// <returns><c>last heard of 100 s ago</c> and <c>counts as abandoned at 10:05:00 UTC, and can be synced again then</c>;
    /// <see langword="null"/> when nothing is to be said, or when it counts as abandoned already.</returns>
    public static (string Heard, string End)? Parts(SyncJobRecord job, DateTimeOffset now) =>
        Since(job, now) is { } seen && End(seen, now) is { } end ? (Heard(seen, now), end) : null;

    private static DateTimeOffset? Since(SyncJobRecord job, DateTimeOffset now) =>
        job.IsSilent(now, Noticed) ? job.LastSeen ?? job.StartedAt : null;

    private static string Heard(DateTimeOffset seen, DateTimeOffset now) =>
        now - seen <= Abandoned
            ? string.Create(CultureInfo.InvariantCulture, $"last heard of {(now - seen).TotalSeconds:0} s ago")
            : $"last heard of at {seen.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC";

    private static string? End(DateTimeOffset seen, DateTimeOffset now) =>
        now - seen <= Abandoned
            ? $"counts as abandoned at {(seen + Abandoned).UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} UTC, and can be "
                + "synced again then"
            : null;
}
