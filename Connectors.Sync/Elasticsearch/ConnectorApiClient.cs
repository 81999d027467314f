using System.Text.Json.Nodes;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Elasticsearch.Calls;
using Microsoft.Extensions.Logging;
using HttpMethod = Elastic.Transport.HttpMethod;

namespace Connectors.Sync.Elasticsearch;

/// <summary>The Connector API over HTTP. A cluster that turns out to have none is not asked again.</summary>
internal sealed class ConnectorApiClient(ElasticsearchCalls calls, ILogger logger) : IConnectorApi
{
    private int _isUnavailable;

    public Task<ConnectorApiAnswer> CheckInAsync(string connectorId, CancellationToken cancellationToken) =>
        SendAsync(new ElasticsearchRequest(HttpMethod.PUT, $"_connector/{ElasticsearchRequest.Escape(connectorId)}/_check_in", null, false, 400, 403, 404, 405, 410), cancellationToken);

    public Task<ConnectorApiAnswer> CreateAsync(string connectorId, JsonObject definition, CancellationToken cancellationToken) =>
        SendAsync(ElasticsearchRequest.Put($"_connector/{ElasticsearchRequest.Escape(connectorId)}", definition, 400, 403, 404, 405, 410), cancellationToken);

    public Task<ConnectorApiAnswer> DeleteAsync(string connectorId, CancellationToken cancellationToken) =>
        SendAsync(ElasticsearchRequest.Delete($"_connector/{ElasticsearchRequest.Escape(connectorId)}", null, 400, 403, 404, 405, 410), cancellationToken);

    private async Task<ConnectorApiAnswer> SendAsync(ElasticsearchRequest request, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _isUnavailable) == 1)
        {
            return ConnectorApiAnswer.Unavailable;
        }

        using var answer = await calls.SendAsync(request, cancellationToken);
        if (answer.IsSuccess)
        {
            answer.Json();
            return ConnectorApiAnswer.Done;
        }

        // A cluster that doesn't know the path answers with a plain text for an error; one that knows it, with a typed one.
        var isUnknown = answer.Error() is null or { Type: "unknown" };
        if (answer.Status == 404 && !isUnknown)
        {
            return ConnectorApiAnswer.Missing;
        }

        if (answer.Status == 400 && !isUnknown)
        {
            throw calls.Failures.Of(request, answer);
        }

        if (Interlocked.Exchange(ref _isUnavailable, 1) == 0)
        {
            ElasticsearchLog.NoConnectorApi(logger, calls.Failures.Host, calls.Failures.Of(request, answer).Message);
        }

        return ConnectorApiAnswer.Unavailable;
    }
}
