using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;
using Connectors.Sync.Sources;
using Connectors.Tests.Support;
using Connectors.Tests.Sync.Elasticsearch;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

/// <summary>Who finds what: real engine, real gateway, real files of different rights, the emulator as Elasticsearch.</summary>
public sealed class AccessControlOverHttpTests : IAsyncLifetime
{
    private readonly TemporaryFolder _state = new();
    private readonly SharedFolder _folder = new();
    private GatewayFixture _elasticsearch = null!;
    private ConnectorService _service = null!;
    private AccessSearch _search = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _elasticsearch = await GatewayFixture.StartAsync();
        _service = new ConnectorService(
            GatewayFixture.PartsOf(
                _elasticsearch.Gateway,
                new SourceCatalog(BuiltInSources.Classes, Path.GetTempPath(), NullLoggerFactory.Instance, TimeProvider.System),
                _state.Path
            ),
            new ConnectorServiceOptions { Worker = new JobWorker("host"), ServiceTypes = ["dir"] }
        );
        _search = new AccessSearch(_elasticsearch.Server, "search-files");
    }

    public async ValueTask DisposeAsync()
    {
        _search.Dispose();
        await _elasticsearch.DisposeAsync();
        _folder.Dispose();
        _state.Dispose();
    }

    [Fact]
    public async Task EachUserFindsWhatItMayReadAndNothingElse()
    {
        var connector = await ConnectAsync();

        var content = await SyncAsync(connector);
        var identities = await SyncAsync(connector, accessControl: true);

        Assert.Equal((6, 3), (content.IndexedDocumentCount, identities.IndexedDocumentCount));
        Assert.Equal((JobType.AccessControl, 3), (identities.Type, identities.TotalDocumentCount));
        Assert.Equal(["alice.txt", "all.txt", "closed/all.txt", "team.txt"], await _search.FilesOfAsync("alice", _folder.Files));
        Assert.Equal(["all.txt", "group.txt", "team.txt"], await _search.FilesOfAsync("bob", _folder.Files));
        Assert.Equal(["all.txt"], await _search.FilesOfAsync("carol", _folder.Files));
        Assert.Empty(await _search.FilesOfAsync("mallory", _folder.Files));
    }

    [Fact]
    public async Task AnIdentityHoldsWhatTheProtocolAsksFor()
    {
        var connector = await ConnectAsync();
        await SyncAsync(connector, accessControl: true);

        var identity = (await _search.IdentityAsync("carol"))!;

        Assert.Equal(
            ["_digest", "_timestamp", "id", "identity", "query"],
            identity.Select(field => field.Key).Order(StringComparer.Ordinal)
        );
        Assert.Equal("carol", identity["id"]!.GetValue<string>());
        Assert.Equal("""{"user_id":"4000003","username":"carol"}""", identity["identity"]!.ToJsonString());
        Assert.Equal(
            """["everyone","group:4000003","group:4000009","user:4000003"]""",
            identity["query"]!["template"]!["params"]!["access_control"]!.ToJsonString()
        );
        Assert.Equal(IdentitySource.Query, identity["query"]!["template"]!["source"]!.GetValue<string>());
    }

    [Fact]
    public async Task ChangedRightsReachFilesThatDidNotChangeThemselves()
    {
        var connector = await ConnectAsync();
        await SyncAsync(connector);
        await SyncAsync(connector, accessControl: true);
        Assert.Equal((0, 0), (Written(await SyncAsync(connector)), Written(await SyncAsync(connector, accessControl: true))));

        // A file, a folder, a group: none of them touches the time of a content.
        _folder.Set("all.txt", 0x180);
        _folder.Set("closed", 0x1ED);
        await File.WriteAllTextAsync(_folder.Groups, string.Empty, Token);

        Assert.Equal(2, Written(await SyncAsync(connector)));
        Assert.Equal(2, Written(await SyncAsync(connector, accessControl: true)));
        Assert.Equal(["closed/all.txt"], await _search.FilesOfAsync("carol", _folder.Files));
        Assert.Equal(["closed/all.txt", "group.txt", "team.txt"], await _search.FilesOfAsync("bob", _folder.Files));
    }

    [Fact]
    public async Task AChangeOfRightsIsAlsoSeenByAnIncrementalSync()
    {
        var connector = await ConnectAsync();
        await SyncAsync(connector);
        await SyncAsync(connector, accessControl: true);

        _folder.Set("all.txt", 0x180);
        var changes = await _service.SyncNowAsync(connector, new SyncNowOptions(Kind: SyncKind.Incremental), Token, Token);

        Assert.Null(changes.Outcome!.Fallback);
        Assert.Empty(await _search.FilesOfAsync("carol", _folder.Files));

        // What it wrote, the next full sync finds unchanged.
        Assert.Equal(0, Written(await SyncAsync(connector)));
    }

    [Fact]
    public async Task AUserWhoLeftLosesItsIdentity()
    {
        var connector = await ConnectAsync();
        await SyncAsync(connector);
        await SyncAsync(connector, accessControl: true);
        await File.WriteAllLinesAsync(
            _folder.Users,
            (await File.ReadAllLinesAsync(_folder.Users, Token)).Where(line => !line.StartsWith("bob:", StringComparison.Ordinal)),
            Token
        );

        var job = await SyncAsync(connector, accessControl: true);

        Assert.Equal((1, 2), (job.DeletedDocumentCount, job.TotalDocumentCount));
        Assert.Null(await _search.IdentityAsync("bob"));
        Assert.Empty(await _search.FilesOfAsync("bob", _folder.Files));
    }

    [Fact]
    public async Task SwitchedOnLaterEveryDocumentIsRestricted()
    {
        var connector = await ConnectAsync(isOn: false);
        await SyncAsync(connector);
        await _elasticsearch.Gateway.Documents.UpdateAsync(
            ProtocolIndices.Connectors,
            connector,
            new JsonObject { ["configuration"] = new JsonObject { ["use_document_level_security"] = new JsonObject { ["value"] = true } } },
            expected: null,
            Token
        );

        Assert.Equal(6, Written(await SyncAsync(connector)));
        await SyncAsync(connector, accessControl: true);

        Assert.Equal(["all.txt"], await _search.FilesOfAsync("carol", _folder.Files));
        Assert.Empty(await _search.FilesOfAsync("mallory", _folder.Files));
    }

    private static long Written(SyncJobRecord job) => job.IndexedDocumentCount;

    private async Task<SyncJobRecord> SyncAsync(string connector, bool accessControl = false)
    {
        var result = await _service.SyncNowAsync(connector, new SyncNowOptions { AccessControl = accessControl }, Token, Token);
        Assert.True(result.End == SyncResultEnd.Completed, result.Error);
        return result.Job!;
    }

    private async Task<string> ConnectAsync(bool isOn = true)
    {
        var connector = new NewConnector
        {
            Name = "files",
            ServiceType = "dir",
            IndexName = "search-files",
            Status = ConnectorStatus.Configured,
            Configuration = ConnectorConfiguration.Render(DirectoryFields, _folder.Configuration(isOn)),
        };
        return (await _service.Connectors.CreateAsync(connector, Token)).Id;
    }

    private static IReadOnlyList<ConfigField> DirectoryFields =>
        new Connectors.Sources.Files.DirectoryDataSource(SourceContext.Empty).Description.Fields;
}
