using Connectors.Abstractions;
using Connectors.Emulator;
using Connectors.Sync.Configuration;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Sync.Elasticsearch;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Staged;

/// <summary>Two processes write to one index. One of them knew it before somebody deleted it; the other one made it again.</summary>
public sealed class IndexMadeAgainTests : IAsyncLifetime
{
    private const string Index = "search-again";
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryStagingStore _store = new();
    private readonly FakeTimeProvider _time = new();
    private EmulatorServer _server = null!;
    private ElasticsearchGateway _ours = null!;
    private ElasticsearchGateway _theirs = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        var options = new ElasticsearchOptions { Hosts = [_server.Uri] };
        (_ours, _theirs) = (GatewayFixture.GatewayOf(options, _time), GatewayFixture.GatewayOf(options, _time));
        await _ours.Content.PrepareAsync(Index, Token);
        using var http = new HttpClient { BaseAddress = _server.Uri };
        (await http.DeleteAsync(new Uri(Index, UriKind.Relative), Token)).EnsureSuccessStatusCode();
        _time.Advance(TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync()
    {
        _ours.Dispose();
        _theirs.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task APageIsWrittenByAHostThatKnewTheFormerIndex()
    {
        await FullAsync(Machine(_theirs), Machine(_ours), MemorySource.Holding("a", "b"));

        Assert.Equal(["a", "b"], _server.Ids(Index).Order());
    }

    [Fact]
    public async Task ChangesAreWrittenByAProcessThatKnewTheFormerIndex()
    {
        var feed = new MemoryFeed(MemorySource.Holding("a", "b"));
        var cursor = await FullAsync(Machine(_theirs), Machine(_theirs), feed);
        feed.Then("v2", "c");
        _time.Advance(TimeSpan.FromMinutes(1));

        var ours = Machine(_ours);
        var request = Request("job-2") with { Kind = SyncKind.Incremental, Cursor = cursor };
        var begun = await ours.BeginAsync(request, feed, null, Token);
        var page = await ours.ReadPageAsync(request, feed, new ReadPageInput(begun.Plan!, 0, null), Token);
        await ours.WritePageAsync(request, new WritePageInput(begun.Plan!, page.Page, null, 0), Token);

        Assert.Equal(SyncKind.Incremental, begun.Kind);
        Assert.Equal(["a", "b", "c"], _server.Ids(Index).Order());
    }

    [Fact]
    public async Task APlanOfTheFormerIndexWritesNothingToTheNewOne()
    {
        var (source, theirs) = (MemorySource.Holding("a"), Machine(_theirs));
        var begun = await theirs.BeginAsync(Request("job-1"), source, null, Token);
        var page = await theirs.ReadPageAsync(Request("job-1"), source, new ReadPageInput(begun.Plan!, 0, null), Token);
        await _ours.Content.DeleteAsync(Index, Token);
        await _ours.Content.PrepareAsync(Index, Token);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            Machine(_ours).WritePageAsync(Request("job-1"), new WritePageInput(begun.Plan!, page.Page, null, 0), Token)
        );

        Assert.Equal($"The index '{Index}' was deleted or recreated during the sync. Start the sync again to rebuild it.", failure.Message);
        Assert.Empty(_server.Ids(Index));
    }

    private static async Task<System.Text.Json.Nodes.JsonObject?> FullAsync(StagedSync beginning, StagedSync writing, IDataSource source)
    {
        var request = Request("job-1");
        var begun = await beginning.BeginAsync(request, source, null, Token);
        var page = await beginning.ReadPageAsync(request, source, new ReadPageInput(begun.Plan!, 0, null), Token);
        while (!page.IsLast)
        {
            await writing.WritePageAsync(request, new WritePageInput(begun.Plan!, page.Page, null, 0), Token);
            page = await beginning.ReadPageAsync(request, source, new ReadPageInput(begun.Plan!, 0, page.Page), Token);
        }

        if (page.HasWork)
        {
            await writing.WritePageAsync(request, new WritePageInput(begun.Plan!, page.Page, null, 0), Token);
        }

        return (await writing.CompleteAsync(request, new CompleteInput(begun.Plan!, [], IsListed: true), Token)).Cursor;
    }

    private static SyncRequest Request(string jobId) =>
        new()
        {
            JobId = jobId,
            ConnectorId = "c1",
            ServiceType = "memory",
            IndexName = Index,
            Fingerprint = "f1",
        };

    private StagedSync Machine(ElasticsearchGateway gateway) =>
        new(
            _store,
            _ => gateway.Content,
            new SyncEngineOptions { StateFolder = _folder.Path, Partitions = 1 },
            new StagedSyncOptions(),
            _time,
            new Random(1),
            NullLoggerFactory.Instance
        );
}
