using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Emulator;
using Connectors.Emulator.Faults;
using Connectors.Sync.Configuration;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Testing;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Api;

/// <summary>Which calls go through Elasticsearch's Connector API, and what happens where there is none.</summary>
public sealed class ConnectorApiTests : IAsyncDisposable
{
    private const string CheckIn = "_connector/{id}/_check_in";
    private readonly RecordingLoggerFactory _log = new();
    private readonly List<IAsyncDisposable> _servers = [];
    private readonly List<IDisposable> _gateways = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _gateways.ForEach(gateway => gateway.Dispose());
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task ACheckInGoesThroughTheApiAndOnlyWhenTheHeartbeatIsOver()
    {
        var (server, connectors) = await StartAsync(new EmulatorOptions());
        var connector = await connectors.CreateAsync(New(), Token);

        await connectors.CheckInAsync(connector.Id, TimeSpan.FromMinutes(5), Token);
        await connectors.CheckInAsync(connector.Id, TimeSpan.FromMinutes(5), Token);
        Assert.Equal(1, server.Requests.Count(CheckIn));
        Assert.NotNull((await connectors.FindAsync(connector.Id, Token))!.LastSeen);

        await connectors.CheckInAsync(connector.Id, TimeSpan.Zero, Token);
        Assert.Equal(2, server.Requests.Count(CheckIn));
    }

    [Fact]
    public async Task AConnectorThatIsMadeThroughTheApiIsAsWanted()
    {
        var (server, connectors) = await StartAsync(new EmulatorOptions());
        var wanted = New() with
        {
            Configuration = Protocol.Some.Json("""{"host": {"value": "h"}}"""),
            Schedule = "0 0 3 * * ?",
            Pipeline = new("p", true, false, true),
        };

        var byApi = (await connectors.CreateAsync(wanted, Token)).Document.Source;
        var written = (await connectors.CreateAsync(wanted with { Id = "mine", IndexName = "search-b" }, Token)).Document.Source;

        Assert.Equal(1, server.Requests.Count("_connector/{id}"));
        written["index_name"] = "search-a";
        Assert.Equal(Plain(written), Plain(byApi));
    }

    [Fact]
    public async Task ABadIndexNameIsRefusedBeforeElasticsearchIsAsked()
    {
        var (server, connectors) = await StartAsync(new EmulatorOptions());

        var exception = await Assert.ThrowsAsync<ConnectorException>(() =>
            connectors.CreateAsync(New() with { IndexName = "Bad Name" }, Token)
        );

        Assert.Equal(0, server.Requests.Count("_connector/{id}"));
        Assert.Contains("'Bad Name' can't be the name of an index", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, await connectors.ListAsync(Token).CountAsync(Token));
    }

    [Fact]
    public async Task ACallWhoseAnswerIsLostMakesOneConnector()
    {
        var (server, connectors) = await StartAsync(new EmulatorOptions());
        server.Faults.Add(FaultRule.CutAfter() with { Route = "_connector/{id}", Times = 1 });

        await connectors.CreateAsync(New(), Token);

        Assert.Equal(2, server.Requests.Count("_connector/{id}"));
        Assert.Equal(1, await connectors.ListAsync(Token).CountAsync(Token));
    }

    [Fact]
    public async Task AConnectorThatExistsIsNeverReplaced()
    {
        var (_, connectors) = await StartAsync(new EmulatorOptions());
        await connectors.CreateAsync(New() with { Id = "mine" }, Token);

        await Assert.ThrowsAsync<ConnectorException>(() =>
            connectors.CreateAsync(New() with { Id = "mine", IndexName = "search-b" }, Token)
        );

        Assert.Equal("search-a", (await connectors.FindAsync("mine", Token))!.IndexName);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task WhereThereIsNoApiDocumentsAreWrittenAndTheLogSaysSoOnce(bool isBare, bool isSwitchedOff)
    {
        var (server, connectors) = await StartAsync(new EmulatorOptions { WithoutConnectorIndices = isBare }, useApi: !isSwitchedOff);

        var connector = await connectors.CreateAsync(New(), Token);
        await connectors.CheckInAsync(connector.Id, TimeSpan.FromMinutes(5), Token);

        Assert.NotNull((await connectors.FindAsync(connector.Id, Token))!.LastSeen);
        Assert.Equal(0, server.Requests.Count(CheckIn));
        Assert.Equal(
            isSwitchedOff ? 0 : 1,
            _log.Text.Split('\n').Count(line => line.Contains("offers no Connector API", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task CredentialsWithoutThePrivilegeAreNoReasonToFail()
    {
        var (server, connectors) = await StartAsync(new EmulatorOptions());
        var connector = await connectors.CreateAsync(New(), Token);
        server.Faults.Add(FaultRule.RefuseCall(403) with { Route = CheckIn });

        await connectors.CheckInAsync(connector.Id, TimeSpan.FromMinutes(5), Token);
        await connectors.CheckInAsync(connector.Id, TimeSpan.Zero, Token);

        Assert.NotNull((await connectors.FindAsync(connector.Id, Token))!.LastSeen);
        Assert.Equal(1, server.Requests.Count(CheckIn));
        Assert.Equal(1, _log.Text.Split('\n').Count(line => line.Contains("offers no Connector API", StringComparison.Ordinal)));
    }

    private static NewConnector New() =>
        new()
        {
            Name = "A",
            ServiceType = "fake",
            IndexName = "search-a",
            Status = ConnectorStatus.Configured,
        };

    /// <summary>The document without its times, its properties sorted.</summary>
    private static string Plain(JsonNode? node) =>
        node switch
        {
            JsonObject values =>
                $"{{{string.Join(',', values.Where(pair => pair.Value is not null && !pair.Key.EndsWith("_at", StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}:{Plain(pair.Value)}"))}}}",
            JsonArray items => $"[{string.Join(',', items.Select(Plain))}]",
            _ => node?.ToJsonString() ?? "null",
        };

    private async Task<(EmulatorServer Server, ConnectorIndex Connectors)> StartAsync(EmulatorOptions options, bool useApi = true)
    {
        var server = await EmulatorServer.StartAsync(options, Token);
        var gateway = new ElasticsearchGateway(
            new ElasticsearchOptions { Hosts = [server.Uri], UseConnectorsApi = useApi },
            new FastForwardTimeProvider(),
            new Random(1),
            _log
        );
        _servers.Add(server);
        _gateways.Add(gateway);
        await ProtocolIndices.EnsureAsync(gateway.Documents, Token);
        return (server, new ConnectorIndex(gateway.Documents, TimeProvider.System));
    }
}
