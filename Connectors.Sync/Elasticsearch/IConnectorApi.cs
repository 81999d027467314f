using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sync.Elasticsearch;

/// <summary>
/// The calls of Elasticsearch's Connector API (<c>/_connector</c>, 8.12 and later) that are at least as safe as our own conditional writes.
/// Each may be sent twice. Safe for concurrent use.
/// </summary>
internal interface IConnectorApi
{
    /// <summary>Stamps the connector's <c>last_seen</c> with the server's time, and touches nothing else.</summary>
    /// <exception cref="ConnectorException">Elasticsearch could not be reached, or refused.</exception>
    Task<ConnectorApiResult> CheckInAsync(string connectorId, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a connector; Elasticsearch checks its index's name, and that no other connector has it. A connector with that id is replaced:
    /// the id must be new.
    /// </summary>
    /// <param name="connectorId">An id that nobody has.</param>
    /// <param name="definition"><c>index_name</c>, <c>name</c>, <c>service_type</c> and so on.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ConnectorException">Elasticsearch could not be reached, or refused.</exception>
    Task<ConnectorApiResult> CreateAsync(string connectorId, JsonObject definition, CancellationToken cancellationToken);

    /// <summary>Removes a connector: marks it as deleted (9.0 and later), or removes its document. Its index and its jobs stay.</summary>
    /// <exception cref="ConnectorException">Elasticsearch could not be reached, or refused.</exception>
    Task<ConnectorApiResult> DeleteAsync(string connectorId, CancellationToken cancellationToken);
}

/// <summary>The result of a Connector API call.</summary>
internal enum ConnectorApiResult
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>There is no such connector.</summary>
    Missing,

    /// <summary>Nothing was done: the cluster has no such API, or the credentials may not use it. Write the document instead.</summary>
    Unavailable,
}
