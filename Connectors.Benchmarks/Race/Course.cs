using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Sync.Configuration;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Microsoft.Extensions.Logging.Abstractions;

namespace Connectors.Benchmarks.Race;

/// <summary>One sync as its job document tells it, and what its process took.</summary>
/// <param name="Duration">From <c>started_at</c> to <c>completed_at</c>.</param>
/// <param name="Indexed">Documents written.</param>
/// <param name="AllocatedBytes">Allocated by the process in all.</param>
/// <param name="ProcessorSeconds">Processor time of the process.</param>
/// <param name="ServerSeconds">Processor time of both servers meanwhile.</param>
internal sealed record SyncRun(
    TimeSpan Duration,
    long Indexed,
    long AllocatedBytes,
    double ProcessorSeconds,
    double ServerSeconds,
    IngestRun Process
);

/// <summary>The two servers, a configuration file, and what is run between them.</summary>
internal sealed class Course : IAsyncDisposable
{
    private readonly ChildProcess _mongo;
    private readonly ChildProcess _elasticsearch;
    private readonly ElasticsearchGateway _gateway;
    private readonly string _folder;
    private readonly string _config;

    private Course(ChildProcess mongo, ChildProcess elasticsearch)
    {
        (_mongo, _elasticsearch) = (mongo, elasticsearch);
        _gateway = new ElasticsearchGateway(
            new ElasticsearchOptions { Hosts = [new Uri(elasticsearch.Ready)] },
            TimeProvider.System,
            new Random(1),
            NullLoggerFactory.Instance
        );
        _folder = Directory.CreateTempSubdirectory("connectors-race-").FullName;
        _config = Path.Combine(_folder, "config.yml");
        File.WriteAllText(
            _config,
            $"""
            elasticsearch:
              host: {elasticsearch.Ready}
            service:
              log_level: WARNING
              state_dir: {Path.Combine(_folder, "state")}
            """
        );
    }

    public string Mongo => _mongo.Ready;

    public string Elasticsearch => _elasticsearch.Ready;

    /// <summary>Processor time that the servers have used so far.</summary>
    public TimeSpan ServerTime => _mongo.ProcessorTime + _elasticsearch.ProcessorTime;

    /// <param name="documents">In the MongoDB collection.</param>
    /// <param name="writesPerSecond">What Elasticsearch takes; 0 for as much as it can.</param>
    public static async Task<Course> OpenAsync(int documents, int writesPerSecond)
    {
        var mongo = ChildProcess.StartAsync("serve-mongo", documents.ToString(CultureInfo.InvariantCulture));
        return new Course(
            await mongo,
            await ChildProcess.StartAsync("serve-elasticsearch", writesPerSecond.ToString(CultureInfo.InvariantCulture))
        );
    }

    /// <summary>Makes a connector for a new index; returns its id.</summary>
    public async Task<string> CreateConnectorAsync(string index)
    {
        var run = await IngestProcess.RunAsync(
            "connector",
            "create",
            "-c",
            _config,
            "--service-type",
            "mongodb",
            "--index",
            index,
            "--set",
            $"host={Mongo}",
            "--set",
            $"database={Servers.Database}",
            "--set",
            $"collection={Servers.Collection}"
        );
        return run.Output.Trim();
    }

    /// <summary>Makes an index with the mappings that a sync gives it.</summary>
    public Task PrepareIndexAsync(string index) => _gateway.Content.PrepareAsync(index, CancellationToken.None);

    /// <summary>Documents in an index.</summary>
    public Task<long> CountAsync(string index) => _gateway.Content.CountAsync(index, CancellationToken.None);

    /// <summary>Takes an index's memory back.</summary>
    public async Task DropIndexAsync(string index)
    {
        using var client = new HttpClient();
        using var answer = await client.DeleteAsync(new Uri(new Uri(Elasticsearch), index));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Lets the source's cheap question find that something may have changed.</summary>
    public Task TouchAsync() => _mongo.AskAsync("touch", "touched");

    /// <summary>Runs <c>elastic-ingest sync</c> and reads the job that it made.</summary>
    public async Task<SyncRun> SyncAsync(string connector)
    {
        var servers = ServerTime;
        var run = await IngestProcess.RunAsync("sync", connector, "-c", _config, "--json");
        var serverSeconds = (ServerTime - servers).TotalSeconds;
        var process = JsonNode.Parse(run.Output.Split('\n').Last(line => line.Contains("sync_ended", StringComparison.Ordinal)))![
            "process"
        ]!;
        SyncJobRecord? last = null;
        await foreach (
            var document in _gateway.Documents.SearchAsync(
                ProtocolIndices.SyncJobs,
                query: null,
                sort: "created_at",
                CancellationToken.None
            )
        )
        {
            last = new SyncJobRecord(document);
        }

        return last is { Status: JobStatus.Completed, StartedAt: { } started, CompletedAt: { } completed }
            ? new SyncRun(
                completed - started,
                last.Document.Source["indexed_document_count"]!.GetValue<long>(),
                process["allocated_bytes"]!.GetValue<long>(),
                process["processor_seconds"]!.GetValue<double>(),
                serverSeconds,
                run
            )
            : throw new InvalidOperationException($"The sync did not complete: {last?.Document.Source.ToJsonString()}");
    }

    public async ValueTask DisposeAsync()
    {
        _gateway.Dispose();
        await _elasticsearch.DisposeAsync();
        await _mongo.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
