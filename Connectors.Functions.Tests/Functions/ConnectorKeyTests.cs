using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.LocalHost.Hosting;
using Connectors.Sources;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Functions;

/// <summary>API keys of connectors in the function app, as it is put together from its settings.</summary>
public sealed class ConnectorKeyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AConnectorsIndexIsReadAndWrittenWithItsOwnKeyAndTheProtocolWithTheServices()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        var files = Directory.CreateDirectory(Path.Combine(_folder.Path, "files")).FullName;
        await File.WriteAllTextAsync(Path.Combine(files, "a.txt"), "one", Token);
        elasticsearch.Put(ProtocolIndices.Connectors, "f1", Connector(files).ToJsonString());
        var calls = new SeenCalls(elasticsearch);
        await using var host = await StartAsync(elasticsearch.Uri);

        foreach (var (job, indexed) in new[] { ("j1", 1), ("j2", 1) })
        {
            await File.WriteAllTextAsync(Path.Combine(files, $"{job}.txt"), job, Token);
            elasticsearch.Put(ProtocolIndices.SyncJobs, job, Job(files).ToJsonString());
            Assert.True(host.FireTimer("PollConnectors"));
            await host.WhenQuietAsync(Token);
            await host.Client.WaitForInstanceCompletionAsync(SyncJobInput.InstanceIdOf(job), Token);
            Assert.Equal("completed", JsonNode.Parse(elasticsearch.Get(ProtocolIndices.SyncJobs, job)!)!["status"]!.GetValue<string>());
            Assert.True(elasticsearch.Count("search-one") >= indexed);
        }

        Assert.Equal(["ApiKey b25lOms="], calls.KeysOf("search-one"));
        Assert.Equal(["ApiKey c2VydmljZTpr"], calls.KeysOfProtocol());
        Assert.True(calls.Count > 40, $"only {calls.Count} calls");
        calls.AllNameTheirProduct();
    }

    private static JsonObject Connector(string files)
    {
        var fields = new Connectors.Sync.Sources.SourceCatalog(
            BuiltInSources.Classes,
            Path.GetTempPath(),
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
            TimeProvider.System
        )
            .Describe("dir")
            .Fields;
        return new JsonObject
        {
            ["name"] = "Files",
            ["service_type"] = "dir",
            ["index_name"] = "search-one",
            ["status"] = "configured",
            ["configuration"] = ConnectorConfiguration.Render(fields, new Dictionary<string, JsonNode?> { ["directory"] = files }),
        };
    }

    private static JsonObject Job(string files)
    {
        var connector = Connector(files);
        connector["id"] = "f1";
        return new JsonObject
        {
            ["connector"] = connector,
            ["status"] = "pending",
            ["job_type"] = "full",
            ["trigger_method"] = "on_demand",
            ["created_at"] = "2026-01-01T00:00:00Z",
        };
    }

    private async Task<LocalFunctionHost> StartAsync(Uri elasticsearch) =>
        await LocalFunctionHost.StartAsync(
            new LocalFunctionHostOptions
            {
                Functions = typeof(SyncJob).Assembly.GetExportedTypes(),
                StorageFolder = Path.Combine(_folder.Path, "histories"),
                RunsTimers = false,
                Configure = builder =>
                {
                    builder.Configuration["ConnectorsPollSchedule"] = "*/30 * * * * *";
                    builder.Configuration["ConnectorsCleanUpSchedule"] = "0 */5 * * * *";
                    builder.Services.AddConnectors(
                        new AppSettings
                        {
                            Variables = new Dictionary<string, string>
                            {
                                ["Connectors__elasticsearch__host"] = elasticsearch.ToString(),
                                ["Connectors__elasticsearch__api_key"] = "c2VydmljZTpr",
                                ["Connectors__connectors__0__connector_id"] = "f1",
                                ["Connectors__connectors__0__service_type"] = "dir",
                                ["Connectors__connectors__0__api_key"] = "b25lOms=",
                                ["Connectors__service__state_dir"] = Path.Combine(_folder.Path, "state"),
                                ["ConnectorsStagingFolder"] = Path.Combine(_folder.Path, "staging"),
                            },
                        }
                    );
                },
            },
            Token
        );
}
