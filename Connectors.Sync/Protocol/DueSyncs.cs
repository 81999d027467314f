namespace Connectors.Sync.Protocol;

/// <summary>Which syncs of a connector are due: pure, from its document and the time alone, so that any number of services, started at any time, agree.</summary>
public static class DueSyncs
{
    /// <summary>
    /// What is due at <paramref name="now"/>: full syncs before incremental ones. A schedule is due when it would have fired since the last run it caused (or, before the
    /// first, since the connector was last seen); however many times it fired meanwhile, that is one run. Whether the source can do it is for the caller to say.
    /// </summary>
    public static DueAnswer Of(ConnectorRecord connector, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(connector);
        var due = new List<DueSync>();
        string? problem = null;
        if (connector.SyncNow)
        {
            due.Add(new DueSync(JobType.Full, TriggerMethod.OnDemand, ScheduledAt: null));
        }

        foreach (var type in (JobType[])[JobType.Full, JobType.Incremental])
        {
            try
            {
                var since = connector.LastScheduledAt(type) ?? connector.LastSeen;
                if (connector.Schedule(type) is { Enabled: true } schedule && since is not null
                    && CronSchedule.Parse(schedule.Interval).LastAtOrBefore(now) is { } fired && fired > since)
                {
                    due.Add(new DueSync(type, TriggerMethod.Scheduled, fired));
                }
            }
            catch (ConnectorException exception)
            {
                problem ??= $"scheduling.{type.ToWord()}.interval: {exception.Message}";
            }
        }

        return new DueAnswer(due, problem);
    }
}

/// <summary>What is due.</summary>
/// <param name="Syncs">The syncs, each to be made a job.</param>
/// <param name="Problem">What is wrong with a schedule, for the operator, or <see langword="null"/>.</param>
public sealed record DueAnswer(IReadOnlyList<DueSync> Syncs, string? Problem);

/// <summary>A sync that is due.</summary>
/// <param name="Type">What to sync.</param>
/// <param name="Trigger">Who wants it.</param>
/// <param name="ScheduledAt">The time of the schedule that it makes up for.</param>
public sealed record DueSync(JobType Type, TriggerMethod Trigger, DateTimeOffset? ScheduledAt);
