using Connectors.Sync.Sources;
using Connectors.Sync.Staging;

namespace Connectors.Sync.Engine;

/// <summary>Reads a source as a plan wants it.</summary>
internal static class PlannedReading
{
    /// <summary>Reads the page that follows <paramref name="after"/>: ids alone, where no more is wanted and the source can give them.</summary>
    /// <exception cref="ConnectorException">Any failure; its <c>Kind</c> says whether a retry can help.</exception>
    public static Task<SourcePage> ReadPageAsync(
        this StoredPlan plan, IDataSource source, SourcePartition partition, PageToken after, PageLimits limits, CancellationToken cancellationToken) =>
        plan.ReadsIdsOnly && source is IIdLister lister
            ? lister.ReadIdsAsync(partition, after, limits, cancellationToken)
            : source.ReadPageAsync(partition, after, limits, cancellationToken);
}
