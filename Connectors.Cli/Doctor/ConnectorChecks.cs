using System.Globalization;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Schedules;
using Connectors.Sync.Service;

namespace Connectors.Cli.Doctor;

/// <summary>Checks of one connector: its source answers, its index is its own, its schedules can be read, its pipeline is there.</summary>
internal sealed class ConnectorChecks(SourceCheck sources, ElasticsearchCheckup checkup, ConnectorServiceOptions options)
{
    private const int NextTimes = 3;

    /// <summary>Looks.</summary>
    /// <param name="connector">The connector.</param>
    /// <param name="others">All connectors, for what two of them must not share.</param>
    /// <param name="cancellationToken">Stops the look.</param>
    public async Task<IReadOnlyList<Finding>> RunAsync(ConnectorRecord connector, IReadOnlyList<ConnectorRecord> others, CancellationToken cancellationToken)
    {
        var name = $"connector {connector.Name ?? connector.Id}";
        if (options.ServedAs(connector) is not { } serviceType)
        {
            return [Finding.Skipped(name, $"'{connector.ServiceType ?? "no service type"}' is not served here: it is neither in native_service_types nor under connectors.")];
        }

        var findings = new List<Finding>();
        if (connector.IndexName is null)
        {
            findings.Add(Finding.Bad(name, "It has no index.", $"Attach one: `elastic-ingest connector edit {connector.Id} --index NAME`, or in Kibana."));
        }
        else if (await checkup.ContentIndexProblemAsync(connector.IndexName, cancellationToken) is { } problem)
        {
            findings.Add(Finding.Bad(name, problem, $"Attach another index: `elastic-ingest connector edit {connector.Id} --index NAME`, or in Kibana."));
        }
        else if (others.FirstOrDefault(other => other.Id != connector.Id && other.IndexName == connector.IndexName) is { } rival)
        {
            findings.Add(Finding.Bad(
                name,
                $"Connector '{rival.Id}' fills the same index, {connector.IndexName}: each would delete what the other one writes.",
                $"Give one of them another index: `elastic-ingest connector edit {connector.Id} --index NAME`."));
        }

        findings.AddRange(Schedules(name, connector));

        findings.Add(await SourceAsync(name, serviceType, connector, cancellationToken));
        if (connector.Pipeline is { } pipeline && await checkup.PipelineExistsAsync(pipeline.Name, cancellationToken) == false)
        {
            findings.Add(Finding.Bad(name, $"The ingest pipeline '{pipeline.Name}' does not exist: every document would be rejected.", "Make the pipeline, or choose another one in the connector's settings."));
        }

        return findings;
    }

    private IEnumerable<Finding> Schedules(string name, ConnectorRecord connector)
    {
        foreach (var type in Enum.GetValues<JobType>())
        {
            if (connector.Schedule(type) is not { Enabled: true } schedule)
            {
                continue;
            }

            if (CronSchedule.Problem(schedule.Interval) is not { } problem)
            {
                var times = CronSchedule.Parse(schedule.Interval).NextTimes(sources.Now, NextTimes);
                yield return Finding.Good(
                    name,
                    times.Count == 0
                        ? $"Its schedule for {type.ToWord()} syncs is over: '{schedule.Interval}' does not come again."
                        : $"Its next {type.ToWord()} syncs: {string.Join(", ", times.Select(time => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)))} UTC.");
            }
            else
            {
                var option = $"--schedule-{type.ToWord().Replace('_', '-')}";
                yield return Finding.Bad(
                    name,
                    $"Its schedule for {type.ToWord()} syncs is none: {problem}",
                    $"Set another one: `elastic-ingest connector edit {connector.Id} {option} CRON`, or in Kibana.");
            }
        }
    }

    private async Task<Finding> SourceAsync(string name, string serviceType, ConnectorRecord connector, CancellationToken cancellationToken)
    {
        try
        {
            await using var source = sources.Open(serviceType, connector.Configuration);
            await sources.PingAsync(source, options.PingTimeout, cancellationToken);
            return Finding.Good(name, $"{source.Description.Name} answers.");
        }
        catch (ConnectorException failure)
        {
            return Finding.Bad(
                name,
                failure.Message,
                $"Put the connector's configuration right (`elastic-ingest connector edit {connector.Id} --set field=value`, or in Kibana), then run `elastic-ingest doctor` again.");
        }
    }
}
