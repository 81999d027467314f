using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.LocalHost.DevHost;
using Connectors.Sync.Protocol;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Processes;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Connectors.Tests.Process;

/// <summary>The function app as a process, killed with SIGKILL again and again; Elasticsearch lives on in the test's process.</summary>
public sealed class KilledAppTests
{
    private const string Index = "search-killed-app";
    private const int Kills = 20;
    private const int Files = 400;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AfterTwentyKillsAtRandomPointsTheIndexEqualsTheSourceCountsAreExactAndNothingIsLeft()
    {
        using var folder = new TemporaryFolder();
        using var tree = ChangingTree.With(Files);
        await using var emulator = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        await using var proxy = await ElasticsearchProxy.StartAsync(emulator.Uri, Token);
        using var fixture = new ProcessFixture(emulator.Uri);
        var connector = await fixture.ConnectAsync("dir", Index, new Dictionary<string, JsonNode?> { ["directory"] = tree.Path });
        var random = new Random(20_262);
        var story = new List<string>();
        var jobs = new List<string>();
        var (kills, inMidSync) = (0, 0);
        for (var round = 0; round == 0 || kills < Kills; round++)
        {
            var (written, deleted) = round == 0 ? (Files, 0) : ChangingTree.Change(tree, round, 60);
            var job = await fixture.StartSyncAsync(connector.Id);
            jobs.Add(job);
            while (true)
            {
                var plan = KillPlan.Draw(random, folder.Path, kills < Kills);
                var started = TimeProvider.System.GetTimestamp();
                var code = await RunAsync(plan, proxy, folder.Path, () => IsOver(emulator, job) && Staged(folder.Path).Count == 0);
                var state = await fixture.JobAsync(job);
                story.Add(
                    $"round {round}: {plan.Text}, exit {code} after {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s, "
                        + $"{ProcessFixture.Counts(state)}"
                );
                if (code != 137)
                {
                    Assert.True(code == 0, string.Join('\n', story));
                    break;
                }

                kills++;
                inMidSync += state.Status == JobStatus.InProgress ? 1 : 0;
            }

            Assert.True(
                ProcessFixture.Counts(await fixture.JobAsync(job))
                    == $"Completed: indexed {written}, deleted {deleted}, total {tree.Files.Count()}",
                string.Join('\n', story)
            );
            AssertMirrored(tree, await fixture.DocumentsAsync(Index));
            Assert.Empty(Staged(folder.Path));
        }

        TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', story));
        Assert.True(inMidSync >= 12, $"Only {inMidSync} kills hit a running sync.\n{string.Join('\n', story)}");
        Assert.All(jobs, job => Assert.True(IsOver(emulator, job)));
        await AssertOrchestrationsEndedAsync(folder.Path, jobs, emulator.Uri);
    }

    private static bool IsOver(EmulatorServer server, string job) => SyncJobs.StatusOf(server, job) is "completed" or "error" or "canceled";

    private static List<string> Staged(string folder) =>
        Directory.Exists(Path.Combine(folder, "staging"))
            ? [.. Directory.EnumerateFiles(Path.Combine(folder, "staging"), "*", SearchOption.AllDirectories)]
            : [];

    /// <summary>Runs the app until it is killed as planned, or ends it with Ctrl-C when there is nothing more to do.</summary>
    /// <returns>Its exit code: 137 when it was killed.</returns>
    private static async Task<int> RunAsync(KillPlan plan, ElasticsearchProxy proxy, string folder, Func<bool> isDone)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource<FunctionsProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = plan;
        watch.Start(async () => (await started.Task).Kill());
        proxy.Arrived = async request => await watch.MeetAsync(request, isAfter: false);

        // The app asks something every second, and each time it is looked whether all is done.
        proxy.Done = async request =>
        {
            var passes = await watch.MeetAsync(request, isAfter: true);
            if (passes && isDone())
            {
                done.TrySetResult();
            }

            return passes;
        };
        await using var app = FunctionsProcess.Run(
            ["--folder", folder, "--port", "0", "--step", "40"],
            ("Connectors__elasticsearch__host", proxy.Uri.ToString()),
            ("Connectors__elasticsearch__bulk__chunk_size", "10"),
            ("Connectors__elasticsearch__delete_guard__max_percent", "100"),
            ("Connectors__service__page_documents", "20"),
            ("Connectors__service__max_concurrent_partitions", "2"),
            ("ConnectorsPollSchedule", "* * * * * *")
        );
        started.SetResult(app);
        var exit = app.ExitAsync(Token);
        if (await Task.WhenAny(exit, done.Task) == done.Task && watch.Stop())
        {
            app.Terminate();
        }

        return await exit;
    }

    private static void AssertMirrored(TemporaryFolder tree, SortedDictionary<string, JsonObject> documents)
    {
        Assert.Equal(tree.Files.Select(tree.IdOf).Order(StringComparer.Ordinal), documents.Keys);
        Assert.All(documents.Values, document =>
            Assert.Equal(File.ReadAllText(document["path"]!.GetValue<string>()), document["body"]!.GetValue<string>())
        );
    }

    /// <summary>No orchestration waits or runs any more, once the app has run again: the end of the last one may not have been written when
    /// it was stopped.</summary>
    private static async Task AssertOrchestrationsEndedAsync(string folder, List<string> jobs, Uri elasticsearch)
    {
        Assert.True(LocalArguments.TryParse(["--once"], out var arguments, out _));
        var settings = new Dictionary<string, string> { ["Connectors__elasticsearch__host"] = elasticsearch.ToString() };
        await using var app = await DevHostRun.StartAsync(folder, arguments, settings, TextWriter.Null, Token);
        await app.Host.Client.WaitForInstanceCompletionAsync(jobs[^1], getInputsAndOutputs: false, Token);
        var instances = await app.Host.Client.GetAllInstancesAsync().ToListAsync(Token);
        Assert.All(instances, instance => Assert.Equal(OrchestrationRuntimeStatus.Completed, instance.RuntimeStatus));
        Assert.All(jobs, job => Assert.Contains(instances, instance => instance.InstanceId == job));
    }
}
