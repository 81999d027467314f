using System.Collections.Concurrent;
using Connectors.Sync.Configuration;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Elasticsearch;

/// <summary>The gateways with which the indices of connectors are written: the service's own one, and one more for each connector that has
/// an API key of its own. They are made when they are first asked for. Safe for concurrent use.</summary>
internal sealed class ConnectorGateways : IDisposable
{
    private readonly ElasticsearchGateway _shared;
    private readonly ServiceConfiguration _configuration;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggerFactory;
    private readonly ConcurrentDictionary<string, Lazy<ElasticsearchGateway>> _own = new(StringComparer.Ordinal);

    /// <param name="shared">The service's own gateway; the caller disposes it.</param>
    /// <param name="configuration">Which connectors have keys of their own.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggerFactory">Where messages go.</param>
    public ConnectorGateways(
        ElasticsearchGateway shared,
        ServiceConfiguration configuration,
        TimeProvider time,
        ILoggerFactory loggerFactory
    )
    {
        _shared = shared;
        _configuration = configuration;
        _time = time;
        _loggerFactory = loggerFactory;
    }

    /// <summary>The gateway of a connector.</summary>
    public ElasticsearchGateway Of(string connectorId)
    {
        if (_configuration.Connectors.FirstOrDefault(entry => entry.ConnectorId == connectorId)?.ApiKey is not { } key)
        {
            return _shared;
        }

        return _own.GetOrAdd(connectorId, _ => new Lazy<ElasticsearchGateway>(() =>
            new ElasticsearchGateway(
                _configuration.Elasticsearch with
                {
                    ApiKey = key,
                    Username = null,
                    Password = null,
                },
                _time,
                new Random(),
                _loggerFactory
            )
        )).Value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var own in _own.Values.Where(own => own.IsValueCreated))
        {
            own.Value.Dispose();
        }
    }
}
