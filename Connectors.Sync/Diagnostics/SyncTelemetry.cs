using System.Diagnostics;
using System.Diagnostics.Metrics;
using Connectors.Sync.Engine;

namespace Connectors.Sync.Diagnostics;

/// <summary>The metrics and traces: add <see cref="Name"/> to OpenTelemetry's meters and sources.</summary>
internal static class SyncTelemetry
{
    /// <summary>The name of the meter and of the source of traces.</summary>
    public const string Name = "Connectors.Sync";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Documents = Meter.CreateCounter<long>(
        "connectors.documents",
        "{document}",
        "Documents by what became of them."
    );
    private static readonly Counter<long> Pages = Meter.CreateCounter<long>("connectors.pages", "{page}", "Pages read from sources.");
    private static readonly Histogram<double> Bulk = Meter.CreateHistogram<double>(
        "connectors.bulk.duration",
        "s",
        "Time that bulk requests took, by HTTP status; those with 429 or 5xx are sent again."
    );
    private static readonly Histogram<long> Snapshot = Meter.CreateHistogram<long>(
        "connectors.snapshot.documents",
        "{document}",
        "Documents in an index when a sync of it began."
    );

    internal static ActivitySource Source { get; } = new(Name);

    internal static void CountPage(SyncCounts counts)
    {
        Pages.Add(1);
        Count(counts);
    }

    internal static void Count(SyncCounts counts)
    {
        Add("read", counts.Read);
        Add("skipped", counts.Skipped);
        Add("created", counts.Created);
        Add("updated", counts.Updated);
        Add("deleted", counts.Deleted);
        Add("excluded", counts.Excluded);
        Add("rejected", counts.Rejected);
        Add("duplicate", counts.Duplicates);
        Add("unreadable", counts.Unreadable);
        Add("without_text", counts.WithoutText);

        static void Add(string outcome, long documents)
        {
            if (documents > 0)
            {
                Documents.Add(documents, new KeyValuePair<string, object?>("outcome", outcome));
            }
        }
    }

    internal static void BulkSent(TimeSpan duration, int status) =>
        Bulk.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("http.response.status_code", status));

    internal static void SnapshotTaken(long documents) => Snapshot.Record(documents);
}
