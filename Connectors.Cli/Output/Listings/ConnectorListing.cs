using Connectors.Cli.Hosting;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;

namespace Connectors.Cli.Output.Listings;

/// <summary>Shows the connectors and their state.</summary>
internal static class ConnectorListing
{
    /// <summary>Writes them all.</summary>
    public static async Task WriteAsync(CommandSession session, ConnectorIndex connectors, CancellationToken cancellationToken)
    {
        List<string[]> rows = [];
        await foreach (var connector in connectors.ListAsync(cancellationToken))
        {
            if (session.IsJson)
            {
                JsonLine.Write(session.Environment.Out, Json(connector));
            }

            rows.Add(Row(connector));
        }

        if (!session.IsJson)
        {
            TableOutput.Write(
                session.Environment,
                "Connectors",
                "There are no connectors. Make one with `elastic-ingest connector create` or in Kibana.",
                ["id", "name", "source", "index", "status", "schedule", "last sync", "result"],
                rows
            );
        }
    }

    private static string[] Row(ConnectorRecord connector) =>
        [
            connector.Id,
            connector.Name ?? "",
            connector.ServiceType ?? "",
            connector.IndexName ?? "",
            connector.Status.ToWord(),
            connector.Schedule(JobType.Full) is { Enabled: true } schedule ? schedule.Interval : "",
            connector.LastSynced?.ToString("yyyy-MM-dd HH:mm") ?? "",
            string.Join(": ", new[] { connector.LastSyncStatus?.ToWord(), connector.Error }.Where(text => text is not null)),
        ];

    private static object Json(ConnectorRecord connector) =>
        new
        {
            kind = "connector",
            connector.Id,
            connector.Name,
            connector.ServiceType,
            connector.IndexName,
            status = connector.Status.ToWord(),
            schedule = connector.Schedule(JobType.Full) is { Enabled: true } schedule ? schedule.Interval : null,
            connector.LastSynced,
            lastSyncStatus = connector.LastSyncStatus?.ToWord(),
            connector.Error,
        };
}
