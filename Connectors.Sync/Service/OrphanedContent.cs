using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service;

/// <summary>
/// Deletes what deleted connectors leave behind, where the operator asked for that (<c>service.delete_orphaned_content</c>). A connector counts as deleted only when its own
/// document says so: one that is merely missing proves nothing. Its index goes only when this service filled it, no other connector names it, and no job is under way.
/// Safe for concurrent use.
/// </summary>
internal sealed class OrphanedContent(
    ConnectorIndex connectors,
    SyncJobIndex jobs,
    Func<string, IContentIndex?> indexOf,
    ConnectorServiceOptions options,
    TimeProvider timeProvider,
    ILoggerFactory loggerFactory)
{
    private readonly ILogger _logger = loggerFactory.CreateLogger<OrphanedContent>();

    /// <summary>Deletes it.</summary>
    /// <returns>How many indices.</returns>
    /// <exception cref="ConnectorException">Elasticsearch could not be asked. What goes wrong with a single index is logged, and tried again the next time.</exception>
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
            var left = await jobs.OfConnectorAsync(connector.Id, cancellationToken).ToListAsync(cancellationToken);
            if (left.Exists(job => job.Status?.IsFinal() != true))
            {
                // It may still write. The clean-up of jobs ends it.
                continue;
            }

            deleted += await DeleteIndexAsync(connector, cancellationToken) ? 1 : 0;
            foreach (var job in left)
            {
                await jobs.DeleteAsync(job, cancellationToken);
            }
        }

        return deleted;
    }

    private bool IsOurs(ConnectorRecord connector) =>
        options.ServedAs(connector) is not null && timeProvider.GetUtcNow() - (connector.LastSeen ?? DateTimeOffset.MinValue) > options.IdleAfter;

    private async Task<bool> DeleteIndexAsync(ConnectorRecord connector, CancellationToken cancellationToken)
    {
        try
        {
            if (connector.IndexName is not { } name || indexOf(connector.Id) is not { } index || await index.InspectAsync(name, cancellationToken) is not { Meta: not null })
            {
                return false;
            }

            // At the last moment, because somebody may have attached the index to another connector meanwhile.
            if (await connectors.ListAsync(cancellationToken).AnyAsync(other => other.IndexName == name, cancellationToken))
            {
                return false;
            }

            await index.DeleteAsync(name, cancellationToken);
            ServiceLog.OrphanedIndexDeleted(_logger, name, connector.Id);
            return true;
        }
        catch (ConnectorException exception)
        {
            ServiceLog.OrphanedIndexLeft(_logger, connector.IndexName!, connector.Id, exception.Message);
            return false;
        }
    }
}
