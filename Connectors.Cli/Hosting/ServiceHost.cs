using System.Collections.Concurrent;
using Connectors.Sync.Configuration;
using Connectors.Sync.Content;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;
using Connectors.Sync.Sources;
using Connectors.Sync.Staging.LocalState;
using Microsoft.Extensions.Logging;

namespace Connectors.Cli.Hosting;

/// <summary>The composition root: configuration, gateway, sources, engine, service.</summary>
internal sealed class ServiceHost : IAsyncDisposable
{
    private readonly ServiceConfiguration _configuration;
    private readonly ILoggerFactory _loggerFactory;
    private readonly TimeProvider _time;
    private readonly WorkerSlot _slot;
    private readonly ContentExtraction _extraction;
    private readonly FlightBudget _flight;
    private readonly ConcurrentDictionary<ElasticsearchGateway, SyncEngine> _engines = new();
    private readonly ConnectorGateways _gateways;
    private readonly ElasticsearchGateway _gateway;
    private readonly SourceCatalog _sources;

    /// <param name="gateway">The connection; the caller disposes it.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="sources">The sources.</param>
    /// <param name="observer">Receives events, or <see langword="null"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggerFactory">The log.</param>
    public ServiceHost(
        ElasticsearchGateway gateway,
        ServiceConfiguration configuration,
        SourceCatalog sources,
        IServiceObserver? observer,
        TimeProvider time,
        ILoggerFactory loggerFactory
    )
    {
        _configuration = configuration;
        _loggerFactory = loggerFactory;
        _time = time;
        _slot = WorkerSlot.Take(configuration.Service.StateFolder, Environment.MachineName, new Random());
        _extraction = new ContentExtraction(WithSelf(configuration.Engine.Content), time, loggerFactory);
        _flight = new FlightBudget(configuration.Engine.MaxBytesInFlight);
        _gateways = new ConnectorGateways(gateway, configuration, time, loggerFactory);
        Options = ConnectorServiceOptions.From(configuration, _slot.Worker) with { IsDead = _slot.IsDead };
        _gateway = gateway;
        _sources = sources;
        Service = ServiceFor(observer);
    }

    /// <summary>What is served.</summary>
    public ConnectorServiceOptions Options { get; }

    /// <summary>The service.</summary>
    public ConnectorService Service { get; }

    /// <summary>Another service over the same parts, which tells another observer: for dry runs beside <see cref="Service"/>, which has
    /// jobs in hand.</summary>
    public ConnectorService ServiceFor(IServiceObserver? observer) =>
        new(
            new ServiceParts
            {
                Store = _gateway.Documents,
                InteractiveStore = _gateway.InteractiveDocuments,
                EngineOf = connectorId => EngineOf(_gateways.Of(connectorId)),
                Sources = _sources,
                ContentIndexOf = connectorId => _gateways.Of(connectorId).Content,
                States = new LocalSyncStateStore(_configuration.Engine.StateFolder),
                Preflight = _extraction.CheckAsync,
                Observer = observer,
                TimeProvider = _time,
                LoggerFactory = _loggerFactory,
            },
            Options
        );

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _extraction.DisposeAsync();
        _gateways.Dispose();
        _slot.Dispose();
    }

    /// <summary>The options, with this very program as the extraction process unless another one is named.</summary>
    internal static ContentOptions WithSelf(ContentOptions options) =>
        options.Local is { } local
            ? options with
            {
                Local = local with { Command = local.Command ?? ExtractionSubcommand.Command() },
            }
            : options;

    private SyncEngine EngineOf(ElasticsearchGateway gateway) =>
        _engines.GetOrAdd(gateway, _ => new SyncEngine(
            gateway.Content,
            _configuration.Engine,
            _time,
            new Random(),
            _loggerFactory,
            _extraction,
            _flight
        ));
}
