using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Connectors.Abstractions;
using Connectors.Emulator;
using Connectors.Functions.Hosting;
using Connectors.Functions.Staging;
using Connectors.LocalHost.Hosting;
using Connectors.Sync.Bulk;
using Connectors.Sync.Configuration;
using Connectors.Sync.Diff;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Staged;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Support.Processes;
using Connectors.Tests.Sync.Elasticsearch;
using Connectors.Tests.Sync.Service;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Functions;

/// <summary>
/// The function app with Elasticsearch and blob storage as servers: the emulator and Azurite. Only the sources are in memory. Pauses of the
/// gateway take no time.
/// </summary>
internal sealed class ServerAppFixture : AppFixture
{
    private readonly EmulatorServer _elasticsearch;
    private readonly List<ElasticsearchGateway> _gateways = [];
    private readonly BlobContainerClient _container;

    private ServerAppFixture(EmulatorServer elasticsearch, BlobContainerClient container)
    {
        (_elasticsearch, _container) = (elasticsearch, container);
        Staging = new FaultyStagingStore(new BlobStagingStore(container), async (name, token) =>
            await container.DeleteBlobAsync(name, cancellationToken: token)
        );
    }

    /// <summary>What the connectors hold, by the host that their configuration names: the connector's own name.</summary>
    public Dictionary<string, MemorySource> Sources { get; } = new(StringComparer.Ordinal);

    public FaultyStagingStore Staging { get; }

    /// <summary>Starts an app over an Elasticsearch that others may use too, with a container and orchestrations of its own.</summary>
    public static async Task<ServerAppFixture> StartAsync(
        EmulatorServer elasticsearch,
        BlobServiceClient storage,
        string container = "connectors-staging",
        Func<LocalFunctionHostOptions, LocalFunctionHostOptions>? with = null
    )
    {
        var fixture = new ServerAppFixture(elasticsearch, storage.GetBlobContainerClient(container))
        {
            With = with ?? (options => options),
        };
        try
        {
            await fixture.StartAgainAsync();
            return fixture;
        }
        catch
        {
            await fixture.DisposeAsync();
            throw;
        }
    }

    /// <summary>A connector for a source, made as Kibana makes one.</summary>
    public async Task<string> ConnectAsync(string name, MemorySource source)
    {
        Sources[name] = source;
        return await ConnectAsync(name);
    }

    /// <summary>A connector for a source that is known, perhaps to another app.</summary>
    public async Task<string> ConnectAsync(string name)
    {
        await Services.ConnectAsync(Token);
        return (
            await Services.Connectors.CreateAsync(
                new NewConnector
                {
                    Name = name,
                    ServiceType = "memory",
                    IndexName = "search-" + name,
                    Status = ConnectorStatus.Configured,
                    Configuration = ConnectorConfiguration.Render(
                        FakeSources.Description.Fields,
                        new Dictionary<string, JsonNode?> { ["host"] = name }
                    ),
                },
                Token
            )
        ).Id;
    }

    /// <summary>Asks for a sync, and lets time pass until it has ended.</summary>
    /// <returns>State and counts as the job's document tells them.</returns>
    public async Task<string> SyncAsync(string connectorId, string body = "{}") =>
        await CountsOfAsync(await StartSyncAsync(connectorId, body));

    /// <summary>Lets time pass until the orchestration of a job has ended.</summary>
    /// <returns>State and counts as the job's document tells them.</returns>
    public async Task<string> CountsOfAsync(string jobId)
    {
        await EndOfAsync(jobId);
        return ProcessFixture.Counts(await JobAsync(jobId));
    }

    public async Task<SyncJobRecord> JobAsync(string jobId) => (await Services.Jobs.FindAsync(jobId, Token))!;

    /// <summary>Names of the blobs that are staged.</summary>
    public async Task<List<string>> StagedAsync() =>
        await _container.ExistsAsync(Token)
            ? await _container.GetBlobsAsync(cancellationToken: Token).Select(blob => blob.Name).ToListAsync(Token)
            : [];

    public async Task LoseAsync(string blob) => await _container.DeleteBlobAsync(blob, cancellationToken: Token);

    /// <summary>Whether the index holds what the source does, and nothing else.</summary>
    public void AssertMirrors(string name)
    {
        var documents = _elasticsearch.Documents("search-" + name);
        Assert.Equal(
            Sources[name].All.Select(document => document.Id).Order(StringComparer.Ordinal),
            documents.Keys.Order(StringComparer.Ordinal)
        );
        Assert.All(Sources[name].All, document =>
            Assert.Equal(document.Text, JsonNode.Parse(documents[document.Id])!["text"]!.GetValue<string>())
        );
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _gateways.ForEach(gateway => gateway.Dispose());
    }

    protected override IDataSource SourceOf(JsonObject? configuration) => Sources[configuration!["host"]!["value"]!.GetValue<string>()];

    protected override AppParts Parts()
    {
        var gateway = GatewayFixture.GatewayOf(_elasticsearch.Uri);
        _gateways.Add(gateway);
        var configuration = ConfigurationOf(
            new SyncEngineOptions
            {
                StateFolder = StateFolder,
                Partitions = 3,
                Bulk = new BulkWriterOptions { MaxOperations = 4 },
                Rejections = new RejectionLimits
                {
                    MaxTotal = 100,
                    MaxConsecutive = 100,
                    MaxRate = 1,
                },
                DeleteGuard = new DeleteGuardOptions { MaxPercent = 50, MaxDocuments = 19 },
            },
            maxConcurrentSyncs: 4
        );
        return new AppParts
        {
            Configuration = configuration with { Elasticsearch = new ElasticsearchOptions { Hosts = [_elasticsearch.Uri] } },
            Store = gateway.Documents,
            IndexOf = _ => gateway.Content,
            Sources = this,
            Staging = Staging,
            Limits = new StagedSyncOptions
            {
                MaxDocuments = 6,
                MaxOperations = 6,
                DeletesPerPart = 4,
            },
            Connect = async token => await gateway.ConnectAsync(token),
            Hostname = "host-" + Name,
            Time = new FastForwardTimeProvider(),
            LoggerFactory = NullLoggerFactory.Instance,
        };
    }
}
