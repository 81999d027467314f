using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Sources;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Sources;
using Connectors.Tests.Sync.Elasticsearch;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Support.Processes;

/// <summary>What a test of processes needs around them: a folder for configuration and state, and a look into Elasticsearch past the
/// proxy.</summary>
internal sealed class ProcessFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ElasticsearchGateway _gateway;
    private readonly HttpClient _http;
    private int _configurations;

    /// <param name="elasticsearch">The server itself.</param>
    public ProcessFixture(Uri elasticsearch)
    {
        _gateway = GatewayFixture.GatewayOf(elasticsearch, TimeProvider.System);
        _http = new HttpClient { BaseAddress = elasticsearch };
        Connectors = new ConnectorIndex(_gateway.Documents, TimeProvider.System);
        Jobs = new SyncJobIndex(_gateway.Documents, TimeProvider.System);
    }

    public ConnectorIndex Connectors { get; }

    public SyncJobIndex Jobs { get; }

    /// <summary>The state folder of services that don't say otherwise.</summary>
    public string StateFolder => Path.Combine(_folder.Path, "state");

    /// <summary>What is left of syncs in the state folder; the places of workers stay.</summary>
    public IEnumerable<string> KeptState => KeptIn(StateFolder);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static IEnumerable<string> KeptIn(string stateFolder) =>
        Directory.Exists(Path.Combine(stateFolder, "jobs"))
            ? Directory.EnumerateFileSystemEntries(Path.Combine(stateFolder, "jobs"), "*", SearchOption.AllDirectories)
            : [];

    /// <summary>Writes a configuration file: short pauses, small pages and small bulk requests, so that there is much to
    /// interrupt.</summary>
    public string Configure(
        Uri elasticsearch,
        string? stateFolder = null,
        int pageDocuments = 100,
        int chunkSize = 25,
        int partitions = 2,
        int sourceRetryTimeLimit = 2,
        string serviceTypes = "dir, http_json, mongodb"
    )
    {
        var path = Path.Combine(_folder.Path, $"config-{_configurations++}.yml");
        File.WriteAllText(
            path,
            $"""
            elasticsearch:
              host: {elasticsearch}
              retry_interval: 1
              initial_backoff_duration: 0.1
              delete_guard:
                max_percent: 100
              bulk:
                chunk_size: {chunkSize}
                max_concurrency: 2
                retry_interval: 0.5
            service:
              idling: 0.2
              page_documents: {pageDocuments}
              pages_in_flight: 2
              max_concurrent_partitions: {partitions}
              source_retry_time_limit: {sourceRetryTimeLimit}
              preflight_idle: 1
              log_level: DEBUG
              state_dir: {stateFolder ?? StateFolder}
            native_service_types: [{serviceTypes}]
            """
        );
        return path;
    }

    /// <summary>A connector, made as Kibana makes one.</summary>
    public async Task<ConnectorRecord> ConnectAsync(string serviceType, string index, Dictionary<string, JsonNode?> settings)
    {
        await ProtocolIndices.EnsureAsync(_gateway.Documents, Token);
        var catalog = new SourceCatalog(BuiltInSources.Classes, Path.GetTempPath(), NullLoggerFactory.Instance, TimeProvider.System);
        return await Connectors.CreateAsync(
            new NewConnector
            {
                Name = index,
                ServiceType = serviceType,
                IndexName = index,
                Configuration = ConnectorConfiguration.Render(catalog.Describe(serviceType).Fields, settings),
                Status = ConnectorStatus.Configured,
            },
            Token
        );
    }

    /// <summary>What the button does.</summary>
    public async Task<string> StartSyncAsync(string connectorId) =>
        (
            await Jobs.CreateAsync(
                (await Connectors.FindAsync(connectorId, Token))!,
                JobType.Full,
                TriggerMethod.OnDemand,
                new SyncJobOptions(),
                key: null,
                Token
            )
        )!.Id;

    public async Task<SyncJobRecord> JobAsync(string id) => (await Jobs.FindAsync(id, Token))!;

    /// <summary>All documents of an index by id; at most 10,000.</summary>
    public async Task<SortedDictionary<string, JsonObject>> DocumentsAsync(string index)
    {
        using var query = new StringContent("""{ "size": 10000, "query": { "match_all": {} } }""", null, "application/json");
        using var answer = await _http.PostAsync($"{index}/_search", query, Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.IsSuccessStatusCode, text);
        var hits = JsonNode.Parse(text)!["hits"]!["hits"]!.AsArray();
        return new SortedDictionary<string, JsonObject>(
            hits.ToDictionary(hit => hit!["_id"]!.GetValue<string>(), hit => hit!["_source"]!.AsObject(), StringComparer.Ordinal),
            StringComparer.Ordinal
        );
    }

    /// <summary>Counts as a job document tells them: written, deleted, and what the index held at the end.</summary>
    public static string Counts(SyncJobRecord job) =>
        string.Create(
                CultureInfo.InvariantCulture,
                $"{job.Status}: indexed {job.IndexedDocumentCount}, deleted {job.DeletedDocumentCount}, total {job.TotalDocumentCount} "
                    + $"{job.Error}"
            )
            .TrimEnd();

    public void Dispose()
    {
        _gateway.Dispose();
        _http.Dispose();
        _folder.Dispose();
    }
}
