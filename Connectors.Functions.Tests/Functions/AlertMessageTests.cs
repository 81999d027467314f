using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Azure.Monitor.OpenTelemetry.Exporter;
using Connectors.Abstractions;
using Connectors.Functions.Hosting;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Tests.Sync.Elasticsearch;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using Xunit;

namespace Connectors.Tests.Functions;

/// <summary>What the alerts of infra/ ask for: the function app writes it, and it arrives at Azure Monitor with the names that they ask
/// by.</summary>
public sealed class AlertMessageTests
{
    private static CancellationToken Token => AppFixture.Token;

    [Fact]
    public async Task AFailedSyncASilentJobAndEveryPollAreToldByName()
    {
        await using var monitor = await FakeMonitor.StartAsync();
        await using var app = await monitor.AppAsync();
        await using var fixture = await new MemoryAppFixture { LoggerFactory = app.GetRequiredService<ILoggerFactory>() }.StartAsync();
        var connector = (await fixture.Services.Connectors.FindAsync(fixture.AddConnector(), Token))!;
        fixture.Source.OnPage = _ => throw new ConnectorException("The collection is gone.");
        var (jobId, _) = await fixture.SyncAsync();
        var silent = (
            await fixture.Services.Jobs.CreateAsync(connector, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token)
        )!;
        fixture.Store.Edit(ProtocolIndices.SyncJobs, silent.Id, """{"status": "in_progress"}""");
        await fixture.FireAsync("PollConnectors");
        fixture.Clock.Advance(TimeSpan.FromMinutes(6));
        await fixture.FireAsync("CleanUp");

        var received = await monitor.ReceivedAsync(app);
        var failed = received.Single(item => item.Event == "JobFailed");
        Assert.Equal(("c1", jobId), (failed.Property("ConnectorId"), failed.Property("SyncJobId")));
        Assert.EndsWith("into search-c1 failed: The collection is gone.", failed.Message, StringComparison.Ordinal);
        var idle = received.Single(item => item.Event == "IdleJobFailed");
        Assert.Equal(("c1", silent.Id), (idle.Property("ConnectorId"), idle.Property("SyncJobId")));
        Assert.Equal("Polled; connectors: 1, jobs created: 0", received.Single(item => item.Event == "PollDone").Message);
    }

    [Fact]
    public async Task AMessageIsFoundByTheJobOfItsScope()
    {
        await using var monitor = await FakeMonitor.StartAsync();
        await using var app = await monitor.AppAsync();
        var logger = app.GetRequiredService<ILoggerFactory>().CreateLogger("test");
        using (logger.BeginScope(new Dictionary<string, object> { ["SyncJobId"] = "job-1" }))
        {
            logger.LogWarning("{Count} things went wrong", 3);
        }

        var message = (await monitor.ReceivedAsync(app)).Single(item => item.Property("CategoryName") == "test");
        Assert.Equal(("3 things went wrong", "job-1"), (message.Message, message.Property("SyncJobId")));
    }

    [Fact]
    public async Task EveryFailedSyncIsToldWhateverBecomesOfItsTrace()
    {
        await using var monitor = await FakeMonitor.StartAsync();
        await using var app = await monitor.AppAsync();
        Assert.Equal(FailInManyTraces(app), FailedIn(await monitor.ReceivedAsync(app)));
    }

    [Fact]
    public async Task LeftToItselfTheExporterWouldLoseFailuresWithTheirTraces()
    {
        await using var monitor = await FakeMonitor.StartAsync();
        await using var app = await monitor.AppAsync(services =>
            services.PostConfigureAll<AzureMonitorExporterOptions>(options => options.EnableTraceBasedLogsSampler = true)
        );
        Assert.ProperSubset(FailInManyTraces(app), FailedIn(await monitor.ReceivedAsync(app)));
    }

