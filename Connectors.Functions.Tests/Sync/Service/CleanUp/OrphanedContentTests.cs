using Connectors.Emulator;
using Connectors.Emulator.Faults;
using Connectors.Sync.Configuration;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.CleanUp;
using Connectors.Testing;
using Connectors.Tests.Sync.Elasticsearch;
using Connectors.Tests.Sync.Protocol;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Service.CleanUp;

/// <summary>What deleted connectors leave behind, and the few cases in which it is deleted.</summary>
public sealed class OrphanedContentTests : IAsyncLifetime
{
    private const string WithIdentities = """, "last_access_control_sync_status": "completed" """;
    private readonly FakeTimeProvider _clock = new(Some.Time("2026-11-23T22:00:00Z"));
    private readonly RecordingLoggerFactory _log = new();
    private GatewayFixture _elasticsearch = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _elasticsearch = await GatewayFixture.StartAsync(emulator: new EmulatorOptions { TimeProvider = _clock }, log: _log);
        await ProtocolIndices.EnsureAsync(_elasticsearch.Gateway.Documents, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _elasticsearch.DisposeAsync();
    }

    [Fact]
    public async Task TheIndexAndTheJobsOfADeletedConnectorGoWithIt()
    {
        await AddAsync("c1", "search-one");
        await AddAsync("c2", "search-two", """, "deleted": false""");
        AddJob("j1", "c1", "completed");
        AddJob("j2", "c1", "error");
        AddJob("j3", "c2", "completed");

        Assert.Equal(1, await CleanUpAsync());

        Assert.False(await ExistsAsync("search-one"));
        Assert.True(await ExistsAsync("search-two"));
        Assert.Equal(["j3"], _elasticsearch.Server.Ids(ProtocolIndices.SyncJobs));
        Assert.Contains("Index search-one was deleted with its connector c1", _log.Text, StringComparison.Ordinal);
        Assert.Equal(0, await CleanUpAsync());
    }

    [Theory]
    [InlineData("nobody asked for it")]
    [InlineData("it was looked after a moment ago", """, "last_seen": "2026-11-23T21:58:00Z" """)]
    [InlineData("others serve it", """, "service_type": "lotus_notes" """)]
    [InlineData("its index is somebody's own")]
    [InlineData("its index holds documents that no connector wrote")]
    [InlineData("another connector has the index")]
    [InlineData("a job is under way")]
    [InlineData("its document is missing")]
    public async Task EverythingElseIsLeftAlone(string reason, string changes = "")
    {
        await AddAsync("c1", "search-one", changes);
        AddJob("j1", "c1", reason == "a job is under way" ? "in_progress" : "completed");
        switch (reason)
        {
            case "its index is somebody's own":
                await _elasticsearch.Gateway.Content.WriteMetaAsync("search-one", null, Token);
                break;
            case "its index holds documents that no connector wrote":
                var mark = new IndexMetadata("f", null, 2, HoldsForeign: true).ToJson();
                await _elasticsearch.Gateway.Content.WriteMetaAsync("search-one", mark, Token);
                break;
            case "another connector has the index":
                _elasticsearch.Server.Put(
                    ProtocolIndices.Connectors,
                    "c2",
                    """{"index_name": "search-one", "service_type": "lotus_notes"}"""
                );
                break;
            case "its document is missing":
                await _elasticsearch.Gateway.Documents.DeleteAsync(ProtocolIndices.Connectors, "c1", null, Token);
                break;
        }

        Assert.Equal(0, await CleanUpAsync(isWanted: reason != "nobody asked for it"));

        Assert.Equal(2, _elasticsearch.Server.Count("search-one"));
    }

