using System.Net;
using System.Text;
using System.Text.Json;
using Connectors.Emulator.Bulk;
using Connectors.Emulator.Connectors;
using Connectors.Emulator.Documents;
using Connectors.Emulator.Durability;
using Connectors.Emulator.Faults;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;
using Connectors.Emulator.Inference;
using Connectors.Emulator.Ingest;
using Connectors.Emulator.Mapping;
using Connectors.Emulator.Search;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Connectors.Emulator;

/// <summary>
/// An in-memory Elasticsearch subset that listens on 127.0.0.1: the embedded default, the demo's and the tests' server. What it doesn't
/// know it refuses with a 400 that says so. Searches see every write at once, refreshed or not.
/// </summary>
public sealed class EmulatorServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Cluster _cluster;
    private readonly DocumentWriter _writer;
    private readonly DataFolder? _data;

    private EmulatorServer(
        WebApplication app,
        Cluster cluster,
        DocumentWriter writer,
        DataFolder? data,
        FaultPlan faults,
        RequestLog requests,
        Uri uri
    )
    {
        (_app, _cluster, _writer, _data, Faults, Requests, Uri) = (app, cluster, writer, data, faults, requests, uri);
    }

    /// <summary>Where it listens, for instance <c>http://127.0.0.1:41234/</c>.</summary>
    public Uri Uri { get; }

    /// <summary>What it does wrong on purpose. Empty at the start.</summary>
    public FaultPlan Faults { get; }

    /// <summary>Counts of the requests that came in.</summary>
    public RequestLog Requests { get; }

    /// <summary>Starts an emulator. It has its documents back when <see cref="EmulatorOptions.DataFolder"/> has been used before.</summary>
    /// <exception cref="IOException">The port is taken, or the data folder can't be used or belongs to a running emulator.</exception>
    public static async Task<EmulatorServer> StartAsync(EmulatorOptions options, CancellationToken cancellationToken)
    {
        var data = options.DataFolder is null ? null : new DataFolder(options.DataFolder);
        try
        {
            var cluster = new Cluster(options, data);
            var pipelines = new PipelineStore(options.TimeProvider, data);
            data?.Load(cluster, pipelines);
            var inference = new InferenceStore();
            var writer = new DocumentWriter(cluster, pipelines, new SemanticFields(inference, options));
            var faults = new FaultPlan();
            var requests = new RequestLog();
            var router = new Router([
                .. options.WithoutConnectorIndices ? [] : ConnectorApi(cluster, writer),
                new RootRoutes(options),
                new BulkRoutes(cluster, writer, faults, options),
                new DocumentRoutes(cluster, writer, options),
                new SearchRoutes(cluster, options.TimeProvider),
                new IndexRoutes(cluster),
                new CatRoutes(cluster),
                new AliasRoutes(cluster),
                new TemplateRoutes(cluster),
                new PipelineRoutes(pipelines, options.TimeProvider),
                new InferenceRoutes(inference),
            ]);
            var pipeline = new HttpPipeline(router, options, faults, requests, () => data?.Flush());
            var app = Build(options.Port, pipeline);
            try
            {
                await app.StartAsync(cancellationToken);
            }
            catch
            {
                await app.DisposeAsync();
                throw;
            }

            var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            return new EmulatorServer(app, cluster, writer, data, faults, requests, new Uri(address));
        }
        catch
        {
            data?.Dispose();
            throw;
        }
    }

    /// <summary>Puts a document straight into an index, which is made when missing.</summary>
    /// <exception cref="ArgumentException">The index would refuse it.</exception>
    public void Put(string index, string id, string json)
    {
        try
        {
            _writer.Index(
                _cluster.GetOrCreate(index),
                Encoding.UTF8.GetBytes(id),
                Encoding.UTF8.GetBytes(json),
                default,
                new DocumentParser()
            );
            _data?.Flush();
        }
        catch (ElasticErrorException exception)
        {
            throw new ArgumentException(exception.Message, nameof(json), exception);
        }
    }

    /// <summary>The source of a document; null when there is none, or no such index.</summary>
    public string? Get(string index, string id) =>
        _cluster.Find(index)?.Find(id) is { } document ? Encoding.UTF8.GetString(document.Source) : null;

    /// <summary>The ids of an index in ordinal order; none when there is no such index.</summary>
    public IReadOnlyList<string> Ids(string index) => [.. Snapshot(index).Select(document => document.Id).Order(StringComparer.Ordinal)];

    /// <summary>All sources of an index by id; none when there is no such index.</summary>
    public IReadOnlyDictionary<string, string> Documents(string index) =>
        Snapshot(index).ToDictionary(document => document.Id, document => Encoding.UTF8.GetString(document.Source), StringComparer.Ordinal);

    /// <summary>A document's source, parsed. The caller disposes of it.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public JsonDocument Document(string index, string id) =>
        JsonDocument.Parse(Get(index, id) ?? throw new KeyNotFoundException($"No document [{id}] in [{index}]."));

    /// <summary>Number of documents of an index; 0 when there is none of this name.</summary>
    public int Count(string index) => _cluster.Find(index)?.Documents.Count ?? 0;

    /// <summary>Number of the last write to an index, from 0; -1 before the first. Tells whether anything was written between two
    /// looks.</summary>
    public long LastSeqNo(string index) => _cluster.Find(index)?.Documents.LastSeqNo ?? -1;

    /// <summary>Names of all indices.</summary>
    public IReadOnlyList<string> IndexNames => [.. _cluster.Indices.Select(index => index.Name)];

    /// <summary>Deletes a document straight from an index; false when there is none.</summary>
    public bool Delete(string index, string id)
    {
        var deleted = _cluster.Find(index)?.Documents.Delete(Encoding.UTF8.GetBytes(id), default).Result == "deleted";
        _data?.Flush();
        return deleted;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _data?.Dispose();
    }

    private static IRoutes[] ConnectorApi(Cluster cluster, DocumentWriter writer) =>
        [
            new SyncJobRoutes(cluster, writer),
            new ConnectorRoutes(cluster, writer),
            new ConnectorUpdates(cluster, writer),
            new ConfigurationRoutes(cluster, writer),
            new FilteringRoutes(cluster, writer),
        ];

    private StoredDocument[] Snapshot(string index) => _cluster.Find(index)?.Documents.Snapshot() ?? [];

    private static WebApplication Build(int port, HttpPipeline pipeline)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Listen(IPAddress.Loopback, port);
                kestrel.AddServerHeader = false;
                kestrel.AllowSynchronousIO = false;
                kestrel.Limits.MaxRequestBodySize = null;
                kestrel.Limits.MinRequestBodyDataRate = null;
                kestrel.Limits.MinResponseDataRate = null;
                kestrel.Limits.MaxRequestLineSize = 64 * 1024;
                kestrel.Limits.Http2.InitialConnectionWindowSize = 1024 * 1024;
            });
        var app = builder.Build();
        app.Run(new RequestDelegate(pipeline.HandleAsync));
        return app;
    }
}