    [Fact]
    public async Task SyncsThatFailOneAfterTheOtherAreAllTold()
    {
        await using var monitor = await FakeMonitor.StartAsync();
        await using var app = await monitor.AppAsync();
        await using var fixture = await new MemoryAppFixture { LoggerFactory = app.GetRequiredService<ILoggerFactory>() }.StartAsync();
        fixture.AddConnector();
        fixture.Source.OnPage = _ => throw new ConnectorException("The collection is gone.");
        var jobs = new HashSet<string?>();
        while (jobs.Count < 12)
        {
            // The caller's trace was not chosen, as the host's are not at most calls.
            using var call = new System.Diagnostics.Activity("call")
                .SetParentId(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom())
                .Start();
            jobs.Add((await fixture.SyncAsync()).JobId);
        }

        Assert.Equal(jobs, FailedIn(await monitor.ReceivedAsync(app)));
    }

    /// <summary>120 failures in as many traces: far more than the exporter keeps, every other one below a trace that somebody else did not
    /// choose.</summary>
    private static HashSet<string?> FailInManyTraces(ServiceProvider app)
    {
        var logger = app.GetRequiredService<ILoggerFactory>().CreateLogger("test");
        var jobs = new HashSet<string?>();
        while (jobs.Count < 120)
        {
            var flags = jobs.Count % 2 == 0 ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None;
            var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), flags, isRemote: true);
            using var span = SyncTelemetry.Source.StartActivity("sync", ActivityKind.Internal, parent);
            jobs.Add($"job-{jobs.Count}");
            ServiceLog.JobFailed(logger, $"job-{jobs.Count - 1}", "c1", "search-c1", "The collection is gone.");
        }

        return jobs;
    }

    private static HashSet<string?> FailedIn(IEnumerable<Telemetry> received) =>
        [.. received.Where(item => item.Event == "JobFailed").Select(item => item.Property("SyncJobId"))];

    /// <summary>Takes telemetry as Azure Monitor does.</summary>
    private sealed class FakeMonitor : IAsyncDisposable
    {
        private readonly ConcurrentBag<Telemetry> _received = [];
        private PlainServer _server = null!;

        public static async Task<FakeMonitor> StartAsync()
        {
            var monitor = new FakeMonitor();
            monitor._server = await PlainServer.StartAsync(monitor.TakeAsync);
            return monitor;
        }

        /// <summary>The services of an app that sends here.</summary>
        public async Task<ServiceProvider> AppAsync(Action<IServiceCollection>? change = null)
        {
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddConnectors(
                new AppSettings
                {
                    Variables = new Dictionary<string, string>
                    {
                        ["APPLICATIONINSIGHTS_CONNECTION_STRING"] =
                            $"InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint={_server.Uri};LiveEndpoint={_server.Uri}",
                    },
                }
            );
            change?.Invoke(services);
            var app = services.BuildServiceProvider();
            foreach (var service in app.GetServices<IHostedService>())
            {
                await service.StartAsync(Token);
            }

            return app;
        }

        /// <summary>What has come when the app has sent all that it holds.</summary>
        public async Task<IReadOnlyCollection<Telemetry>> ReceivedAsync(ServiceProvider app)
        {
            Assert.True(await Task.Run(() => app.GetRequiredService<LoggerProvider>().ForceFlush(), Token));
            return _received;
        }

        public async ValueTask DisposeAsync() => await _server.DisposeAsync();

        private async Task TakeAsync(HttpContext http)
        {
            await using Stream body =
                http.Request.Headers.ContentEncoding == "gzip"
                    ? new GZipStream(http.Request.Body, CompressionMode.Decompress)
                    : http.Request.Body;
            using var reader = new StreamReader(body);
            var count = 0;
            var isTrack = http.Request.Path.Value?.EndsWith("/track", StringComparison.Ordinal) == true;
            while (isTrack && await reader.ReadLineAsync(http.RequestAborted) is { } line)
            {
                count++;
                if (JsonNode.Parse(line)!["data"] is { } data && data["baseType"]!.GetValue<string>() is "MessageData" or "ExceptionData")
                {
                    _received.Add(new Telemetry(data["baseData"]!.AsObject()));
                }
            }

            await http.Response.WriteAsJsonAsync(
                new
                {
                    itemsReceived = count,
                    itemsAccepted = count,
                    errors = Array.Empty<string>(),
                },
                http.RequestAborted
            );
        }
    }

    private sealed record Telemetry(JsonObject Data)
    {
        public string? Event => Property("EventName");

        public string? Message => Data["message"]?.GetValue<string>();

        public string? Property(string name) => Data["properties"]?[name]?.GetValue<string>();
    }
}
