using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Connectors.Abstractions;
using Connectors.Emulator;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.Functions.Staging;
using Connectors.LocalHost.Hosting;
using Connectors.Sources;
using Connectors.Sync.Bulk;
using Connectors.Sync.Configuration;
using Connectors.Sync.Diff;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Staged;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Sources;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Support.Processes;
using Connectors.Tests.Sync.Service;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Functions;

/// <summary>
/// The whole function app in the local host, with Elasticsearch and blob storage as servers: the emulator and Azurite. Only the sources are
/// in memory. Durable timers go by a clock that the test moves; pauses of the gateway take no time.
/// </summary>
internal sealed class AppBed : IAsyncDisposable, ISourceFactory
{
    private readonly TemporaryFolder _folder = new();
    private readonly EmulatorServer _elasticsearch;
    private readonly List<IDisposable> _made = [];
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private readonly BlobContainerClient _container;
    private LocalFunctionHost? _host;

    private AppBed(EmulatorServer elasticsearch, BlobContainerClient container)
    {
        (_elasticsearch, _container) = (elasticsearch, container);
        Staging = new FaultyStagingStore(new BlobStagingStore(container), async (name, token) =>
            await container.DeleteBlobAsync(name, cancellationToken: token)
        );
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What the connectors hold, by the host that their configuration names: the connector's own name.</summary>
    public Dictionary<string, MemorySource> Sources { get; } = new(StringComparer.Ordinal);

    public FaultyStagingStore Staging { get; }

    /// <summary>Copies of snapshots.</summary>
    public string StateFolder => Path.Combine(_folder.Path, "state");

    public LocalFunctionHost Host => _host!;

    public HttpClient Http { get; private set; } = null!;

    public AppServices Services => Host.Services.GetRequiredService<ConnectorApp>().Services;

    /// <summary>Starts an app over an Elasticsearch that others may use too, with a container and orchestrations of its own.</summary>
    public static async Task<AppBed> StartAsync(
        EmulatorServer elasticsearch,
        BlobServiceClient storage,
        string container = "connectors-staging",
        Func<LocalFunctionHostOptions, LocalFunctionHostOptions>? with = null
    )
    {
        var bed = new AppBed(elasticsearch, storage.GetBlobContainerClient(container));
        try
        {
            await bed.StartAgainAsync(with);
            return bed;
        }
        catch
        {
            await bed.DisposeAsync();
            throw;
        }
    }

    /// <summary>In each partition the documents from one number to before another; those before a third one are changed.</summary>
    public static MemorySource Of(int partitions, int to, int from = 0, int changed = 0) =>
        new()
        {
            Partitions =
            [
                .. Enumerable
                    .Range(0, partitions)
                    .Select(partition =>
                        Enumerable
                            .Range(from, to - from)
                            .Select(number => new MemoryDocument($"{partition}-{number:000}", number < changed ? "v2" : "v1"))
                            .ToList()
                    ),
            ],
        };

    /// <summary>Starts the app once more, after its end.</summary>
    public async Task StartAgainAsync(Func<LocalFunctionHostOptions, LocalFunctionHostOptions>? with = null)
    {
        var options = new LocalFunctionHostOptions
        {
            Functions = typeof(SyncJob).Assembly.GetExportedTypes(),
            StorageFolder = Path.Combine(_folder.Path, "histories"),
            TimeProvider = _clock,
            RunsTimers = false,
            Configure = builder =>
            {
                builder.Configuration["ConnectorsPollSchedule"] = "*/30 * * * * *";
                builder.Configuration["ConnectorsCleanUpSchedule"] = "0 */5 * * * *";
                builder.Services.AddConnectors(new AppSettings { Variables = new Dictionary<string, string>() });
                builder.Services.AddSingleton<TimeProvider>(_clock);
                builder.Services.AddSingleton(_ => new ConnectorApp(new AppServices(Parts())));
            },
        };
        _host = await LocalFunctionHost.StartAsync(with?.Invoke(options) ?? options, Token);
        Http = new HttpClient { BaseAddress = new Uri(_host.Uri, "api/") };
        _made.Add(Http);
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

    /// <summary>Asks for a sync over HTTP and gives its id.</summary>
    public async Task<string> StartSyncAsync(string connectorId, string body = "{}")
    {
        using var answer = await Http.PostAsync(
            $"connectors/{connectorId}/syncs",
            new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
            Token
        );
        var json = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.StatusCode == System.Net.HttpStatusCode.Accepted, json);
        return JsonNode.Parse(json)!["id"]!.GetValue<string>();
    }

    /// <summary>Asks for a sync, and lets time pass until it has ended.</summary>
    /// <returns>State and counts as the job's document tells them.</returns>
    public async Task<string> SyncAsync(string connectorId, string body = "{}") =>
        await EndOfAsync(await StartSyncAsync(connectorId, body));

    /// <summary>Lets time pass until the orchestration of a job has ended.</summary>
    public async Task<string> EndOfAsync(string jobId)
    {
        for (var step = 0; step < 2_000; step++)
        {
            await Host.WhenQuietAsync(Token);
            if (
                await Host.Client.GetInstanceAsync(SyncJobInput.InstanceIdOf(jobId), getInputsAndOutputs: false, Token) is
                { IsCompleted: true }
            )
            {
                return ProcessBed.Counts(await JobAsync(jobId));
            }

            _clock.Advance(TimeSpan.FromSeconds(30));
        }

        throw new TimeoutException($"The orchestration of '{jobId}' does not end.");
    }

    public async Task<SyncJobRecord> JobAsync(string jobId) => (await Services.Jobs.FindAsync(jobId, Token))!;

    public async Task<JsonObject> GetAsync(string path) => (await Http.GetFromJsonAsync<JsonObject>(path, Token))!;

    /// <summary>Fires a timer function and lets it run.</summary>
    public async Task FireAsync(string timer)
    {
        Assert.True(Host.FireTimer(timer));
        await Host.WhenQuietAsync(Token);
    }

    public void Advance(TimeSpan time) => _clock.Advance(time);

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

    public async ValueTask DisposeAsync()
    {
        await (_host?.DisposeAsync() ?? ValueTask.CompletedTask);
        _made.ForEach(item => item.Dispose());
        _folder.Dispose();
    }

    SourceDescription ISourceFactory.Describe(string serviceType) =>
        serviceType == "memory"
            ? new SourceDescription
            {
                Name = "Memory",
                ServiceType = "memory",
                Fields = FakeSources.Description.Fields,
            }
            : throw new ConnectorException($"There is no source for the service type \"{serviceType}\".");

    IDataSource ISourceFactory.Create(string serviceType, JsonObject? configuration) =>
        Sources[configuration!["host"]!["value"]!.GetValue<string>()];

    private AppParts Parts()
    {
        var time = new FastForwardTimeProvider();
        var elasticsearch = new ElasticsearchOptions { Hosts = [_elasticsearch.Uri] };
        var gateway = new ElasticsearchGateway(elasticsearch, time, new Random(1), NullLoggerFactory.Instance);
        _made.Add(gateway);
        return new AppParts
        {
            Configuration = new ServiceConfiguration
            {
                Sources = BuiltInSources.Classes,
                Elasticsearch = elasticsearch,
                NativeServiceTypes = ["memory"],
                Service = new ServiceOptions { MaxConcurrentContentSyncs = 4 },
                Engine = new SyncEngineOptions
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
            },
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
            Hostname = "host-" + Path.GetFileName(_folder.Path),
            Time = time,
            LoggerFactory = NullLoggerFactory.Instance,
        };
    }
}
