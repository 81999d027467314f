using System.Globalization;
using Connectors.Cli.Output.Listings;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Schedules;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;

namespace Connectors.Cli.Doctor;

/// <summary>When a connector's syncs come next, and which of its schedules make none.</summary>
/// <param name="sources">The sources.</param>
internal sealed class ScheduleCheck(SourceCheck sources)
{
    private const int NextTimes = 3;

    /// <summary>Runs the check.</summary>
    /// <param name="name">What the check is called.</param>
    /// <param name="serviceType">As what the connector is served.</param>
    /// <param name="connector">The connector.</param>
    public IEnumerable<CheckResult> Run(string name, string serviceType, ConnectorRecord connector)
    {
        var source = Lookup.FindDescription(sources, serviceType);
        var hasAccessControl = AccessControlCheck.IsOn(connector, sources);
        (string Syncs, ConnectorSchedule? Schedule, string? Idle)[] all =
        [
            .. from type in Enum.GetValues<JobType>()
               select (
                   type.ToWord(),
                   connector.Schedule(type),
                   source is null ? null : IdleSchedule.Problem(source, type, hasAccessControl)
               ),
            (ConnectorRecord.DeletesOnlyName, connector.DeletesOnlySchedule, null),
        ];
        return from item in all
               where item.Schedule is { Enabled: true }
               select Schedule(name, item.Syncs, item.Schedule.Interval, item.Idle, ConnectorChecks.Edit(connector));
    }

    private CheckResult Schedule(string name, string syncs, string interval, string? idle, string edit)
    {
        var option = $"{edit} --schedule-{syncs.Replace('_', '-')}";
        if (idle is not null)
        {
            return CheckResult.Warning(
                name,
                $"Its schedule for {syncs} syncs makes none: {idle}",
                $"Switch it off: `{option} off`, or in Kibana."
            );
        }

        if (CronSchedule.Problem(interval, sources.Now) is { } problem)
        {
            var remedy = $"Set another one: `{option} CRON`, or in Kibana.";
            return CronSchedule.IsReadable(interval)
                ? CheckResult.Warning(name, $"Its schedule for {syncs} syncs makes none: {problem}", remedy)
                : CheckResult.Failed(name, $"Its schedule for {syncs} syncs is none: {problem}", remedy);
        }

        var times = CronSchedule
            .Parse(interval)
            .NextTimes(sources.Now, NextTimes)
            .Select(time => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
        return CheckResult.Ok(name, $"Its next {syncs} syncs: {string.Join(", ", times)} UTC.");
    }
}
