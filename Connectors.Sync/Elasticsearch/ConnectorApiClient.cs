using System.Text.Json.Nodes;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Elasticsearch.Calls;
using Microsoft.Extensions.Logging;
using HttpMethod = Elastic.Transport.HttpMethod;

namespace Connectors.Sync.Elasticsearch;

/// <summary>The Connector API over HTTP. A cluster without the API is not asked again.</summary>
internal sealed class ConnectorApiClient(ElasticsearchCalls calls, ILogger logger) : IConnectorApi
{
    private int _isUnavailable;

    public Task<ConnectorApiResult> CheckInAsync(string connectorId, CancellationToken cancellationToken) =>
        SendAsync(
            new ElasticsearchRequest(
                HttpMethod.PUT,
                $"_connector/{ElasticsearchRequest.Escape(connectorId)}/_check_in",
                null,
                false,
                400,
                403,
                404,
                405,
                410
            ),
            cancellationToken
        );

    public Task<ConnectorApiResult> CreateAsync(string connectorId, JsonObject definition, CancellationToken cancellationToken) =>
        SendAsync(
            ElasticsearchRequest.Put($"_connector/{ElasticsearchRequest.Escape(connectorId)}", definition, 400, 403, 404, 405, 410),
            cancellationToken
        );

    public Task<ConnectorApiResult> DeleteAsync(string connectorId, CancellationToken cancellationToken) =>
        SendAsync(
            ElasticsearchRequest.Delete($"_connector/{ElasticsearchRequest.Escape(connectorId)}", null, 400, 403, 404, 405, 410),
            cancellationToken
        );

    private async Task<ConnectorApiResult> SendAsync(ElasticsearchRequest request, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _isUnavailable) == 1)
        {
            return ConnectorApiResult.Unavailable;
        }

        using var response = await calls.SendAsync(request, cancellationToken);
        if (response.IsSuccess)
        {
            response.Json();
            return ConnectorApiResult.Done;
        }

        // A cluster that doesn't know the path answers with a plain text for an error; one that knows it, with a typed one.
        var isUnknown = response.Error() is null or { Type: "unknown" };
        if (response.Status == 404 && !isUnknown)
        {
            return ConnectorApiResult.Missing;
        }

        if (response.Status == 400 && !isUnknown)
        {
            throw calls.Failures.Of(request, response);
        }

        if (Interlocked.Exchange(ref _isUnavailable, 1) == 0)
        {
            ElasticsearchLog.NoConnectorApi(logger, calls.Failures.Host, calls.Failures.Of(request, response).Message);
        }

        return ConnectorApiResult.Unavailable;
    }
}
