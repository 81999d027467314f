using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Sources;
using Connectors.Tests.LocalHost.Durable;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Security;

/// <summary>Every source that speaks HTTP, by each way of signing in that it has, against servers that repeat the request in whatever they
/// answer: the secret is in no log, no error, no document and no file. A new source is in it by itself.</summary>
public sealed class MarkedRestSourcesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Cases { get; } =
    [.. MarkedConnectors.RestTypes.SelectMany(type => MarkedConnectors.SignInsOf(type).Select(way => (type, MarkedConnectors.Name(way))))];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task TheSecretIsLeftNowhereHoweverItFails(string serviceType, string signIn)
    {
        var way = MarkedConnectors.SignInsOf(serviceType).First(way => MarkedConnectors.Name(way) == signIn);
        using var left = new LeftBehind();
        var (requests, error) = (0, (string?)null);
        foreach (var kind in OddHandler.Kinds)
        {
            using var folder = new TemporaryFolder();
            using var log = new ListLoggerProvider();
            using var handler = new OddHandler(kind);
            var store = new InMemoryDocumentStore();
            var job = await RunAsync(serviceType, way, handler, store, folder.Path, log);
            requests += handler.Requests;
            error = (string?)job["error"];

            Assert.True(
                (string?)job["status"] == "error",
                $"{kind}: {job["status"]}, {job["error"]}: no server of this kind can be synced with"
            );
            left.Add("job", job.ToJsonString());
            var connector = store[ProtocolIndices.Connectors, "c"];
            connector.Remove("configuration");
            left.Add("connector", connector.ToJsonString());
            log.All.ToList().ForEach(line => left.Add("log", line));
            left.AddFiles(folder.Path);
        }

        Assert.True(requests > 0, $"{serviceType} sends no request with the values of {nameof(MarkedValues)}: {error}");
        left.HoldNoSecret("job", "connector", "log");
    }

    private static async Task<JsonObject> RunAsync(
        string serviceType,
        IReadOnlyList<ConfigDependency> signIn,
        OddHandler handler,
        InMemoryDocumentStore store,
        string folder,
        ListLoggerProvider log
    )
    {
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(log).SetMinimumLevel(LogLevel.Debug));
        // Microsoft's library asks for a wait of a minute after each refusal.
        var time = new FastForwardTimeProvider(TimeSpan.FromSeconds(61));
        store.Put(ProtocolIndices.Connectors, "c", MarkedConnectors.Of(serviceType, 1, isTls: true, "c", signIn));
        var service = new ConnectorService(
            new ServiceParts
            {
                Store = store,
                EngineOf = _ => new SyncEngine(new MemoryIndex(), new() { StateFolder = folder }, time, new Random(1), loggers),
                Sources = new HandledSources(handler, loggers, time),
                TimeProvider = time,
                LoggerFactory = loggers,
            },
            new ConnectorServiceOptions
            {
                Worker = new JobWorker("host-1", "worker-1"),
                ServiceTypes = [serviceType],
                PingTimeout = TimeSpan.FromMinutes(2),
            }
        );
        var connector = (await service.Connectors.FindAsync("c", Token))!;
        var job = (
            await service.Jobs.CreateAsync(connector, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token)
        )!;
        await service.RunOnceAsync(Token, Token);
        return store[ProtocolIndices.SyncJobs, job.Id];
    }

    /// <summary>The sources of the program, whose requests go to a handler.</summary>
    private sealed class HandledSources(OddHandler handler, ILoggerFactory loggers, TimeProvider time) : ISourceFactory
    {
        private readonly SourceCatalog _catalog = new(BuiltInSources.Classes, Path.GetTempPath(), NullLoggerFactory.Instance, time);

        public SourceDescription Describe(string serviceType) => _catalog.Describe(serviceType);

        public IDataSource Create(string serviceType, JsonObject? configuration) =>
            (IDataSource)
                Activator.CreateInstance(
                    Type.GetType(BuiltInSources.Classes[serviceType], throwOnError: true)!,
                    new SourceContext
                    {
                        Settings = SourceSettings.FromConfiguration(configuration, Describe(serviceType).Fields),
                        LoggerFactory = loggers,
                        TimeProvider = time,
                        HttpHandler = () => new Borrowed(handler),
                    }
                )!;
    }

    /// <summary>The handler, which outlives the clients that dispose it.</summary>
    private sealed class Borrowed(HttpMessageHandler handler) : DelegatingHandler(handler)
    {
        protected override void Dispose(bool disposing) => base.Dispose(disposing: false);
    }
}
