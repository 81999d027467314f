using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Sync.Protocol;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Processes;
using Xunit;

namespace Connectors.Tests.Process;

/// <summary>The service as a process, killed with SIGKILL again and again, with the emulator as another process.</summary>
public sealed partial class KilledProcessTests
{
    private const string Index = "search-killed";
    private const int Kills = 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AfterTwentyKillsAtRandomPointsTheIndexEqualsTheSourceAndEveryCountIsExact()
    {
        using var data = new TemporaryFolder();
        using var tree = ChangingTree.With(1_000);
        await using var emulator = await EmulatorProcess.StartAsync(data.Path, Token);
        await using var proxy = await ElasticsearchProxy.StartAsync(emulator.Uri, Token);
        using var fixture = new ProcessFixture(emulator.Uri);
        var config = fixture.Configure(proxy.Uri, pageDocuments: 40, chunkSize: 20, partitions: 2);
        var connector = await fixture.ConnectAsync("dir", Index, new Dictionary<string, JsonNode?> { ["directory"] = tree.Path });
        var random = new Random(20_261);
        var story = new List<string>();
        var (kills, inMidSync, resumed) = (0, 0, 0);
        for (var round = 0; round == 0 || kills < Kills; round++)
        {
            var (written, deleted) = round == 0 ? (1_000, 0) : ChangingTree.Change(tree, round, 100);
            var job = await fixture.StartSyncAsync(connector.Id);
            while (true)
            {
                var sentBefore = proxy.Operations;
                var hasFinishedPages = fixture.KeptState.Any(file => Path.GetFileName(file) == "journal" && new FileInfo(file).Length > 0);
                await using var service = Start(config, proxy, random, round == 0 ? 14 : 30, kills < Kills, out var plan);
                var code = await service.ExitAsync(Token);
                var state = await fixture.JobAsync(job);
                resumed += hasFinishedPages && state.Status == JobStatus.InProgress ? 1 : 0;
                story.Add($"round {round}: {plan}, exit {code}, {ProcessFixture.Counts(state)}");
                if (code != 137)
                {
                    Assert.True(code == 0, $"{string.Join('\n', story)}\n{service.Output}");
                    Assert.True(
                        proxy.Operations - sentBefore <= written + deleted - FinishedBefore(service.Output),
                        $"Pages that were finished were written again.\n{string.Join('\n', story)}\n{service.Output}"
                    );
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
            Assert.Empty(fixture.KeptState);
        }

        TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', story));
        Assert.True(inMidSync >= 15, $"Only {inMidSync} kills hit a running sync.\n{string.Join('\n', story)}");
        Assert.True(resumed >= 3, $"Only {resumed} runs had finished pages to go on after.\n{string.Join('\n', story)}");
    }

    /// <summary>Starts the service with a moment chosen at which it is killed: at its n-th bulk request or its n-th request of any kind,
    /// before that is carried out or after it, without its answer.</summary>
    private static IngestProcess Start(string config, ElasticsearchProxy proxy, Random random, int lastBulk, bool kill, out string plan)
    {
        var countsBulks = random.Next(10) < 7;
        var moment = countsBulks ? random.Next(1, lastBulk) : random.Next(1, 40);
        var isAfter = random.Next(2) == 0;
        plan = kill ? $"kill {(isAfter ? "after" : "before")} {(countsBulks ? "bulk" : "request")} {moment}" : "no kill";
        IngestProcess? service = null;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (before, after, isKilled) = (0, 0, 0);
        proxy.Arrived = request => kill ? MeetAsync(request, !isAfter, () => Interlocked.Increment(ref before)) : Task.FromResult(true);
        proxy.Done = request => kill ? MeetAsync(request, isAfter, () => Interlocked.Increment(ref after)) : Task.FromResult(true);
        service = IngestProcess.OneSync(config);
        started.SetResult();
        return service;

        async Task<bool> MeetAsync(PassingRequest request, bool isHere, Func<int> count)
        {
            await started.Task;
            if (isHere && (request.IsBulk || !countsBulks) && count() == moment)
            {
                Volatile.Write(ref isKilled, 1);
                service!.Kill();
            }

            return Volatile.Read(ref isKilled) == 0;
        }
    }

    /// <summary>What a service that took up a job says to have been written before; 0 when it began the job.</summary>
    private static int FinishedBefore(string output) =>
        Resumed().Match(output) is { Success: true } match ? int.Parse(match.Groups["written"].Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"resumes; documents read: \d+, written: (?<written>\d+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Resumed();

    private static void AssertMirrored(TemporaryFolder tree, SortedDictionary<string, JsonObject> documents)
    {
        var expected = tree.Files.ToDictionary(tree.IdOf, file => file, StringComparer.Ordinal);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), documents.Keys);
        foreach (var (id, file) in expected)
        {
            Assert.Equal(tree[file], documents[id]["path"]!.GetValue<string>());
            Assert.Equal(File.ReadAllText(tree[file]), documents[id]["body"]!.GetValue<string>());
        }
    }
}
