using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;

namespace Connectors.Sync.Service;

/// <summary>Values of a connector's configuration, as its document has them. Jobs hold a copy of it, which may be older.</summary>
/// <param name="store">The documents.</param>
/// <param name="id">The connector.</param>
internal sealed class ConnectorSettings(IDocumentStore store, string id) : ISettingStore
{
    /// <inheritdoc/>
    public async Task<Secret?> ReadAsync(string field, CancellationToken cancellationToken) =>
        await store.GetAsync(ProtocolIndices.Connectors, id, cancellationToken) is { } document
        && new ConnectorRecord(document) is { IsDeleted: false } connector
            ? connector.SecretOf(field)
            : null;

    /// <inheritdoc/>
    public Task ReplaceAsync(string field, Predicate<Secret?> isOutdated, Secret value, CancellationToken cancellationToken) =>
        store.ChangeAsync(
            ProtocolIndices.Connectors,
            id,
            seen: null,
            document =>
                new ConnectorRecord(document) is { IsDeleted: false } connector
                    ? ConnectorWrites.ValueReplaced(connector, field, isOutdated, value)
                    : null,
            cancellationToken
        );
}

/// <summary>Values of a configuration that is not written yet. One source at a time may use it.</summary>
internal sealed class DraftSettings(JsonObject configuration) : ISettingStore
{
    /// <inheritdoc/>
    public Task<Secret?> ReadAsync(string field, CancellationToken cancellationToken) =>
        Task.FromResult(ConnectorRecord.SecretOf(configuration, field));

    /// <inheritdoc/>
    public Task ReplaceAsync(string field, Predicate<Secret?> isOutdated, Secret value, CancellationToken cancellationToken)
    {
        if (isOutdated(ConnectorRecord.SecretOf(configuration, field)) && configuration[field] is JsonObject described)
        {
            described["value"] = value.Reveal();
        }

        return Task.CompletedTask;
    }
}