    [Fact]
    public async Task AnIndexThatCanNotBeDeletedKeepsNothingElseFromGoing()
    {
        await AddAsync("c1", "search-one");
        await AddAsync("c2", "search-two");
        _elasticsearch.Server.Faults.Add(
            FaultRule.RefuseCall(403) with
            {
                Type = "security_exception",
                Method = "DELETE",
                Request = request => request.Path == "/search-one",
            }
        );

        Assert.Equal(1, await CleanUpAsync());

        Assert.Equal((true, false), (await ExistsAsync("search-one"), await ExistsAsync("search-two")));
        Assert.Contains("Index search-one of the deleted connector c1 could not be deleted", _log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("another connector has the index")]
    [InlineData("another connector fills it through an alias")]
    [InlineData("its index is somebody's own")]
    [InlineData("the index could not be deleted")]
    public async Task WhenTheIndexStaysSoDoTheIdentitiesAndTheJobs(string reason)
    {
        await AddAsync("c1", "search-one", WithIdentities);
        await FillAsync(".search-acl-filter-search-one");
        AddJob("j1", "c1", "completed");
        switch (reason)
        {
            case "another connector has the index":
                _elasticsearch.Server.Put(ProtocolIndices.Connectors, "c2", """{"index_name": "search-one"}""");
                break;
            case "another connector fills it through an alias":
                _elasticsearch.Server.Put(ProtocolIndices.Connectors, "c2", """{"index_name": "files"}""");
                await AliasAsync("search-one", "files");
                break;
            case "its index is somebody's own":
                await _elasticsearch.Gateway.Content.WriteMetaAsync("search-one", null, Token);
                break;
            default:
                _elasticsearch.Server.Faults.Add(
                    FaultRule.RefuseCall(403) with
                    {
                        Type = "security_exception",
                        Method = "DELETE",
                        Request = request => request.Path == "/search-one",
                    }
                );
                break;
        }

        Assert.Equal(0, await CleanUpAsync());

        Assert.Equal((2, 2), (_elasticsearch.Server.Count("search-one"), _elasticsearch.Server.Count(".search-acl-filter-search-one")));
        Assert.Equal(["j1"], _elasticsearch.Server.Ids(ProtocolIndices.SyncJobs));
    }

    [Fact]
    public async Task IdentitiesGoWithTheIndexThatTheySearch()
    {
        await AddAsync("c1", "search-one", WithIdentities);
        await FillAsync(".search-acl-filter-search-one");
        AddJob("j1", "c1", "completed");

        Assert.Equal(2, await CleanUpAsync());

        Assert.False(await ExistsAsync("search-one"));
        Assert.False(await ExistsAsync(".search-acl-filter-search-one"));
        Assert.Empty(_elasticsearch.Server.Ids(ProtocolIndices.SyncJobs));
    }

    [Fact]
    public async Task IdentitiesThatSomebodyElseWroteOrUsesStay()
    {
        await AddAsync("c1", "search-one", WithIdentities);
        await FillAsync(".search-acl-filter-search-one");
        await _elasticsearch.Gateway.Content.WriteMetaAsync(".search-acl-filter-search-one", null, Token);
        await AddAsync("c2", "search-two", WithIdentities);
        await FillAsync(".search-acl-filter-search-two");
        _elasticsearch.Server.Put(ProtocolIndices.Connectors, "c3", """{"index_name": ".search-acl-filter-search-two"}""");

        Assert.Equal(2, await CleanUpAsync());

        Assert.Equal(
            (2, 2),
            (_elasticsearch.Server.Count(".search-acl-filter-search-one"), _elasticsearch.Server.Count(".search-acl-filter-search-two"))
        );
    }

    [Fact]
    public async Task ADeletedConnectorOfAnIndexOfIdentitiesTakesNobodysIdentities()
    {
        await AddAsync("c1", ".search-acl-filter-foo", WithIdentities);
        AddJob("j1", "c1", "completed");

        Assert.Equal(0, await CleanUpAsync());

        Assert.Equal(2, _elasticsearch.Server.Count(".search-acl-filter-foo"));
        Assert.Equal(["j1"], _elasticsearch.Server.Ids(ProtocolIndices.SyncJobs));
    }

    [Fact]
    public async Task AConnectorWhoseJobsCanNotBeDeletedKeepsNothingElseFromGoing()
    {
        await AddAsync("c1", "search-one");
        await AddAsync("c2", "search-two");
        AddJob("j1", "c1", "completed");
        _elasticsearch.Server.Faults.Add(
            FaultRule.RefuseCall(403) with
            {
                Type = "security_exception",
                Method = "DELETE",
                Request = request => request.Path.EndsWith("/_doc/j1", StringComparison.Ordinal),
            }
        );

        Assert.Equal(1, await CleanUpAsync());

        Assert.Equal((false, false), (await ExistsAsync("search-one"), await ExistsAsync("search-two")));
        Assert.Contains("What the deleted connector c1 left behind could not be cleaned up", _log.Text, StringComparison.Ordinal);
    }

    private async Task AddAsync(string id, string index, string changes = "")
    {
        var deleted = changes.Contains("deleted", StringComparison.Ordinal) ? "" : """, "deleted": true""";
        var type = changes.Contains("service_type", StringComparison.Ordinal) ? "" : """, "service_type": "dir" """;
        _elasticsearch.Server.Put(ProtocolIndices.Connectors, id, $$"""{"index_name": "{{index}}"{{type}}{{deleted}}{{changes}}}""");
        await FillAsync(index);
    }

    private async Task FillAsync(string index)
    {
        await _elasticsearch.Gateway.Content.PrepareAsync(index, Token);
        await _elasticsearch.Gateway.Content.WriteMetaAsync(index, new IndexMetadata("f", null, 2).ToJson(), Token);
        _elasticsearch.Server.Put(index, "1", "{}");
        _elasticsearch.Server.Put(index, "2", "{}");
    }

    private async Task AliasAsync(string index, string alias)
    {
        using var http = new HttpClient { BaseAddress = _elasticsearch.Server.Uri };
        using var body = new StringContent(
            $$"""{"actions": [{"add": {"index": "{{index}}", "alias": "{{alias}}"} }]}""",
            System.Text.Encoding.UTF8,
            "application/json"
        );
        (await http.PostAsync(new Uri("_aliases", UriKind.Relative), body, Token)).EnsureSuccessStatusCode();
    }

    private Task<bool> ExistsAsync(string index) => _elasticsearch.Gateway.Checkup.IndexExistsAsync(index, Token);

    private void AddJob(string id, string connector, string status) =>
        _elasticsearch.Server.Put(
            ProtocolIndices.SyncJobs,
            id,
            $$"""{"status": "{{status}}", "connector": {"id": "{{connector}}"}, "created_at": "2026-11-20T00:00:00Z"}"""
        );

    private async Task<int> CleanUpAsync(bool isWanted = true) =>
        await new OrphanedContent(
            new ConnectorIndex(_elasticsearch.Gateway.Documents, _clock),
            new SyncJobIndex(_elasticsearch.Gateway.Documents, _clock),
            _ => _elasticsearch.Gateway.Content,
            new ConnectorServiceOptions
            {
                Worker = new JobWorker("host-1"),
                ServiceTypes = ["dir"],
                Service = new ServiceOptions { DeleteOrphanedContent = isWanted },
            },
            _clock,
            _log
        ).DeleteAsync(Token);
}
