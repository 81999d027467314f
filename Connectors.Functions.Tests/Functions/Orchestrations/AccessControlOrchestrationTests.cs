using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sources.Files;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Sources;
using Connectors.Tests.Support;
using Connectors.Tests.Sync.Elasticsearch;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Functions.Orchestrations;

/// <summary>Who finds what, when the orchestration syncs: the function app over real files of different rights and the emulator.</summary>
public sealed class AccessControlOrchestrationTests : IAsyncLifetime
{
    private readonly SharedFolder _folder = new();
    private GatewayFixture _elasticsearch = null!;

    private static CancellationToken Token => AppFixture.Token;

    public async ValueTask InitializeAsync()
    {
        _elasticsearch = await GatewayFixture.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _elasticsearch.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task EachUserFindsWhatItMayReadAndNothingElse()
    {
        await using var fixture = await StartAsync();
        using var search = new AccessSearch(_elasticsearch.Server, "search-files");

        var (contentJob, content) = await fixture.SyncAsync();
        var (identityJob, identities) = await fixture.SyncAsync("""{"type": "access_control"}""");

        Assert.Equal(("completed", 6L), (content.Status, content.Counts.Created));
        Assert.Equal(("completed", 3L, 3L), (identities.Status, identities.Counts.Created, identities.TotalDocuments));
        Assert.Equal(["alice.txt", "all.txt", "closed/all.txt", "team.txt"], await search.FilesOfAsync("alice", _folder.Files));
        Assert.Equal(["all.txt", "group.txt", "team.txt"], await search.FilesOfAsync("bob", _folder.Files));
        Assert.Equal(["all.txt"], await search.FilesOfAsync("carol", _folder.Files));
        Assert.Empty(await search.FilesOfAsync("mallory", _folder.Files));
        Assert.Equal(("full", "access_control"), (await TypeAsync(contentJob), await TypeAsync(identityJob)));
        var connector = (await _elasticsearch.Gateway.Documents.GetAsync(ProtocolIndices.Connectors, "c1", Token))!.Source;
        Assert.Equal("completed", connector["last_access_control_sync_status"]!.GetValue<string>());

        _folder.Set("all.txt", 0x180);
        var (_, again) = await fixture.SyncAsync();
        Assert.Equal((1L, 5L), (again.Counts.Updated, again.Counts.Skipped));
        Assert.Empty(await search.FilesOfAsync("carol", _folder.Files));
    }

    [Fact]
    public async Task ADryRunOfIdentitiesWritesNothing()
    {
        await using var fixture = await StartAsync();

        var (_, summary) = await fixture.SyncAsync("""{"type": "access_control", "dryRun": true}""");

        Assert.Equal(("completed", 3L), (summary.Status, summary.Counts.Created));
        Assert.Equal(["alice", "bob", "carol"], summary.Preview!.Added.Order());
        Assert.Null(await _elasticsearch.Gateway.Content.InspectAsync(".search-acl-filter-search-files", Token));
    }

    [Fact]
    public async Task TheTimerRunsTheScheduleOfBothSideBySide()
    {
        await using var fixture = await StartAsync();
        var daily = new JsonObject { ["enabled"] = true, ["interval"] = "0 0 0 * * ?" };
        await _elasticsearch.Gateway.Documents.UpdateAsync(
            ProtocolIndices.Connectors,
            "c1",
            new JsonObject
            {
                ["scheduling"] = new JsonObject { ["full"] = daily.DeepClone(), ["access_control"] = daily },
                ["last_sync_scheduled_at"] = "2026-01-01T00:00:00Z",
                ["last_access_control_sync_scheduled_at"] = "2026-01-01T00:00:00Z",
            },
            expected: null,
            Token
        );

        await fixture.FireAsync("PollConnectors");

        var jobs = await new SyncJobIndex(_elasticsearch.Gateway.Documents, fixture.Clock).OfConnectorAsync("c1", Token).ToListAsync(Token);
        Assert.Equal([JobType.Full, JobType.AccessControl], jobs.Select(job => job.Type!.Value).Order());
        foreach (var job in jobs)
        {
            await fixture.EndOfAsync(job.Id);
        }

        var connector = (await _elasticsearch.Gateway.Documents.GetAsync(ProtocolIndices.Connectors, "c1", Token))!.Source;
        Assert.Equal(
            ("completed", "completed"),
            (connector["last_sync_status"]!.GetValue<string>(), connector["last_access_control_sync_status"]!.GetValue<string>())
        );
        Assert.True(connector["features"]!["document_level_security"]!["enabled"]!.GetValue<bool>());
    }

    private async Task<string> TypeAsync(string job) =>
        (await _elasticsearch.Gateway.Documents.GetAsync(ProtocolIndices.SyncJobs, job, Token))!.Source["job_type"]!.GetValue<string>();

    private async Task<MemoryAppFixture> StartAsync()
    {
        var fixture = await new MemoryAppFixture
        {
            MaxConcurrentSyncs = 1,
            WithParts = parts =>
                parts with
                {
                    Configuration = parts.Configuration with { NativeServiceTypes = ["dir"] },
                    Store = _elasticsearch.Gateway.Documents,
                    IndexOf = _ => _elasticsearch.Gateway.Content,
                    Sources = new SourceCatalog(BuiltInSources.Classes, Path.GetTempPath(), NullLoggerFactory.Instance, parts.Time),
                },
        }.StartAsync();
        var connector = new NewConnector
        {
            Id = "c1",
            Name = "files",
            ServiceType = "dir",
            IndexName = "search-files",
            Status = ConnectorStatus.Configured,
            Configuration = ConnectorConfiguration.Render(
                new DirectoryDataSource(SourceContext.Empty).Description.Fields,
                _folder.Configuration()
            ),
        };
        await ProtocolIndices.EnsureAsync(_elasticsearch.Gateway.Documents, Token);
        await new ConnectorIndex(_elasticsearch.Gateway.Documents, fixture.Clock).CreateAsync(connector, Token);
        return fixture;
    }
}
