namespace Connectors.Abstractions;

/// <summary>
/// An optional ability of a source: its ids can be read at a lower cost than its documents. Used by syncs that only delete; they read whole
/// pages from a source that does not implement this.
/// </summary>
public interface IIdLister
{
    /// <summary>Reads the page of <paramref name="partition"/> that follows <paramref name="after"/>, with ids and empty bodies.</summary>
    /// <remarks>The same ids, under the same contract, as <see cref="IDataSource.ReadPageAsync"/>: what does not come is deleted.</remarks>
    /// <param name="partition">One of those that <see cref="IDataSource.PartitionAsync"/> returned.</param>
    /// <param name="after"><see cref="PageToken.Start"/>, or <see cref="SourcePage.Next"/> of the page of ids before.</param>
    /// <param name="limits">When a page is full.</param>
    /// <param name="cancellationToken">Stops the read; the page is then lost, which does no harm.</param>
    /// <exception cref="ConnectorException">Any failure; its <c>Kind</c> says whether a retry can help.</exception>
    Task<SourcePage> ReadIdsAsync(SourcePartition partition, PageToken after, PageLimits limits, CancellationToken cancellationToken);
}
