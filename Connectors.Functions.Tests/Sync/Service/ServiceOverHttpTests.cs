using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Emulator.Faults;
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

namespace Connectors.Tests.Sync.Service;

/// <summary>The whole service over HTTP: real engine, real gateway, a folder as source, the emulator as Elasticsearch.</summary>
public sealed class ServiceOverHttpTests : IAsyncLifetime
{
    private readonly TemporaryFolder _state = new();
    private readonly TemporaryFolder _files = TemporaryFolder.With();
    private readonly List<IDisposable> _made = [];
    private readonly SourceCatalog _sources = new(
        BuiltInSources.Classes,
        Path.GetTempPath(),
        NullLoggerFactory.Instance,
        TimeProvider.System
    );
    private EmulatorServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _server = await EmulatorServer.StartAsync(new EmulatorOptions { WithoutConnectorIndices = true }, Token);

    public async ValueTask DisposeAsync()
    {
        _made.ForEach(item => item.Dispose());
        await _server.DisposeAsync();
        _files.Dispose();
        _state.Dispose();
    }

    [Theory]
    [InlineData(".elastic-connectors", "connectors mapping")]
    [InlineData(".elastic-connectors-sync-jobs", "jobs mapping")]
    public async Task ABareClusterGetsTheFieldsThatElasticsearchItselfMaps(string alias, string recordedAs)
    {
        await Service(1).RunOnceAsync(Token, Token);

        var recorded = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Recorded", "elasticsearch-9.5.jsonl"), Token);
        var line = JsonNode.Parse(recorded.Single(item => item.Contains($"\"{recordedAs}\"", StringComparison.Ordinal)))!;
        using var http = new HttpClient { BaseAddress = _server.Uri };
        var ours = JsonNode.Parse(await http.GetStringAsync($"{alias}/_mapping", Token))!;
        Assert.Equal(
            Sorted(line["response"]![$"{alias}-v1"]!["mappings"]!["properties"])!.ToJsonString(),
            Sorted(ours[$"{alias}-v1"]!["mappings"]!["properties"])!.ToJsonString()
        );
    }

    [Fact]
    public async Task BetweenFullSyncsAFolderIsFollowedByWhatChangedAndByWhatVanished()
    {
        var service = Service(1);
        Write("a.txt", "one");
        Write("b.txt", "two");
        await service.RunOnceAsync(Token, Token);
        var connector = await ConnectAsync(service);
        Assert.Equal(
            "no full sync has completed yet.",
            (await service.SyncNowAsync(connector, new SyncNowOptions(Kind: SyncKind.Incremental), Token, Token)).Outcome!.Fallback
        );
        Write("c.txt", "three");
        File.Delete(_files["a.txt"]);

        var changes = await service.SyncNowAsync(connector, new SyncNowOptions(Kind: SyncKind.Incremental), Token, Token);
        Assert.Equal(
            (JobStatus.Completed, JobType.Incremental, 0, 3),
            (changes.Job!.Status, changes.Job.Type, changes.Job.DeletedDocumentCount, changes.Job.TotalDocumentCount)
        );
        Assert.Null(changes.Outcome!.Fallback);
        var cursor = (await service.Connectors.FindAsync(connector, Token))!.Document.Source["sync_cursor"]!;
        Assert.Equal(["place", "fingerprint", "index_uuid"], cursor.AsObject().Select(pair => pair.Key));

        var deletes = await service.SyncNowAsync(connector, new SyncNowOptions(Kind: SyncKind.DeletesOnly), Token, Token);
        Assert.Equal(
            (JobType.Full, 1, 0, 2),
            (deletes.Job!.Type, deletes.Job.DeletedDocumentCount, deletes.Job.IndexedDocumentCount, deletes.Job.TotalDocumentCount)
        );
        Assert.True(JsonNode.DeepEquals(cursor, (await service.Connectors.FindAsync(connector, Token))!.Document.Source["sync_cursor"]));

        var full = await service.SyncNowAsync(connector, new SyncNowOptions(), Token, Token);
        Assert.Equal((0, 0, 2), (full.Job!.IndexedDocumentCount, full.Job.DeletedDocumentCount, full.Job.TotalDocumentCount));
    }

    [Fact]
    public async Task AFolderIsMirroredThroughTheProtocol()
    {
        var service = Service(1);
        Write("a.txt", "one");
        Write("b.txt", "two");
        await service.RunOnceAsync(Token, Token);
        var connector = await ConnectAsync(service);

        var first = await service.SyncNowAsync(connector, new SyncNowOptions(), Token, Token);
        Write("c.txt", "three");
        File.Delete(_files["a.txt"]);
        var trial = await service.SyncNowAsync(connector, new SyncNowOptions(DryRun: true), Token, Token);
        var second = await service.SyncNowAsync(connector, new SyncNowOptions(), Token, Token);
        var third = await service.SyncNowAsync(connector, new SyncNowOptions(), Token, Token);

        Assert.Equal(2, first.Job!.IndexedDocumentCount);
        Assert.Equal((1, 1), (trial.Outcome!.Counts.Created, trial.Outcome.Counts.Deleted));
        Assert.Equal((1, 1, 2), (second.Job!.IndexedDocumentCount, second.Job.DeletedDocumentCount, second.Job.TotalDocumentCount));
        Assert.Equal((0, 0, 2), (third.Job!.IndexedDocumentCount, third.Job.DeletedDocumentCount, third.Job.TotalDocumentCount));
        Assert.Equal(3, await service.Jobs.OfConnectorAsync(connector, Token).CountAsync(Token));
        var record = (await service.Connectors.FindAsync(connector, Token))!;
        Assert.Equal((ConnectorStatus.Connected, JobStatus.Completed), (record.Status, record.LastSyncStatus!.Value));
        Assert.Equal(2, _server.Count("search-files"));
    }

