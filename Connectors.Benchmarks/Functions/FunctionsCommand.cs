using System.Diagnostics;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Connectors.Benchmarks.Race;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.LocalHost.Hosting;
using Connectors.Sync.Configuration;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Service.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Connectors.Benchmarks.Functions;

/// <summary>
/// <c>functions [--documents N] [--rounds N] [--times N]</c>: a first sync of MongoDB documents through the orchestration, in the local
/// host with staging on disk, beside the same sync by the one-process engine: same servers, same process, in turn. <c>--times 10</c> then
/// does one round with ten times the documents, to see whether it takes ten times as long.
/// </summary>
internal sealed class FunctionsCommand(int documents, int rounds, bool warmsUp)
{
    /// <summary>As host.json has it.</summary>
    private const int MaxActivities = 8;

    public static async Task<int> RunAsync(int documents, int rounds, int times)
    {
        Console.WriteLine(
            $"functions: {documents:N0} documents, {rounds} rounds, {Environment.ProcessorCount} cores, "
                + $"{RuntimeInformation.FrameworkDescription}"
        );
        var few = await new FunctionsCommand(documents, rounds, warmsUp: true).MeasureAsync();
        Console.WriteLine($"functions: ratio {few.Ratio:F2}");
        if (OperatingSystem.IsLinux())
        {
            var (first, again) = await WorkerMemory.MeasureAsync(documents, MaxActivities);
            Console.WriteLine($"functions: peak memory of the worker {first:F0} MiB first, {again:F0} MiB re-sync");
            (first, again) = await WorkerMemory.MeasureAsync(documents, activities: 2);
            Console.WriteLine($"functions: with the setting for 512 MB {first:F0} MiB first, {again:F0} MiB re-sync");
        }

        if (times > 1)
        {
            var many = await new FunctionsCommand(documents * times, rounds: 1, warmsUp: false).MeasureAsync();
            Console.WriteLine(
                $"functions: {times} times the documents take {many.Orchestrated / few.Orchestrated:F2} times as long; activities for "
                    + $"each 100,000: {few.Activities:F0}, then {many.Activities:F0}"
            );
        }

        return 0;
    }

