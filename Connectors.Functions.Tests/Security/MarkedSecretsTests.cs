using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.LocalHost.Hosting;
using Connectors.Sync.Protocol;
using Connectors.Tests.Cli;
using Connectors.Tests.LocalHost.Durable;
using Connectors.Tests.Support;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Security;

/// <summary>A marked secret in every field of every source, in both hosts, against servers that fail in every way; then everything that is
/// left is searched for it.</summary>
public sealed class MarkedSecretsTests : IAsyncLifetime
{
    private readonly LeftBehind _left = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private EmulatorServer _elasticsearch = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Cases { get; } =
    [.. MarkedConnectors.ServiceTypes.SelectMany(type => OddServer.KindsFor(type).Select(kind => (type, kind)))];

    public static TheoryData<string, string> FunctionCases { get; } =
    [
        .. MarkedConnectors.ServiceTypes.SelectMany(type =>
            OddServer.KindsFor(type).Where(kind => kind == "echo" || kind.StartsWith("refusing", StringComparison.Ordinal)).Select(kind => (type, kind))
        ),
    ];

    public static TheoryData<string> ServiceTypes { get; } = [.. MarkedConnectors.ServiceTypes];

    public async ValueTask InitializeAsync() => _elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);

    public async ValueTask DisposeAsync()
    {
        await _elasticsearch.DisposeAsync();
        _left.Dispose();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task ElasticIngestLeavesItNowhere(string serviceType, string server)
    {
        await using var odd = await OddServer.StartAsync(server);
        _elasticsearch.Put(
            ProtocolIndices.Connectors,
            "c",
            MarkedConnectors.Of(serviceType, odd.Port, server == "tls", "c").ToJsonString()
        );
        using var cli = Cli();

        await RunAsync(
            cli,
            ["sync", "c", "--debug"],
            ["doctor", "--json"],
            ["preview", "c"],
            ["connector", "show", "c"],
            ["list", "--json"],
            ["job", "list"]
        );

        Assert.NotEmpty(_elasticsearch.Ids(ProtocolIndices.SyncJobs));
        Assert.True(
            odd.Requests > 0 || !server.Contains("ing", StringComparison.Ordinal),
            $"{serviceType} does not get as far as its server with the values of {nameof(MarkedValues)}. {cli.Out}{cli.Error}"
        );
        _left.AddFiles(Path.Combine(cli.Folder, "state"));
        _left.AddDocuments(_elasticsearch);
        _left.HoldNoSecret("sync c", "connector show c", ".elastic-connectors-sync-jobs", "state");
    }

    [Theory]
    [MemberData(nameof(ServiceTypes))]
    public async Task WhicheverFieldItWasEnteredIn(string serviceType)
    {
        await using var odd = await OddServer.StartAsync("closed");
        using var cli = Cli();
        var fields = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (field, connector) in MarkedConnectors.OfEachField(serviceType, odd.Port))
        {
            fields.Add(field);
            _elasticsearch.Put(ProtocolIndices.Connectors, "c", connector.ToJsonString());
            await RunAsync(cli, ["sync", "c", "--debug"], ["connector", "show", "c"]);
            await cli.RunAsync(
                "connector",
                "create",
                "--service-type",
                serviceType,
                "--index",
                "search-d",
                "--id",
                "d",
                "--set",
                $"{field}={(string?)connector["configuration"]![field]!["value"]}"
            );
            _left.Add("create", $"{cli.Out}{cli.Error}");
            _elasticsearch.Delete(ProtocolIndices.Connectors, "d");
            _left.AddDocuments(_elasticsearch);
        }

        Assert.True(fields.Count >= 3);
        _left.AddFiles(Path.Combine(cli.Folder, "state"));
        _left.HoldNoSecret("sync c", "connector show c", "create", ".elastic-connectors-sync-jobs");
    }

    [Theory]
    [MemberData(nameof(FunctionCases))]
    public async Task TheFunctionAppLeavesItNowhere(string serviceType, string server)
    {
        await using var odd = await OddServer.StartAsync(server);
        using var folder = new TemporaryFolder();
        using var log = new ListLoggerProvider();
        var connector = MarkedConnectors.Of(serviceType, odd.Port, server == "tls", "c");
        _elasticsearch.Put(ProtocolIndices.Connectors, "c", connector.ToJsonString());
        connector["id"] = "c";
        _elasticsearch.Put(
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
            await host.WhenQuietAsync(Token);
            var end = await EndAsync(host);
            _left.Add("history", $"{end.SerializedInput} {end.SerializedOutput} {end.SerializedCustomStatus} {end.FailureDetails}");
            using var http = new HttpClient { BaseAddress = new Uri(host.Uri, "api/") };
            foreach (var path in (string[])["connectors", "connectors/c", "syncs", "syncs/j", "health"])
            {
                using var answer = await http.GetAsync(path, Token);
                _left.Add("api", $"{answer} {await answer.Content.ReadAsStringAsync(Token)}");
            }
        }

        Assert.Equal("error", (string?)JsonNode.Parse(_elasticsearch.Get(ProtocolIndices.SyncJobs, "j")!)!["status"]);
        foreach (var line in log.All)
        {
            _left.Add("log", line);
        }

        _left.AddFiles(folder.Path);
        _left.AddDocuments(_elasticsearch);
        _left.HoldNoSecret("history", "api", "log", "histories", ".elastic-connectors-sync-jobs");
    }

    private async Task<OrchestrationMetadata> EndAsync(LocalFunctionHost host)
    {
        for (var step = 0; step < 2_000; step++)
        {
            await host.WhenQuietAsync(Token);
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

    private CliRun Cli()
    {
        var cli = new CliRun(_elasticsearch.Uri);
        cli.Variables["Connectors__service__state_dir"] = Path.Combine(cli.Folder, "state");
        cli.Variables["Connectors__service__source_retry_time_limit"] = "1";
        return cli;
    }

    private async Task RunAsync(CliRun cli, params string[][] commands)
    {
        foreach (var command in commands)
        {
            await cli.RunAsync(command);
            _left.Add(string.Join(' ', command), $"{cli.Out}{cli.Error}");
        }
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
                                ["Connectors__elasticsearch__host"] = _elasticsearch.Uri.ToString(),
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
