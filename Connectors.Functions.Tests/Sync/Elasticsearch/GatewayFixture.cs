using Connectors.Emulator;
using Connectors.Sync.Configuration;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Service;
using Connectors.Sync.Sources;
using Connectors.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Elasticsearch;

/// <summary>A gateway before an emulator; waits are skipped.</summary>
internal sealed class GatewayFixture : IAsyncDisposable
{
    private GatewayFixture(EmulatorServer server, ElasticsearchGateway gateway) => (Server, Gateway) = (server, gateway);

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public EmulatorServer Server { get; }

    public ElasticsearchGateway Gateway { get; }

    public static async Task<GatewayFixture> StartAsync(
        Func<ElasticsearchOptions, ElasticsearchOptions>? configure = null,
        EmulatorOptions? emulator = null,
        TimeProvider? time = null,
        ILoggerFactory? log = null
    )
    {
        var server = await EmulatorServer.StartAsync(emulator ?? new EmulatorOptions(), Token);
        var options = new ElasticsearchOptions { Hosts = [server.Uri] };
        return new GatewayFixture(server, GatewayOf(configure?.Invoke(options) ?? options, time, log));
    }

    public static ElasticsearchGateway GatewayOf(Uri server, TimeProvider? time = null) =>
        GatewayOf(new ElasticsearchOptions { Hosts = [server] }, time);

    public static ElasticsearchGateway GatewayOf(ElasticsearchOptions options, TimeProvider? time = null, ILoggerFactory? log = null) =>
        new(options, time ?? new FastForwardTimeProvider(), new Random(1), log ?? NullLoggerFactory.Instance);

    /// <summary>The parts of a service that keeps its documents and what it syncs in Elasticsearch, and its state in a folder.</summary>
    public static ServiceParts PartsOf(ElasticsearchGateway gateway, ISourceFactory sources, string stateFolder) =>
        new()
        {
            Store = gateway.Documents,
            EngineOf = _ => EngineFixture.EngineOf(gateway.Content, new SyncEngineOptions { StateFolder = stateFolder }),
            Sources = sources,
            ContentIndexOf = _ => gateway.Content,
            TimeProvider = TimeProvider.System,
            LoggerFactory = NullLoggerFactory.Instance,
        };

    public async ValueTask DisposeAsync()
    {
        Gateway.Dispose();
        await Server.DisposeAsync();
    }
}
