using Connectors.Cli.Hosting;
using Connectors.Cli.Output.Syncs;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Cli.Output.Listings;

/// <summary>Shows jobs and what they did.</summary>
internal static class JobListing
{
    private static readonly Listing Listing = new()
    {
        Title = "Jobs, the newest first, times in UTC",
        WhenEmpty = "There are no jobs.",
        Columns =
        [
            new("job", 0),
            new("connector", 2),
            new("status", 1),
            new("created", 3),
            new("took", 4, ColumnFallback.LeftOut),
            new("written", 5, ColumnFallback.LeftOut),
            new("deleted", 6, ColumnFallback.LeftOut),
            new("error", 7, ColumnFallback.Sentence),
        ],
        More = "More: elastic-ingest job show JOB",
    };

    /// <summary>Writes them. A connector is named as people know it, as long as no other one is named so.</summary>
    /// <param name="session">The command.</param>
    /// <param name="connectors">The connectors.</param>
    /// <param name="jobs">The jobs.</param>
    /// <param name="unfinished">Jobs that are not over, shown or not; none are needed when none of <paramref name="jobs"/> waits.</param>
    /// <param name="isFiltered">Whether there may be jobs that are not shown because of their state.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public static async Task WriteAsync(
        CommandSession session,
        ConnectorIndex connectors,
        IReadOnlyList<SyncJobRecord> jobs,
        IReadOnlyList<SyncJobRecord> unfinished,
        bool isFiltered,
        CancellationToken cancellationToken
    )
    {
        List<ConnectorRecord> known = [];
        if (jobs.Count > 0)
        {
            await foreach (var connector in connectors.ListAsync(cancellationToken))
            {
                known.Add(connector);
            }
        }

        var names = known
            .Where(connector => connector.Name is { Length: > 0 })
            .GroupBy(connector => connector.Name!, StringComparer.Ordinal)
            .Where(group => group.Count() == 1)
            .ToDictionary(group => group.Single().Id, group => group.Key, StringComparer.Ordinal);
        var listing = isFiltered ? Listing with { WhenEmpty = "There are no such jobs." } : Listing;
        var now = session.Environment.TimeProvider.GetUtcNow();
        listing.Write(
            session.Environment,
            [
                .. jobs.Select(job =>
                    Row(
                        job,
                        names.GetValueOrDefault(job.ConnectorId) ?? job.ConnectorId,
                        JobSilence.Of(job, now),
                        WaitText.Of(job, now)
                            ?? JobWait.Of(job, unfinished, known.Find(connector => connector.Id == job.ConnectorId), now)
                    )
                ),
            ]
        );
    }

    private static string[] Row(SyncJobRecord job, string connector, string? silence, string? waitsFor) =>
        [
            job.Id,
            connector,
            job.Status?.ToWord() ?? "",
            job.CreatedAt?.ToString("yyyy-MM-dd HH:mm") ?? "",
            job.CompletedAt is { } end && job.TimeWorked(end) is { } took ? SyncPace.Clock(took) : "",
            SyncPace.Number(job.IndexedDocumentCount),
            SyncPace.Number(job.DeletedDocumentCount),
            job.Error ?? silence ?? (waitsFor is null ? "" : $"waits for {waitsFor}"),
        ];
}
