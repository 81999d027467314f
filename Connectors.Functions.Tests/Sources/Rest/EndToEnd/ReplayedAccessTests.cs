using System.Text.Json.Nodes;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;
using Connectors.Tests.Functions;
using Connectors.Tests.Sources.Rest.GitHub;
using Connectors.Tests.Sources.Rest.OneDrive;
using Connectors.Tests.Sources.Rest.Replay;
using Connectors.Tests.Sources.Rest.Salesforce;
using Connectors.Tests.Sources.Rest.ServiceNow;
using Connectors.Tests.Support;
using Connectors.Tests.Sync.Elasticsearch;
using Xunit;

namespace Connectors.Tests.Sources.Rest.EndToEnd;

/// <summary>Who finds what of a service that is asked over HTTP: a content sync and a sync of identities into the emulator, then the query
/// that Elastic documents, in both hosts.</summary>
public sealed class ReplayedAccessTests : IAsyncLifetime
{
    private const string Index = "search-shared";
    private readonly TemporaryFolder _state = new();
    private GatewayFixture _elasticsearch = null!;
    private AccessSearch _search = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Source; a user, and documents that the user finds; another user, and all that this one finds.</summary>
    public static TheoryData<string, string, string[], string, string[]> Cases =>
        new()
        {
            {
                "servicenow",
                Ann,
                ["00000000000000000000000000000064", "0000000000000000000000000000012c"],
                "000000000000000000000000000000ca",
                ["0000000000000000000000000000012c"]
            },
            {
                "github",
                "U_ann",
                ["I_1", "R_alpha", "acme/alpha/README.md"],
                "U_bob",
                ["R_open", "acme/open/README.md", "acme/open/docs/guide.rst"]
            },
            { "onedrive", "ann@example.org", ["01OD0001", "01OD0002"], "cleo@example.org", [] },
            { "salesforce", "005A", ["001A", "069A1", "500A"], "005B", [] },
        };

    private const string Ann = "000000000000000000000000000000c9";

    public async ValueTask InitializeAsync()
    {
        _elasticsearch = await GatewayFixture.StartAsync();
        _search = new AccessSearch(_elasticsearch.Server, Index);
    }

    public async ValueTask DisposeAsync()
    {
        _search.Dispose();
        await _elasticsearch.DisposeAsync();
        _state.Dispose();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task InOneProcessOneUserFindsWhatTheOtherDoesNot(
        string name,
        string user,
        string[] sees,
        string other,
        string[] theOtherSees
    )
    {
        var source = SourceOf(name);
        await using var replay = await ReplayServer.StartAsync(source, "access-control", calls: null, Token);
        var service = new ConnectorService(
            GatewayFixture.PartsOf(_elasticsearch.Gateway, new ReplayedSources(source, replay), _state.Path),
            new ConnectorServiceOptions { Worker = new JobWorker("host"), ServiceTypes = [name] }
        );
        var id = (await service.Connectors.CreateAsync(ConnectorOf(source, replay), Token)).Id;
        foreach (var accessControl in new[] { false, true })
        {
            var result = await service.SyncNowAsync(id, new SyncNowOptions { AccessControl = accessControl }, Token, Token);
            Assert.True(result.End == SyncResultEnd.Completed, result.Error);
        }

        await AssertAsync(user, sees, other, theOtherSees);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task InTheFunctionAppOneUserFindsWhatTheOtherDoesNot(
        string name,
        string user,
        string[] sees,
        string other,
        string[] theOtherSees
    )
    {
        var source = SourceOf(name);
        await using var replay = await ReplayServer.StartAsync(source, "access-control", calls: null, Token);
        await using var fixture = await new MemoryAppFixture
        {
            WithParts = parts =>
                parts with
                {
                    Configuration = parts.Configuration with { NativeServiceTypes = [name] },
                    Store = _elasticsearch.Gateway.Documents,
                    IndexOf = _ => _elasticsearch.Gateway.Content,
                    Sources = new ReplayedSources(source, replay),
                },
        }.StartAsync();
        await ProtocolIndices.EnsureAsync(_elasticsearch.Gateway.Documents, Token);
        await new ConnectorIndex(_elasticsearch.Gateway.Documents, fixture.Clock).CreateAsync(ConnectorOf(source, replay), Token);
        foreach (var body in new[] { "{}", """{"type": "access_control"}""" })
        {
            var (_, summary) = await fixture.SyncAsync(body);
            Assert.Equal("completed", summary.Status);
        }

        await AssertAsync(user, sees, other, theOtherSees);
    }

    private async Task AssertAsync(string user, string[] sees, string other, string[] theOtherSees)
    {
        var found = await _search.IdsOfAsync(user);
        Assert.All(sees, id => Assert.Contains(id, found));
        Assert.Equal(theOtherSees, await _search.IdsOfAsync(other));
    }

    private static ReplaySource SourceOf(string name) =>
        name switch
        {
            "servicenow" => WithContents(ServiceNowReplay.Source),
            "github" => WithContents(GitHubReplay.Source),
            "onedrive" => WithContents(OneDriveReplay.Source),
            // The recorded permissions are open to both users: here the second one has none, and is a person.
            _ => SalesforceReplay.Source.With(request =>
                SalesforceReplay.SoqlOf(request) switch
                {
                    var soql when soql.Contains("from permissionsetassignment", StringComparison.Ordinal) => SalesforceReplay.Records([
                        new JsonObject { ["AssigneeId"] = "005A" },
                    ]),
                    var soql when soql.EndsWith(",usertype from user", StringComparison.Ordinal) => SalesforceReplay.Records([
                        new JsonObject { ["Id"] = "005A", ["Email"] = "ann@example.org" },
                        new JsonObject { ["Id"] = "005B", ["Email"] = "bob@example.org" },
                    ]),
                    _ => null,
                }
            ),
        };

    /// <summary>Contents were not fetched in the recorded runs with access control.</summary>
    private static ReplaySource WithContents(ReplaySource source) =>
        source.With(request =>
            request.Url.AbsolutePath.EndsWith("/file", StringComparison.Ordinal)
            || request.Url.AbsolutePath.Contains("/git/blobs/", StringComparison.Ordinal)
            || request.Url.Host == "files.example.org"
                ? new ReplayAnswer(200, new Dictionary<string, string>(StringComparer.Ordinal), "text"u8.ToArray())
                : null
        );

    private static NewConnector ConnectorOf(ReplaySource source, ReplayServer replay) =>
        new()
        {
            Id = "c1",
            Name = source.Name,
            ServiceType = source.Name,
            IndexName = Index,
            Status = ConnectorStatus.Configured,
            Configuration = ConnectorConfiguration.Render(
                source.Create(Connectors.Abstractions.SourceContext.Empty).Description.Fields,
                replay.Values.ToDictionary(value => value.Key, value => value.Value?.DeepClone(), StringComparer.Ordinal)
            ),
        };
}