    /// <returns>Medians of the rounds: how long the orchestration took, how much longer than the engine, and activities for each 100,000
    /// documents.</returns>
    private async Task<(TimeSpan Orchestrated, double Ratio, double Activities)> MeasureAsync()
    {
        var folder = Directory.CreateTempSubdirectory("connectors-functions-").FullName;
        List<(TimeSpan Engine, TimeSpan Orchestrated, int Activities)> done = [];
        try
        {
            await using var course = await Course.OpenAsync(documents, writesPerSecond: 0);
            using var gateway = new ElasticsearchGateway(
                new ElasticsearchOptions { Hosts = [new Uri(course.Elasticsearch)] },
                TimeProvider.System,
                new Random(1),
                NullLoggerFactory.Instance
            );
            await using var host = await StartHostAsync(course.Elasticsearch, folder, MaxActivities);
            var services = await host.Services.GetRequiredService<ConnectorApp>().ReadyAsync(CancellationToken.None);
            for (var round = warmsUp ? 0 : 1; round <= rounds; round++)
            {
                var engine = await EngineAsync(course, services, gateway, $"engine-{round}", folder);
                var (orchestrated, activities) = await OrchestratedAsync(course, services, host, $"orchestrated-{round}");
                if (round > 0)
                {
                    done.Add((engine, orchestrated, activities));
                }

                Console.WriteLine(
                    $"{(round == 0 ? "warm-up" : $"round {round}")}: {documents:N0} documents, engine {engine.TotalSeconds:F2} s, "
                        + $"orchestration {orchestrated.TotalSeconds:F2} s, {activities} activities, {ActivitiesPer100000(activities):F0} "
                        + "for each 100,000 documents"
                );
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return (
            TimeSpan.FromSeconds(Median(done.Select(item => item.Orchestrated.TotalSeconds))),
            Median(done.Select(item => item.Orchestrated / item.Engine)),
            Median(done.Select(item => ActivitiesPer100000(item.Activities)))
        );
    }

    private double ActivitiesPer100000(int activities) => activities * 100_000.0 / documents;

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    internal static Task<LocalFunctionHost> StartHostAsync(string elasticsearch, string folder, int activities) =>
        LocalFunctionHost.StartAsync(
            new LocalFunctionHostOptions
            {
                Functions = typeof(SyncJob).Assembly.GetExportedTypes(),
                StorageFolder = Path.Combine(folder, "histories"),
                RunsTimers = false,
                MaxConcurrentActivities = activities,
                Configure = builder =>
                {
                    builder.Configuration["ConnectorsPollSchedule"] = "0 0 0 1 1 *";
                    builder.Configuration["ConnectorsCleanUpSchedule"] = "0 0 0 1 1 *";
                    builder.Logging.SetMinimumLevel(LogLevel.Warning);
                    builder.Services.AddConnectors(
                        new AppSettings
                        {
                            Variables = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
                            {
                                ["Connectors__elasticsearch__host"] = elasticsearch,
                                ["Connectors__service__state_dir"] = Path.Combine(folder, "copies"),
                                ["ConnectorsStagingFolder"] = Path.Combine(folder, "staging"),
                            },
                        }
                    );
                },
            },
            CancellationToken.None
        );

    /// <summary>From the first question to the source to the last to Elasticsearch.</summary>
    private async Task<TimeSpan> EngineAsync(Course course, AppServices services, ElasticsearchGateway gateway, string index, string folder)
    {
        var connector = await ConnectAsync(course.Mongo, services, index);
        var request = JobSetup.DryRun(connector, services.Sources.Describe("mongodb")) with { JobId = index, DryRun = false };
        var engine = new SyncEngine(
            gateway.Content,
            new SyncEngineOptions { StateFolder = Path.Combine(folder, "state") },
            TimeProvider.System,
            new Random(1),
            NullLoggerFactory.Instance
        );
        var started = Stopwatch.GetTimestamp();
        await using var source = JobSetup.OpenSource(connector, "mongodb", services.Sources);
        var outcome = await engine.RunAsync(request, source, new SyncProgress(), CancellationToken.None, CancellationToken.None);
        var taken = Stopwatch.GetElapsedTime(started);
        await engine.ForgetAsync(request.JobId, CancellationToken.None);
        Check(outcome.Counts.Created == documents);
        await course.DropIndexAsync(index);
        return taken;
    }

    /// <summary>From the call of the API to the end of the orchestration.</summary>
    private async Task<(TimeSpan Taken, int Activities)> OrchestratedAsync(
        Course course,
        AppServices services,
        LocalFunctionHost host,
        string index
    )
    {
        var connector = await ConnectAsync(course.Mongo, services, index);
        using var client = new HttpClient { BaseAddress = host.Uri };
        var started = Stopwatch.GetTimestamp();
        using var answer = await client.PostAsync(new Uri($"api/connectors/{connector.Id}/syncs", UriKind.Relative), content: null);
        answer.EnsureSuccessStatusCode();
        var jobId = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["id"]!.GetValue<string>();
        await host.Client.WaitForInstanceCompletionAsync(
            SyncJobInput.InstanceIdOf(jobId),
            getInputsAndOutputs: false,
            CancellationToken.None
        );
        var taken = Stopwatch.GetElapsedTime(started);
        Check(await course.CountAsync(index) == documents);
        var activities = 0;
        await foreach (var instance in host.Client.GetAllInstancesAsync())
        {
            activities += host.StatisticsOf(instance.InstanceId)?.Activities ?? 0;
            await host.Client.PurgeInstanceAsync(instance.InstanceId);
        }

        await course.DropIndexAsync(index);
        return (taken, activities);
    }

    internal static Task<ConnectorRecord> ConnectAsync(string mongo, AppServices services, string index) =>
        services.Connectors.CreateAsync(
            new NewConnector
            {
                Name = index,
                ServiceType = "mongodb",
                IndexName = index,
                Status = ConnectorStatus.Configured,
                Configuration = ConnectorConfiguration.Render(
                    services.Sources.Describe("mongodb").Fields,
                    new Dictionary<string, JsonNode?>(StringComparer.Ordinal)
                    {
                        ["host"] = mongo,
                        ["database"] = Servers.Database,
                        ["collection"] = Servers.Collection,
                    }
                ),
            },
            CancellationToken.None
        );

    private static void Check(bool isWhole)
    {
        if (!isWhole)
        {
            throw new InvalidOperationException("The race does not count: not every document was written.");
        }
    }
}
