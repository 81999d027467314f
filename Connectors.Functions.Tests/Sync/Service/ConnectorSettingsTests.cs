using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;
using Connectors.Sync.Sources;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Service;

/// <summary>Values that a service replaces, in the connector's document.</summary>
public sealed class ConnectorSettingsTests
{
    private readonly InMemoryDocumentStore _documents = new();

    public ConnectorSettingsTests() =>
        _documents.Put(
            ProtocolIndices.Connectors,
            "c1",
            FakeSources.Connector("c1", "Fake", "fake", new() { ["host"] = "h", ["key"] = "old" })
        );

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OnlyTheValueIsReplaced()
    {
        var before = _documents[ProtocolIndices.Connectors, "c1"].DeepClone();
        var settings = new ConnectorSettings(_documents, "c1");

        await settings.ReplaceAsync("key", value => value!.Reveal() == "old", new Secret("new"), Token);

        Assert.Equal("new", (await settings.ReadAsync("key", Token))!.Reveal());
        before["configuration"]!["key"]!["value"] = "new";
        Assert.True(JsonNode.DeepEquals(before, _documents[ProtocolIndices.Connectors, "c1"]));
    }

    [Fact]
    public async Task AValueThatIsNotOutdatedStays()
    {
        var settings = new ConnectorSettings(_documents, "c1");

        await settings.ReplaceAsync("key", value => value!.Reveal() == "another", new Secret("new"), Token);

        Assert.Equal("old", (await settings.ReadAsync("key", Token))!.Reveal());
        Assert.Empty(_documents.Updates);
    }

    [Fact]
    public async Task AConnectorThatIsGoneHasNoValue()
    {
        var settings = new ConnectorSettings(_documents, "gone");

        await settings.ReplaceAsync("key", _ => true, new Secret("new"), Token);

        Assert.Null(await settings.ReadAsync("key", Token));
        Assert.Empty(_documents.Updates);
    }

    [Fact]
    public async Task SourcesOfAJobAndOfAConnectorAreGivenTheConnectorsSettings()
    {
        var given = new GivenStores();
        var sources = new SourceCheck(given, TimeProvider.System, store: _documents);
        var connector = (await new ConnectorIndex(_documents, TimeProvider.System).FindAsync("c1", Token))!;
        var jobs = new SyncJobIndex(_documents, TimeProvider.System);
        var job = (await jobs.CreateAsync(connector, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token))!;

        await using (JobSetup.OpenSource(connector, "fake", sources)) { }
        await using (JobSetup.OpenSource(job, sources)) { }

        Assert.Equal(2, given.Stores.Count);
        foreach (var (number, store) in given.Stores.Index())
        {
            await store!.ReplaceAsync("key", _ => true, new Secret($"new-{number}"), Token);
            Assert.Equal($"new-{number}", (await new ConnectorSettings(_documents, "c1").ReadAsync("key", Token))!.Reveal());
        }
    }

    [Fact]
    public async Task AConnectorThatIsNotWrittenYetGetsTheNewValue()
    {
        var given = new GivenStores();
        var values = new Dictionary<string, JsonNode?>(StringComparer.Ordinal) { ["host"] = "h", ["key"] = "old" };
        var configuration = ConnectorConfiguration.Render(FakeSources.Description.Fields, values);

        await using (new SourceCheck(given, TimeProvider.System).OpenDraft("fake", configuration)) { }
        await given.Stores[0]!.ReplaceAsync("key", value => value!.Reveal() == "old", new Secret("new"), Token);

        Assert.Equal("new", (string?)configuration["key"]!["value"]);
    }

    private sealed class GivenStores : ISourceFactory
    {
        private readonly FakeSources _sources = new();

        public List<ISettingStore?> Stores { get; } = [];

        public SourceDescription Describe(string serviceType) => _sources.Describe(serviceType);

        public IDataSource Create(string serviceType, JsonObject? configuration) => _sources.Create(serviceType, configuration);

        public IDataSource Create(string serviceType, JsonObject? configuration, JsonNode? advancedRules, ISettingStore? store)
        {
            Stores.Add(store);
            return Create(serviceType, configuration);
        }
    }
}
