using Connectors.Cli.Hosting;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;

namespace Connectors.Cli.Output.Listings;

/// <summary>Shows the connectors and their state.</summary>
internal static class ConnectorListing
{
    private static readonly Listing Listing = new()
    {
        Title = "Connectors, times in UTC",
        WhenEmpty = "There are no connectors. Make one with `elastic-ingest connector create` or in Kibana.",
        Columns =
        [
            new("id", 0),
            new("name", 2),
            new("source", 5, ColumnFallback.LeftOut),
            new("index", 6, ColumnFallback.LeftOut),
            new("status", 1),
            new("schedule", 7, ColumnFallback.LeftOut),
            new("last sync", 4),
            new("result", 3),
            new("error", 8, ColumnFallback.Sentence),
        ],
        More = "More: elastic-ingest connector show ID",
    };

    /// <summary>Writes them all.</summary>
    public static async Task WriteAsync(CommandSession session, ConnectorIndex connectors, CancellationToken cancellationToken)
    {
        List<ConnectorRecord> all = [];
        await foreach (var connector in connectors.ListAsync(cancellationToken))
        {
            all.Add(connector);
        }

        // Elasticsearch tells them in the order of their last change.
        List<string[]> rows = [];
        foreach (
            var connector in all.OrderBy(connector => connector.Name ?? connector.Id, StringComparer.OrdinalIgnoreCase)
                .ThenBy(connector => connector.Id, StringComparer.Ordinal)
        )
        {
            if (session.IsJson)
            {
                JsonLine.Write(session.Environment.Out, Json(connector));
            }

            rows.Add(Row(connector));
        }

        if (!session.IsJson)
        {
            Listing.Write(session.Environment, rows);
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
            connector.LastSyncStatus?.ToWord() ?? "",
            connector.Error
                ?? connector.LastSyncError
                ?? (connector.LastAccessControlSyncError is { } failure ? $"Access control sync: {failure}" : ""),
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
            connector.LastSyncError,
            connector.LastAccessControlSyncError,
        };
}
