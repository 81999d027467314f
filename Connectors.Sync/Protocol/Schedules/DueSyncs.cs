using Connectors.Abstractions;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol.Connectors;

namespace Connectors.Sync.Protocol.Schedules;

/// <summary>Which syncs of a connector are due: pure, from its document and the time alone, so that any number of services, started at any
/// time, agree.</summary>
internal static class DueSyncs
{
    /// <summary>
    /// What is due at <paramref name="now"/>: access control syncs first, then full syncs, then incremental ones, then those that only
    /// delete. A schedule is due when it would have fired since the last run it caused (or, before the first, since the connector was last
    /// seen); however many times it fired meanwhile, that is one run. Whether the source can do it is for the caller to say.
    /// </summary>
    public static DueSyncsResult Of(ConnectorRecord connector, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(connector);
        var due = new List<DueSync>();
        string? problem = null;
        AddIfFired(
            "scheduling.access_control",
            connector.Schedule(JobType.AccessControl),
            connector.LastScheduledAt(JobType.AccessControl),
            JobType.AccessControl,
            SyncKind.Full
        );
        if (connector.SyncNow)
        {
            due.Add(new DueSync(JobType.Full, TriggerMethod.OnDemand, ScheduledAt: null));
        }

        AddIfFired(
            "scheduling.full",
            connector.Schedule(JobType.Full),
            connector.LastScheduledAt(JobType.Full),
            JobType.Full,
            SyncKind.Full
        );
        AddIfFired(
            "scheduling.incremental",
            connector.Schedule(JobType.Incremental),
            connector.LastScheduledAt(JobType.Incremental),
            JobType.Incremental,
            SyncKind.Incremental
        );
        AddIfFired(
            $"custom_scheduling.{ConnectorRecord.DeletesOnlyName}",
            connector.DeletesOnlySchedule,
            connector.DeletesOnlyScheduledAt,
            JobType.Full,
            SyncKind.DeletesOnly
        );
        return new DueSyncsResult(due, problem);

        void AddIfFired(string name, ConnectorSchedule? schedule, DateTimeOffset? last, JobType type, SyncKind kind)
        {
            try
            {
                var since = last ?? connector.LastSeen;
                if (
                    schedule is { Enabled: true }
                    && CronSchedule.Parse(schedule.Interval).LastAtOrBefore(now) is { } fired
                    && fired > since
                )
                {
                    due.Add(new DueSync(type, TriggerMethod.Scheduled, fired) { Kind = kind });
                }
            }
            catch (ConnectorException exception)
            {
                problem ??= $"{name}.interval: {exception.Message}";
            }
        }
    }
}

/// <summary>What is due.</summary>
/// <param name="Syncs">The syncs, each to be made a job.</param>
/// <param name="Problem">What is wrong with a schedule, for the operator, or <see langword="null"/>.</param>
internal sealed record DueSyncsResult(IReadOnlyList<DueSync> Syncs, string? Problem);

/// <summary>A sync that is due.</summary>
/// <param name="Type">What to sync.</param>
/// <param name="Trigger">Who wants it.</param>
/// <param name="ScheduledAt">The time of the schedule that it makes up for.</param>
internal sealed record DueSync(JobType Type, TriggerMethod Trigger, DateTimeOffset? ScheduledAt)
{
    /// <summary>What kind of sync it is; that of the type unless said otherwise.</summary>
    public SyncKind Kind { get; init; } = Type == JobType.Incremental ? SyncKind.Incremental : SyncKind.Full;
}
