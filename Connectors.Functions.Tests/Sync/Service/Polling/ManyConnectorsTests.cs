using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Sync.Configuration;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Tests.Support;
using Connectors.Tests.Sync.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Service.Polling;

/// <summary>Polls of large installations.</summary>
[Collection(Alone.Name)]
public sealed class ManyConnectorsTests
{
    private const int Mebibyte = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task IdleConnectorsCostNoRequestsAndLittleMemory()
    {
        var few = await PollAsync(connectors: 10, oldJobs: 10);
        var many = await PollAsync(connectors: 1_000, oldJobs: 100_000);

        // Two more lists are read in pages of 500: a point in time is opened and closed, and there are three pages.
        Assert.InRange(many.Requests, few.Requests, few.Requests + (2 * 5));
        Assert.InRange(few.Requests, 5, 12);
        Assert.InRange(many.LiveBytes, 1, 64L * Mebibyte);
        Assert.Equal((0, 0), (few.Writes, many.Writes));
    }

    [Fact]
    public async Task ConnectorsCheckInOnceAHeartbeat()
    {
        var clock = new FakeTimeProvider(Some.Time("2026-11-23T22:00:00Z"));
        await using var server = await StartAsync(clock, connectors: 20, oldJobs: 0);
        using var gateway = Gateway(server);
        var service = Service(gateway, clock, new FakeSources());
        for (var round = 0; round < 30; round++)
        {
            // Thirty rounds of 30 seconds are three heartbeats.
            clock.Advance(TimeSpan.FromSeconds(30));
            await service.RunOnceAsync(Token, Token);
        }

        Assert.Equal(3 * 20, server.Requests.Count("_connector/{id}/_check_in"));
        Assert.Equal(0, server.Requests.Count("{index}/_update/{id}"));
        Assert.Equal(0, server.Requests.Count("{index}/_doc/{id}"));
    }

    private static async Task<(int Requests, long LiveBytes, long Writes)> PollAsync(int connectors, int oldJobs)
    {
        var clock = new FakeTimeProvider(Some.Time("2026-11-23T22:00:00Z"));
        await using var server = await StartAsync(clock, connectors, oldJobs);
        using var gateway = Gateway(server);
        var (looked, live) = (0, 0L);
        var sources = new FakeSources();
        sources.Ping = _ =>
        {
            if (Interlocked.Increment(ref looked) == connectors)
            {
                // The last connector: everything that the poll holds on to is in memory now.
                live = GC.GetTotalMemory(forceFullCollection: true);
            }

            return Task.CompletedTask;
        };
        var service = Service(gateway, clock, sources);

        // The poll before leaves the pools with the buffers that they keep, which are not what a poll holds on to.
        await service.RunOnceAsync(Token, Token);
        (looked, live) = (0, 0);
        var (before, written) = (
            GC.GetTotalMemory(forceFullCollection: true),
            server.LastSeqNo(ProtocolIndices.Connectors) + server.LastSeqNo(ProtocolIndices.SyncJobs)
        );
        server.Requests.Reset();

        await service.RunOnceAsync(Token, Token);

        Assert.Equal(connectors, looked);
        return (
            server.Requests.Total,
            Math.Max(1, live - before),
            server.LastSeqNo(ProtocolIndices.Connectors) + server.LastSeqNo(ProtocolIndices.SyncJobs) - written
        );
    }

    private static ElasticsearchGateway Gateway(EmulatorServer server) =>
        new(new ElasticsearchOptions { Hosts = [server.Uri] }, new FastForwardTimeProvider(), new Random(1), NullLoggerFactory.Instance);

    private static ConnectorService Service(ElasticsearchGateway gateway, TimeProvider clock, FakeSources sources) =>
        new(
            new ServiceParts
            {
                Store = gateway.Documents,
                EngineOf = _ => new ScriptedEngine(),
                Sources = sources,
                TimeProvider = clock,
                LoggerFactory = NullLoggerFactory.Instance,
            },
            new ConnectorServiceOptions { Worker = new JobWorker("host-1", "worker-1"), ServiceTypes = ["fake"] }
        );

    /// <summary>Connectors as they are after a while: configured, connected, with the fields of a real source, and jobs that ended long
    /// ago.</summary>
    private static async Task<EmulatorServer> StartAsync(TimeProvider clock, int connectors, int oldJobs)
    {
        var server = await EmulatorServer.StartAsync(new EmulatorOptions { TimeProvider = clock }, Token);
        var configuration = ConnectorConfiguration.Render(
            FakeSources.Description.Fields,
            new Dictionary<string, JsonNode?> { ["host"] = "h" }
        );
        foreach (var (name, field) in ConnectorConfiguration.Render(Some.MongoFields))
        {
            configuration.TryAdd(name, field?.DeepClone());
        }

        var connector = new JsonObject
        {
            ["configuration"] = configuration,
            ["features"] = Some.NoFeatures(),
            ["last_seen"] = ProtocolTime.Format(clock.GetUtcNow()),
            ["service_type"] = "fake",
            ["status"] = "connected",
        };
        for (var number = 0; number < connectors; number++)
        {
            connector["index_name"] = $"search-{number}";
            server.Put(ProtocolIndices.Connectors, $"c{number}", connector.ToJsonString());
        }

        server.Put(ProtocolIndices.SyncJobs, "j", """{"status": "completed"}""");
        for (var number = 0; number < oldJobs; number++)
        {
            server.Put(
                ProtocolIndices.SyncJobs,
                $"j{number}",
                $$"""{"status": "completed", "job_type": "full", "connector": {"id": "c{{number % 1_000}}"}, "created_at": "2026-11-01T00:00:00Z"}"""
            );
        }

        return server;
    }
}
