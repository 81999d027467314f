using System.Collections.Concurrent;
using Connectors.Sync.Configuration;
using Connectors.Sync.Content;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Service;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging;

namespace Connectors.Cli.Hosting;

/// <summary>Where everything is put together: configuration, gateway, sources, engine, service.</summary>
internal sealed class ServiceHost : IAsyncDisposable
{
    private readonly ServiceConfiguration _configuration;
    private readonly ILoggerFactory _loggerFactory;
    private readonly TimeProvider _time;
    private readonly WorkerSlot _slot;
    private readonly ContentExtraction _extraction;
    private readonly ConcurrentDictionary<ElasticsearchGateway, SyncEngine> _engines = new();
    private readonly ConnectorGateways _gateways;

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
        _extraction = new ContentExtraction(WithSelf(configuration.Engine.Content), time, loggerFactory);
        _gateways = new ConnectorGateways(gateway, configuration, time, loggerFactory);
        Options = ConnectorServiceOptions.From(configuration, _slot.Worker);
        Service = new ConnectorService(
            new ServiceParts
            {
                Store = gateway.Documents,
                Engine = EngineOf(gateway),
                EngineOf = connectorId => EngineOf(_gateways.Of(connectorId)),
                Sources = sources,
                ContentIndex = gateway.Content,
                Preflight = _extraction.CheckAsync,
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
    public async ValueTask DisposeAsync()
    {
        await _extraction.DisposeAsync();
        _gateways.Dispose();
        _slot.Dispose();
    }

    private static ContentOptions WithSelf(ContentOptions options) =>
        options.Local is { } local ? options with { Local = local with { Command = local.Command ?? ExtractionSelf.Command() } } : options;

    private SyncEngine EngineOf(ElasticsearchGateway gateway) =>
        _engines.GetOrAdd(gateway, _ => new SyncEngine(gateway.Content, _configuration.Engine, _time, new Random(), _loggerFactory, _extraction));
}
