using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;

namespace Connectors.Sync.Protocol.Connectors;

/// <summary>Deletes an index that a deleted connector filled, unless another connector uses it. Safe for concurrent use.</summary>
/// <param name="connectors">The connectors that are there.</param>
/// <param name="indexOf">The gateway with which a connector's index is looked at; <see langword="null"/> when it can't be.</param>
internal sealed class IndexRemoval(ConnectorIndex connectors, Func<string, IContentIndex?> indexOf)
{
    /// <summary>Deletes an index that this service filled, without documents that no connector wrote, and that no connector uses: by its
    /// name, as the index of its identities, or through an alias.</summary>
    /// <param name="gateway">With what it is deleted.</param>
    /// <param name="name">The index.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ConnectorException">
    /// Elasticsearch could not be asked, or refuses. An index that may be another connector's is not deleted.
    /// </exception>
    public async Task<IndexRemovalResult> RemoveAsync(IContentIndex gateway, string name, CancellationToken cancellationToken)
    {
        if (await gateway.InspectAsync(name, cancellationToken) is not { } state)
        {
            return IndexRemovalResult.Missing;
        }

        // Names once more at the last moment, because somebody may have attached the index to another connector meanwhile.
        if (
            state.Meta is null
            || await ForeignDocuments.AreInAsync(gateway, name, state, cancellationToken)
            || await IsUsedAsync(name, cancellationToken)
            || await IsFilledAsync(state.Uuid, cancellationToken)
            || await IsUsedAsync(name, cancellationToken)
        )
        {
            return IndexRemovalResult.Kept;
        }

        return await gateway.DeleteAsync(name, cancellationToken) ? IndexRemovalResult.Deleted : IndexRemovalResult.Missing;
    }

    /// <summary>Whether a connector names an index, or one whose identities are in it.</summary>
    public async Task<bool> IsUsedAsync(string name, CancellationToken cancellationToken) =>
        await connectors
            .ListAsync(cancellationToken)
            .AnyAsync(
                other => other.IndexName is { } index && (index == name || ProtocolIndices.AccessControlOf(index) == name),
                cancellationToken
            );

    /// <summary>Whether a connector fills an index, whatever it calls it.</summary>
    private async Task<bool> IsFilledAsync(string uuid, CancellationToken cancellationToken)
    {
        await foreach (var other in connectors.ListAsync(cancellationToken))
        {
            if (
                other.IndexName is { Length: > 0 } index
                && indexOf(other.Id) is { } gateway
                && (await gateway.InspectAsync(index, cancellationToken))?.Uuid == uuid
            )
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The result of removing an index.</summary>
internal enum IndexRemovalResult
{
    /// <summary>There was none.</summary>
    Missing,

    /// <summary>It was deleted.</summary>
    Deleted,

    /// <summary>It was kept: it is, or may be, another connector's, or somebody's own.</summary>
    Kept,
}
