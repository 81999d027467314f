using Connectors.Sync.Diff;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Sync.Elasticsearch;
using Xunit;

namespace Connectors.Tests.Sync.Damage;

/// <summary>Syncs of documents in memory into an Elasticsearch that lies when it is told to.</summary>
public abstract class LyingTests : IAsyncLifetime
{
    private protected const string Index = "search-lies";
    private readonly EngineFixture _fixture = new();
    private ElasticsearchGateway _gateway = null!;

    private protected static CancellationToken Token => SyncFixture.Token;

    private protected LyingElasticsearch Elasticsearch { get; private set; } = null!;

    /// <summary>The clock of what asks Elasticsearch.</summary>
    private protected virtual TimeProvider GatewayTime { get; } = new FastForwardTimeProvider();

    /// <summary>How the engine runs.</summary>
    private protected virtual SyncEngineOptions Options =>
        new()
        {
            StateFolder = _fixture.Folder.Path,
            DeleteGuard = new DeleteGuardOptions { MaxPercent = 100 },
        };

    /// <summary>What a sync is asked for.</summary>
    private protected virtual SyncRequest Request => _fixture.Request with { IndexName = Index };

    public virtual async ValueTask InitializeAsync()
    {
        Elasticsearch = await LyingElasticsearch.StartAsync();
        _gateway = GatewayFixture.GatewayOf(Elasticsearch.Uri, GatewayTime);
        _fixture.Target = _gateway.Content;
    }

    public async ValueTask DisposeAsync()
    {
        _gateway.Dispose();
        await Elasticsearch.DisposeAsync();
        _fixture.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs a sync of these documents.</summary>
    private protected Task<SyncOutcome> RunAsync(IEnumerable<string> ids, bool allowMassDelete = false)
    {
        _fixture.Options = Options;
        _fixture.Request = Request with { AllowMassDelete = allowMassDelete };
        return _fixture.RunNextAsync(MemorySource.Holding([.. ids]));
    }
}
