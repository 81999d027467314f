using System.Text.Json.Nodes;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.LocalHost.Hosting;
using Connectors.Sync.Protocol;
using Connectors.Tests.LocalHost.Durable;
using Connectors.Tests.Support;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Security;

/// <summary>A marked secret in every field of every source, in the function app: its histories, answers, logs and documents are searched
/// for it.</summary>
public sealed class MarkedFunctionsTests : MarkedTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));

    public static TheoryData<string, string> Cases { get; } =
    [
        .. MarkedConnectors.ServiceTypes.SelectMany(type =>
            OddServer
                .KindsFor(type)
                .Where(kind => kind == "echo" || kind.StartsWith("refusing", StringComparison.Ordinal))
                .Select(kind => (type, kind))
        ),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task TheFunctionAppLeavesItNowhere(string serviceType, string server)
    {
        await using var odd = await OddServer.StartAsync(server);
        using var folder = new TemporaryFolder();
        using var log = new ListLoggerProvider();
        var connector = MarkedConnectors.Of(serviceType, odd.Port, server == "tls", "c");
        Elasticsearch.Put(ProtocolIndices.Connectors, "c", connector.ToJsonString());
        connector["id"] = "c";
        Elasticsearch.Put(
            ProtocolIndices.SyncJobs,
            "j",
            new JsonObject
            {
                ["connector"] = connector.DeepClone(),
                ["status"] = "pending",
                ["job_type"] = "full",
                ["trigger_method"] = "on_demand",
                ["created_at"] = "2026-01-01T00:00:00Z",
            }.ToJsonString()
        );
        await using (var host = await StartAsync(folder.Path, log))
        {
            Assert.True(host.FireTimer("PollConnectors"));
            var end = await EndAsync(host);
            Left.Add("history", $"{end.SerializedInput} {end.SerializedOutput} {end.SerializedCustomStatus} {end.FailureDetails}");
            using var http = new HttpClient { BaseAddress = new Uri(host.Uri, "api/") };
            foreach (var path in (string[])["connectors", "connectors/c", "syncs", "syncs/j", "health"])
            {
                using var answer = await http.GetAsync(path, Token);
                Left.Add("api", $"{answer} {await answer.Content.ReadAsStringAsync(Token)}");
            }
        }

        Assert.Equal("error", (string?)JsonNode.Parse(Elasticsearch.Get(ProtocolIndices.SyncJobs, "j")!)!["status"]);
        foreach (var line in log.All)
        {
            Left.Add("log", line);
        }

        Left.AddFiles(folder.Path);
        Left.AddDocuments(Elasticsearch);
        Left.HoldNoSecret("history", "api", "log", "histories", ".elastic-connectors-sync-jobs");
    }

    private async Task<OrchestrationMetadata> EndAsync(LocalFunctionHost host)
    {
        for (var step = 0; step < 2_000; step++)
        {
            // A source that tries again waits inside an activity, and nothing is quiet: the clock moves on all the same.
            await host.WhenQuietAsync(Token)
                .WaitAsync(TimeSpan.FromSeconds(1), TimeProvider.System, Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (
                await host.Client.GetInstanceAsync(SyncJobInput.InstanceIdOf("j"), getInputsAndOutputs: true, Token) is
                { IsCompleted: true } end
            )
            {
                return end;
            }

            _clock.Advance(TimeSpan.FromSeconds(30));
        }

        throw new TimeoutException("The orchestration does not end.");
    }

    private async Task<LocalFunctionHost> StartAsync(string folder, ListLoggerProvider log) =>
        await LocalFunctionHost.StartAsync(
            new LocalFunctionHostOptions
            {
                Functions = typeof(SyncJob).Assembly.GetExportedTypes(),
                StorageFolder = Path.Combine(folder, "histories"),
                RunsTimers = false,
                TimeProvider = _clock,
                Configure = builder =>
                {
                    builder.Configuration["ConnectorsPollSchedule"] = "*/30 * * * * *";
                    builder.Configuration["ConnectorsCleanUpSchedule"] = "0 */5 * * * *";
                    builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug);
                    builder.Services.AddConnectors(
                        new AppSettings
                        {
                            Variables = new Dictionary<string, string>
                            {
                                ["Connectors__elasticsearch__host"] = Elasticsearch.Uri.ToString(),
                                ["Connectors__service__state_dir"] = Path.Combine(folder, "state"),
                                ["Connectors__service__log_level"] = "DEBUG",
                                ["Connectors__service__source_retry_time_limit"] = "1",
                                ["ConnectorsStagingFolder"] = Path.Combine(folder, "staging"),
                            },
                        }
                    );
                    builder.Services.AddSingleton<TimeProvider>(_clock);
                },
            },
            Token
        );
}
