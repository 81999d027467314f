using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service.CleanUp;

/// <summary>
/// Deletes what deleted connectors leave behind, if the operator enabled that (<c>service.delete_orphaned_content</c>). A connector counts
/// as deleted only when its own document says so: a missing document proves nothing. Its index goes only when this service filled it, no
/// other connector fills it, and no job is under way; its identities go after it, and its jobs only when there is no index any more. Safe
/// for concurrent use.
/// </summary>
internal sealed class OrphanedContent(
    ConnectorIndex connectors,
    SyncJobIndex jobs,
    Func<string, IContentIndex?> indexOf,
    ConnectorServiceOptions options,
    TimeProvider timeProvider,
    ILoggerFactory loggerFactory
)
{
    private readonly ILogger _logger = loggerFactory.CreateLogger<OrphanedContent>();
    private readonly IndexRemoval _removal = new(connectors, indexOf);

    /// <summary>Deletes it.</summary>
    /// <returns>How many indices.</returns>
    /// <exception cref="ConnectorException">Elasticsearch could not be asked. What goes wrong with a single connector is logged, and tried
    /// again the next time.</exception>
    public async Task<int> DeleteAsync(CancellationToken cancellationToken)
    {
        if (!options.Service.DeleteOrphanedContent)
        {
            return 0;
        }

        var deleted = 0;
        var gone = await connectors.ListDeletedAsync(cancellationToken).Where(IsOurs).ToListAsync(cancellationToken);
        foreach (var connector in gone)
        {
            try
            {
                deleted += await DeleteAsync(connector, cancellationToken);
            }
            catch (ConnectorException exception)
            {
                ServiceLog.OrphanLeft(_logger, connector.Id, exception.Message);
            }
        }

        return deleted;
    }

    private async Task<int> DeleteAsync(ConnectorRecord connector, CancellationToken cancellationToken)
    {
        var left = await jobs.OfConnectorAsync(connector.Id, cancellationToken).ToListAsync(cancellationToken);
        if (left.Exists(job => job.Status?.IsFinal() != true))
        {
            // It may still write. The clean-up of jobs ends it.
            return 0;
        }

        var deleted = 0;
        if (connector.IndexName is { Length: > 0 } name)
        {
            // An index of identities is never a connector's own: it is that of whoever fills the index that the identities search.
            if (
                name.StartsWith(ProtocolIndices.AccessControlPrefix, StringComparison.Ordinal)
                || indexOf(connector.Id) is not { } index
                || await DeleteIndexAsync(connector, index, name, cancellationToken) is not { } fate
                || fate == IndexRemovalResult.Kept
            )
            {
                return 0;
            }

            deleted += fate == IndexRemovalResult.Deleted ? 1 : 0;
            if (
                connector.HasIdentities
                && await DeleteIndexAsync(connector, index, ProtocolIndices.AccessControlOf(name), cancellationToken)
                    == IndexRemovalResult.Deleted
            )
            {
                deleted++;
            }
        }

        foreach (var job in left)
        {
            await jobs.DeleteAsync(job, cancellationToken);
        }

        return deleted;
    }

    private bool IsOurs(ConnectorRecord connector) =>
        options.ServedAs(connector) is not null
        && timeProvider.GetUtcNow() - (connector.LastSeen ?? DateTimeOffset.MinValue) > options.IdleAfter;

    /// <returns>What became of it; <see langword="null"/> when nobody knows.</returns>
    private async Task<IndexRemovalResult?> DeleteIndexAsync(
        ConnectorRecord connector,
        IContentIndex index,
        string name,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var fate = await _removal.RemoveAsync(index, name, cancellationToken);
            if (fate == IndexRemovalResult.Deleted)
            {
                ServiceLog.OrphanedIndexDeleted(_logger, name, connector.Id);
            }

            return fate;
        }
        catch (ConnectorException exception)
        {
            ServiceLog.OrphanedIndexLeft(_logger, name, connector.Id, exception.Message);
            return null;
        }
    }
}
