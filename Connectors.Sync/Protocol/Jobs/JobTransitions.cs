namespace Connectors.Sync.Protocol.Jobs;

/// <summary>Which state of a job may follow which (PROTOCOL: job states). Pure.</summary>
internal static class JobTransitions
{
    /// <summary>States of a job that is not over.</summary>
    public static IReadOnlyList<JobStatus> Unfinished { get; } =
    [JobStatus.Pending, JobStatus.Suspended, JobStatus.InProgress, JobStatus.Canceling];

    /// <summary>States of a job that is over for good.</summary>
    public static IReadOnlyList<JobStatus> Ended { get; } = [JobStatus.Canceled, JobStatus.Completed, JobStatus.Error];

    /// <summary>Whether a job in that state is over for good.</summary>
    public static bool IsFinal(this JobStatus status) => Ended.Contains(status);

    /// <summary>Whether a job in that state waits to be taken.</summary>
    public static bool IsWaiting(this JobStatus status) => status is JobStatus.Pending or JobStatus.Suspended;

    /// <summary>Whether somebody works, or should be working, on a job in that state.</summary>
    public static bool IsRunning(this JobStatus status) => status is JobStatus.InProgress or JobStatus.Canceling;

    /// <summary>Whether a job may go from one state to the other. Staying is no transition.</summary>
    public static bool IsAllowed(JobStatus from, JobStatus to) =>
        (from, to) switch
        {
            (JobStatus.Pending, JobStatus.InProgress or JobStatus.Canceled) => true,
            (JobStatus.InProgress, JobStatus.Canceling or JobStatus.Completed or JobStatus.Suspended or JobStatus.Error) => true,
            (JobStatus.Suspended, JobStatus.InProgress or JobStatus.Canceled) => true,
            (JobStatus.Canceling, JobStatus.Canceled or JobStatus.Error) => true,
            _ => false,
        };

    /// <summary>
    /// The state that a running job really ends in when its work ended as <paramref name="wanted"/>: what the user cancelled meanwhile is
    /// canceled, unless it failed. <see langword="null"/> when it can't end so any more, because somebody else ended it or nobody began it.
    /// </summary>
    public static JobStatus? EndOf(JobStatus from, JobStatus wanted) =>
        from switch
        {
            JobStatus.Canceling when wanted is JobStatus.Completed or JobStatus.Suspended or JobStatus.Canceled => JobStatus.Canceled,
            JobStatus.InProgress when wanted is JobStatus.Canceled => JobStatus.Canceled,
            _ => IsAllowed(from, wanted) ? wanted : null,
        };
}