    [Fact]
    public async Task TwoServicesRunEachJobOnceDespiteFaults()
    {
        var (item, other) = (Service(1), Service(2));
        Write("a.txt", "one");
        await item.RunOnceAsync(Token, Token);
        var ids = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add(await ConnectAsync(item, $"search-files-{i}"));
        }

        foreach (var id in ids)
        {
            await item.Jobs.CreateAsync(
                (await item.Connectors.FindAsync(id, Token))!,
                JobType.Full,
                TriggerMethod.OnDemand,
                new SyncJobOptions(),
                key: null,
                Token
            );
        }

        _server.Faults.Add(FaultRule.RefuseCall(503) with { Route = "{index}/_update/{id}", Probability = 0.2, Random = new Random(5) });
        var results = await Task.WhenAll(
            Task.Run(() => item.RunOnceAsync(Token, Token), Token),
            Task.Run(() => other.RunOnceAsync(Token, Token), Token)
        );

        Assert.Equal(6, results.Sum(list => list.Count));
        Assert.All(results.SelectMany(list => list), result =>
            Assert.Equal((SyncResultEnd.Completed, JobStatus.Completed), (result.End, result.Job!.Status!.Value))
        );
        Assert.Equal(6, results.SelectMany(list => list).Select(result => result.Job!.Id).Distinct().Count());
        foreach (var id in ids)
        {
            Assert.Equal(JobStatus.Completed, (await item.Connectors.FindAsync(id, Token))!.LastSyncStatus);
        }
    }

    [Fact]
    public async Task AScheduledSyncRunsOverHttpToo()
    {
        var service = Service(1);
        Write("a.txt", "one");
        await service.RunOnceAsync(Token, Token);
        var connector = await ConnectAsync(service);
        using var http = new HttpClient { BaseAddress = _server.Uri };
        using var body = new StringContent(
            """{"doc": {"scheduling": {"full": {"enabled": true, "interval": "0 0 0 * * ?"}}, "last_sync_scheduled_at": "2020-01-01T00:00:00Z"}}""",
            System.Text.Encoding.UTF8,
            "application/json"
        );
        (await http.PostAsync($".elastic-connectors/_update/{connector}", body, Token)).EnsureSuccessStatusCode();

        Assert.Equal(TriggerMethod.Scheduled, Assert.Single(await service.RunOnceAsync(Token, Token)).Job!.TriggerMethod);
        Assert.Empty(await service.RunOnceAsync(Token, Token));
    }

    [Fact]
    public async Task AServerlessProjectThatRefusesSettingsIsSyncedToo()
    {
        // There settings of shards and mappings are the project's own.
        _server.Faults.Add(
            FaultRule.RefuseCall(400) with
            {
                Type = "illegal_argument_exception",
                Method = "PUT",
                Request = request =>
                    new[] { "number_of_shards", "index.mapping." }.Any(System.Text.Encoding.UTF8.GetString(request.Body.Span).Contains),
            }
        );

        var service = Service(1);
        Write("a.txt", "one");
        await service.RunOnceAsync(Token, Token);
        var connector = await ConnectAsync(service);

        var result = await service.SyncNowAsync(connector, new SyncNowOptions(), Token, Token);

        Assert.Null(result.Job!.Error);
        Assert.Equal((JobStatus.Completed, 1), (result.Job.Status, result.Job.IndexedDocumentCount));
        Assert.Equal(1, _server.Count("search-files"));
    }

    [Fact]
    public async Task AnIndexNameThatElasticsearchWouldRefuseIsToldInTheConnectorAndToWhoeverSyncs()
    {
        var service = Service(1);
        Write("a.txt", "one");
        await service.RunOnceAsync(Token, Token);
        var connector = await ConnectAsync(service);
        var document = JsonNode.Parse(_server.Get(".elastic-connectors", connector)!)!;
        document["index_name"] = "Bad Name";
        _server.Put(".elastic-connectors", connector, document.ToJsonString());

        await service.RunOnceAsync(Token, Token);
        var failure = await Assert.ThrowsAsync<Connectors.Abstractions.ConnectorException>(() =>
            service.SyncNowAsync(connector, new SyncNowOptions(), Token, Token)
        );

        Assert.StartsWith("index_name: 'Bad Name' can't be the name of an index: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(failure.Message, (await service.Connectors.FindAsync(connector, Token))!.Error);
    }

    private static JsonNode? Sorted(JsonNode? node) =>
        node is JsonObject properties
            ? new JsonObject(
                properties
                    .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    .Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))
            )
            : node?.DeepClone();

    private async Task<string> ConnectAsync(ConnectorService service, string index = "search-files")
    {
        var fields = _sources.Describe("dir").Fields;
        var values = new Dictionary<string, JsonNode?> { ["directory"] = _files.Path };
        var connector = new NewConnector
        {
            Name = index,
            ServiceType = "dir",
            IndexName = index,
            Status = ConnectorStatus.Configured,
            Configuration = ConnectorConfiguration.Render(fields, values),
        };
        return (await service.Connectors.CreateAsync(connector, Token)).Id;
    }

    private void Write(string name, string text) => File.WriteAllText(_files[name], text);

    private ConnectorService Service(int number)
    {
        var gateway = GatewayFixture.GatewayOf(_server.Uri);
        var slot = WorkerSlot.Take(_state.Path, "host", new Random(number));
        _made.AddRange([gateway, slot]);
        return new ConnectorService(
            GatewayFixture.PartsOf(gateway, _sources, _state.Path) with
            {
                Preflight = token => gateway.ConnectAsync(token),
            },
            new ConnectorServiceOptions { Worker = slot.Worker, ServiceTypes = ["dir"] }
        );
    }
}
