using Connectors.Sync.Configuration;
using Connectors.Sync.Diff;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Damage;

/// <summary>Syncs of documents in memory into an Elasticsearch that lies when it is told to.</summary>
public abstract class LyingBed : IAsyncLifetime
{
    private protected const string Index = "search-lies";
    private readonly TemporaryFolder _folder = new();
    private ElasticsearchGateway _gateway = null!;
    private int _jobs;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected LyingElasticsearch Elasticsearch { get; private set; } = null!;

    /// <summary>The clock of what asks Elasticsearch.</summary>
    private protected virtual TimeProvider GatewayTime { get; } = new FastForwardTimeProvider();

    /// <summary>How the engine runs.</summary>
    private protected virtual SyncEngineOptions Options =>
        new()
        {
            StateFolder = _folder.Path,
            DeleteGuard = new DeleteGuardOptions { MaxPercent = 100 },
        };

    /// <summary>What a sync is asked for.</summary>
    private protected virtual SyncRequest Request =>
        new()
        {
            JobId = "job-" + _jobs++,
            ConnectorId = "c",
            ServiceType = "memory",
            IndexName = Index,
            Fingerprint = "f",
        };

    public virtual async ValueTask InitializeAsync()
    {
        Elasticsearch = await LyingElasticsearch.StartAsync();
        _gateway = new ElasticsearchGateway(
            new ElasticsearchOptions { Hosts = [Elasticsearch.Uri] },
            GatewayTime,
            new Random(1),
            NullLoggerFactory.Instance
        );
    }

    public async ValueTask DisposeAsync()
    {
        _gateway.Dispose();
        await Elasticsearch.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs a sync of these documents.</summary>
    private protected Task<SyncOutcome> RunAsync(IEnumerable<string> ids, bool allowMassDelete = false) =>
        new SyncEngine(_gateway.Content, Options, new FastForwardTimeProvider(), new Random(1), NullLoggerFactory.Instance).RunAsync(
            Request with
            {
                AllowMassDelete = allowMassDelete,
            },
            MemorySource.Holding([.. ids]),
            new SyncProgress(),
            default,
            Token
        );
}
