using System.Collections.Concurrent;
using Connectors.Sync.Configuration;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Service;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging;

namespace Connectors.Cli.Hosting;

/// <summary>Where everything is put together: configuration, gateway, sources, engine, service.</summary>
internal sealed class ServiceHost : IDisposable
{
    private readonly ServiceConfiguration _configuration;
    private readonly ILoggerFactory _loggerFactory;
    private readonly TimeProvider _time;
    private readonly WorkerSlot _slot;
    private readonly SyncEngine _engine;
    private readonly ConcurrentDictionary<string, Lazy<(ElasticsearchGateway Gateway, SyncEngine Engine)>> _ownKeys = new(StringComparer.Ordinal);

    /// <param name="gateway">The connection; the caller disposes it.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="sources">The sources.</param>
    /// <param name="observer">Is told what happens, or <see langword="null"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggerFactory">The log.</param>
    public ServiceHost(
        ElasticsearchGateway gateway,
        ServiceConfiguration configuration,
        SourceCatalog sources,
        IServiceObserver? observer,
        TimeProvider time,
        ILoggerFactory loggerFactory)
    {
        _configuration = configuration;
        _loggerFactory = loggerFactory;
        _time = time;
        _slot = WorkerSlot.Take(configuration.Service.StateFolder, Environment.MachineName, new Random());
        _engine = Engine(gateway);
        Options = ConnectorServiceOptions.From(configuration, _slot.Worker);
        Service = new ConnectorService(
            new ServiceParts
            {
                Store = gateway.Documents,
                ConnectorApi = gateway.ConnectorApi,
                Engine = _engine,
                EngineOf = EngineOf,
                Sources = sources,
                ContentIndex = gateway.Content,
                Observer = observer,
                TimeProvider = time,
                LoggerFactory = loggerFactory,
            },
            Options);
    }

    /// <summary>What is served.</summary>
    public ConnectorServiceOptions Options { get; }

    /// <summary>The service.</summary>
    public ConnectorService Service { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var own in _ownKeys.Values.Where(own => own.IsValueCreated))
        {
            own.Value.Gateway.Dispose();
        }

        _slot.Dispose();
    }

    private SyncEngine Engine(ElasticsearchGateway gateway) => new(gateway.Content, _configuration.Engine, _time, new Random(), _loggerFactory);

    /// <summary>The engine of a connector: its own when it has an API key of its own.</summary>
    private SyncEngine EngineOf(string connectorId)
    {
        if (_configuration.Connectors.FirstOrDefault(entry => entry.ConnectorId == connectorId)?.ApiKey is not { } key)
        {
            return _engine;
        }

        return _ownKeys.GetOrAdd(connectorId, _ => new Lazy<(ElasticsearchGateway, SyncEngine)>(() =>
        {
            var options = _configuration.Elasticsearch with { ApiKey = key, Username = null, Password = null };
            var gateway = new ElasticsearchGateway(options, _time, new Random(), _loggerFactory);
            return (gateway, Engine(gateway));
        })).Value.Engine;
    }
}
