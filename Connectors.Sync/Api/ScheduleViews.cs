using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Schedules;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;

namespace Connectors.Sync.Api;

/// <summary>Schedules as JSON, for the HTTP API and the command line.</summary>
internal static class ScheduleViews
{
    private const int NextTimes = 3;

    /// <summary>The existing schedules by kind of sync, including disabled ones.</summary>
    public static JsonObject All(ConnectorRecord connector, SourceCheck sources)
    {
        var now = sources.Now;
        var schedules = new JsonObject();
        foreach (var type in Enum.GetValues<JobType>())
        {
            Add(type.ToWord(), connector.Schedule(type), Idle(connector, type, sources));
        }

        Add(ConnectorRecord.DeletesOnlyName, connector.DeletesOnlySchedule, idle: null);
        return schedules;

        void Add(string name, ConnectorSchedule? schedule, string? idle)
        {
            if (schedule is not null)
            {
                var view = Of(schedule, now);
                view["problem"] ??= schedule.Enabled ? idle : null;
                view["next"] = new JsonArray([
                    .. schedule.Enabled && view["problem"] is null
                        ? CronSchedule.Parse(schedule.Interval).NextTimes(now, NextTimes).Select(time => JsonValue.Create(time.UtcDateTime))
                        : [],
                ]);
                schedules[name] = view;
            }
        }
    }

    /// <summary>A schedule, and why it is none or makes no sync any more.</summary>
    public static JsonObject Of(ConnectorSchedule schedule, DateTimeOffset now) =>
        new()
        {
            ["enabled"] = schedule.Enabled,
            ["interval"] = schedule.Interval,
            ["problem"] = schedule.Enabled ? CronSchedule.Problem(schedule.Interval, now) : null,
        };

    private static string? Idle(ConnectorRecord connector, JobType type, SourceCheck sources)
    {
        try
        {
            var source = sources.Describe(connector.ServiceType ?? string.Empty);
            return IdleSchedule.Problem(source, type, AccessControlCheck.IsOn(connector, sources));
        }
        catch (ConnectorException)
        {
            // Whether it makes syncs only a program that has the source can tell.
            return null;
        }
    }
}
