using Connectors.Emulator;
using Connectors.Sync.Configuration;
using Connectors.Sync.Elasticsearch;
using Connectors.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Elasticsearch;

/// <summary>A gateway before an emulator; waits are skipped.</summary>
internal sealed class GatewayBench : IAsyncDisposable
{
    private GatewayBench(EmulatorServer server, ElasticsearchGateway gateway) => (Server, Gateway) = (server, gateway);

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public EmulatorServer Server { get; }

    public ElasticsearchGateway Gateway { get; }

    public static async Task<GatewayBench> StartAsync(
        Func<ElasticsearchOptions, ElasticsearchOptions>? configure = null,
        EmulatorOptions? emulator = null,
        TimeProvider? time = null
    )
    {
        var server = await EmulatorServer.StartAsync(emulator ?? new EmulatorOptions(), Token);
        var options = new ElasticsearchOptions { Hosts = [server.Uri] };
        return new GatewayBench(server, GatewayOf(configure?.Invoke(options) ?? options, time));
    }

    public static ElasticsearchGateway GatewayOf(ElasticsearchOptions options, TimeProvider? time = null) =>
        new(options, time ?? new FastForwardTimeProvider(), new Random(1), NullLoggerFactory.Instance);

    public async ValueTask DisposeAsync()
    {
        Gateway.Dispose();
        await Server.DisposeAsync();
    }
}
