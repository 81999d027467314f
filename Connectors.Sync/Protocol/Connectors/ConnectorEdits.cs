using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;

namespace Connectors.Sync.Protocol.Connectors;

/// <summary>Users' operations on existing connectors: change, delete. Safe for concurrent use.</summary>
/// <param name="store">The documents.</param>
/// <param name="connectors">The connectors.</param>
internal sealed class ConnectorEdits(IDocumentStore store, ConnectorIndex connectors)
{
    /// <summary>Changes a connector. The change is made on the connector as it is at that moment, and what others write meanwhile is not
    /// lost.</summary>
    /// <param name="id">The connector.</param>
    /// <param name="edit">What is to be different.</param>
    /// <param name="fields">The fields of its source.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The names of what was changed, none when it was so already; <see langword="null"/> when there is no such
    /// connector.</returns>
    /// <exception cref="ConnectorException">A value, schedule or index can't be used. Nothing was written.</exception>
    public async Task<IReadOnlyList<string>?> EditAsync(
        string id,
        ConnectorEdit edit,
        IReadOnlyList<ConfigField> fields,
        CancellationToken cancellationToken
    )
    {
        if (edit.IndexName is { } index)
        {
            await RequireFreeAsync(index, id, cancellationToken);
        }

        var changed = new List<string>();
        var done = await store.ChangeAsync(
            ProtocolIndices.Connectors,
            id,
            seen: null,
            document =>
            {
                changed.Clear();
                return new ConnectorRecord(document) is { IsDeleted: false } connector ? edit.Of(connector, fields, changed) : null;
            },
            cancellationToken
        );
        return done is { } change && !new ConnectorRecord(change.Read).IsDeleted ? changed : null;
    }

    /// <summary>Removes a connector, not its index and not the history of its jobs. Where there is a Connector API it marks the connector
    /// as deleted, as Kibana does (9.0 and later), or removes its document; elsewhere the document is removed. May be called
    /// twice.</summary>
    public async Task DeleteAsync(string id, CancellationToken cancellationToken)
    {
        if (store.ConnectorApi is { } api && await api.DeleteAsync(id, cancellationToken) == ConnectorApiResult.Done)
        {
            return;
        }

        // "Missing" may mean the index of the jobs, which nothing was written to yet, while the connector is still there.
        DocumentWrite written;
        do
        {
            written =
                await store.GetAsync(ProtocolIndices.Connectors, id, cancellationToken) is { } document
                && !new ConnectorRecord(document).IsDeleted
                    ? await store.DeleteAsync(ProtocolIndices.Connectors, id, document, cancellationToken)
                    : DocumentWrite.Missing;
        } while (written == DocumentWrite.Conflict);
    }

    /// <summary>Deletes the index of a connector that was removed, for a person who named it.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ConnectorException">It belongs to another connector, or holds documents that no connector wrote, or Elasticsearch
    /// refuses.</exception>
    public async Task<bool> DeleteIndexAsync(IContentIndex content, string index, CancellationToken cancellationToken)
    {
        if (await new IndexRemoval(connectors, _ => content).IsUsedAsync(index, cancellationToken))
        {
            throw new ConnectorException($"Index '{index}' belongs to another connector, or holds the identities of one.");
        }

        // Once more at the last moment: it may have been made again since.
        await RequireOwnAsync(content, index, cancellationToken);
        return await content.DeleteAsync(index, cancellationToken);
    }

    /// <summary>Deletes the identities of a connector that was removed with its index, if this service wrote them and no other connector
    /// has a claim to them.</summary>
    /// <exception cref="ConnectorException">Elasticsearch could not be asked, or refuses.</exception>
    public async Task<IndexRemovalResult> DeleteIdentitiesAsync(
        IContentIndex content,
        ConnectorRecord connector,
        CancellationToken cancellationToken
    ) =>
        connector is { HasIdentities: true, IndexName: { } index }
        && ProtocolIndices.AccessControlOf(index) is var identities
        && identities != index
            ? await new IndexRemoval(connectors, _ => content).RemoveAsync(content, identities, cancellationToken)
            : IndexRemovalResult.Missing;

    /// <summary>Does nothing when an index may be deleted with its connector: connectors wrote what is in it, or nothing is.</summary>
    /// <exception cref="ConnectorException">It holds documents that no connector wrote, or Elasticsearch could not be asked.</exception>
    public static async Task RequireOwnAsync(IContentIndex content, string index, CancellationToken cancellationToken)
    {
        if (await ForeignDocuments.AreInAsync(content, index, cancellationToken))
        {
            throw new ConnectorException(
                $"Index '{index}' holds documents that no connector wrote. If they may go, delete it in Elasticsearch; otherwise leave out "
                    + "--index."
            );
        }
    }

    /// <summary>Does nothing when an index can be a connector's.</summary>
    /// <param name="index">The index.</param>
    /// <param name="id">The connector that wants it; <see langword="null"/> for a new one.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ConnectorException">It has an impossible name, or belongs to another connector.</exception>
    public async Task RequireFreeAsync(string index, string? id, CancellationToken cancellationToken)
    {
        if (ContentIndexName.Problem(index) is { } problem)
        {
            throw new ConnectorException(problem);
        }

        await foreach (var other in connectors.ListAsync(cancellationToken))
        {
            if (other.IndexName == index && other.Id != id)
            {
                throw new ConnectorException(
                    $"Index '{index}' belongs to connector '{other.Id}' ({other.Name ?? "without a name"}). Choose another index."
                );
            }
        }
    }
}
