using System.Net;
using Connectors.Emulator;
using Connectors.LocalHost.Durable.Activities;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Support.Servers;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Connectors.Tests.Functions;

/// <summary>The whole function app with Elasticsearch and blob storage as servers.</summary>
[Collection("Azurite")]
public sealed class WholeAppTests(AzuriteServer azurite) : IAsyncLifetime
{
    private EmulatorServer _elasticsearch = null!;

    private static CancellationToken Token => AppBed.Token;

    public async ValueTask InitializeAsync() => _elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);

    public async ValueTask DisposeAsync() => await _elasticsearch.DisposeAsync();

    [Fact]
    public async Task AFirstSyncAnUnchangedOneAndOneWithChangesAndDeletesOverSeveralPartitions()
    {
        await using var bed = await StartAsync();
        var connector = await bed.ConnectAsync("a", Of(3, 20));

        Assert.Equal("Completed: indexed 60, deleted 0, total 60", await bed.SyncAsync(connector));
        bed.AssertMirrors("a");
        var writes = _elasticsearch.LastSeqNo("search-a");

        Assert.Equal("Completed: indexed 0, deleted 0, total 60", await bed.SyncAsync(connector));
        Assert.Equal(writes, _elasticsearch.LastSeqNo("search-a"));

        bed.Sources["a"] = Of(3, 24, from: 6, changed: 10);
        Assert.Equal("Completed: indexed 24, deleted 18, total 54", await bed.SyncAsync(connector));
        bed.AssertMirrors("a");
        Assert.Empty(await bed.StagedAsync());
    }

    [Fact]
    public async Task TwoConnectorsAreSyncedAtOnce()
    {
        await using var bed = await StartAsync();
        var (item, two) = (await bed.ConnectAsync("a", Of(2, 20)), await bed.ConnectAsync("b", Of(2, 30)));
        var both = new CountdownEvent(2);
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var source in bed.Sources.Values)
        {
            var hasCome = 0;
            source.OnPage = _ =>
            {
                if (Interlocked.Exchange(ref hasCome, 1) == 0 && both.Signal())
                {
                    met.TrySetResult();
                }

                // Neither reads on before the other reads, too.
                return met.Task;
            };
        }

        var (first, second) = (await bed.StartSyncAsync(item), await bed.StartSyncAsync(two));

        Assert.Equal("Completed: indexed 40, deleted 0, total 40", await bed.EndOfAsync(first));
        Assert.Equal("Completed: indexed 60, deleted 0, total 60", await bed.EndOfAsync(second));
        bed.AssertMirrors("a");
        bed.AssertMirrors("b");
    }

    [Fact]
    public async Task AJobThatIsCancelledInMidRunStopsDeletesNothingAndTheNextOneIsWhole()
    {
        await using var bed = await StartAsync();
        var connector = await bed.ConnectAsync("a", Of(1, 40));
        await bed.SyncAsync(connector);
        bed.Sources["a"] = Of(1, 40, from: 10);
        var jobId = string.Empty;
        var known = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bed.Sources["a"].OnPage = async page =>
        {
            await known.Task;
            if (page == 6)
            {
                using var answer = await bed.Http.PostAsync($"syncs/{jobId}/cancel", content: null, Token);
                Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            }
        };

        jobId = await bed.StartSyncAsync(connector);
        known.SetResult();
        var end = await bed.EndOfAsync(jobId);

        Assert.StartsWith("Canceled: indexed", end, StringComparison.Ordinal);
        Assert.Contains("deleted 0", end, StringComparison.Ordinal);
        Assert.True(_elasticsearch.Get("search-a", "0-000") is not null);
        Assert.Empty(await bed.StagedAsync());
        Assert.Equal("canceled", (await bed.GetAsync($"syncs/{jobId}"))["status"]!.GetValue<string>());
        bed.Sources["a"].OnPage = null;
        Assert.StartsWith("Completed: ", await bed.SyncAsync(connector), StringComparison.Ordinal);
        bed.AssertMirrors("a");
    }

    [Fact]
    public async Task APausedOrchestrationIsNotTakenForDeadAndGoesOnWhereItWas()
    {
        await using var bed = await StartAsync();
        var connector = await bed.ConnectAsync("a", Of(2, 20));
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bed.Sources["a"].OnPage = page =>
        {
            reached.TrySetResult();
            return page >= 4 ? gate.Task : Task.CompletedTask;
        };
        var jobId = await bed.StartSyncAsync(connector);
        await reached.Task;
        await bed.Host.Client.SuspendInstanceAsync(jobId, "somebody looks at it", Token);
        gate.SetResult();
        await bed.Host.WhenQuietAsync(Token);
        var paused = await bed.Host.Client.GetInstanceAsync(jobId, Token);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, paused!.RuntimeStatus);

        bed.Advance(TimeSpan.FromHours(1));
        await bed.FireAsync("PollConnectors");
        await bed.FireAsync("CleanUp");
        Assert.Equal(JobStatus.InProgress, (await bed.JobAsync(jobId)).Status);
        await bed.Host.Client.ResumeInstanceAsync(jobId, "it may go on", Token);

        Assert.Equal("Completed: indexed 40, deleted 0, total 40", await bed.EndOfAsync(jobId));
        bed.AssertMirrors("a");
    }

    [Fact]
    public async Task AnAppThatIsStoppedInMidRunGoesOnWhereItWas()
    {
        await using var bed = await StartAsync();
        var connector = await bed.ConnectAsync("a", Of(2, 20));
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bed.Sources["a"].OnPage = page =>
        {
            if (page < 8)
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return never.Task;
        };
        var jobId = await bed.StartSyncAsync(connector);
        await reached.Task;
        var stopping = bed.Host.StopAsync(Token);
        bed.Sources["a"].OnPage = null;
        never.SetException(new OperationCanceledException());
        await stopping;
        await bed.Host.DisposeAsync();
        var pages = bed.Sources["a"].PagesRead;

        await bed.StartAgainAsync();

        Assert.Equal("Completed: indexed 40, deleted 0, total 40", await bed.EndOfAsync(jobId));
        bed.AssertMirrors("a");

        // 14 pages of three documents in all; what was read and recorded before is not read again.
        Assert.InRange(bed.Sources["a"].PagesRead - pages, 1, 13);
    }

    [Theory]
    [InlineData(ActivityDelivery.TwiceInTurn, 1)]
    [InlineData(ActivityDelivery.TwiceAtOnce, 2)]
    [InlineData(ActivityDelivery.Once, 3)]
    public async Task ActivitiesThatRunTwiceAndAnswersOutOfOrderChangeNothing(ActivityDelivery delivery, int seed)
    {
        await using var bed = await AppBed.StartAsync(_elasticsearch, await azurite.EmptyAsync(Token), with: options =>
            options with
            {
                Delivery = delivery,
                ShuffleResults = new Random(seed),
            }
        );
        var connector = await bed.ConnectAsync("a", Of(3, 20));

        Assert.Equal("Completed: indexed 60, deleted 0, total 60", await bed.SyncAsync(connector));
        bed.Sources["a"] = Of(3, 18, from: 2);
        Assert.StartsWith("Completed: indexed 0, deleted ", await bed.SyncAsync(connector), StringComparison.Ordinal);

        // What went on behind the orchestrator's back may stage something after its end: the clean-up finds it.
        bed.AssertMirrors("a");
        await bed.FireAsync("CleanUp");
        Assert.Empty(await bed.StagedAsync());
    }

    [Theory]
    [InlineData("staging")]
    [InlineData("staging-other")]
    public async Task TwoAppsOverTheSameIndicesRunEachJobOnce(string container)
    {
        var storage = await azurite.EmptyAsync(Token);
        await using var item = await AppBed.StartAsync(_elasticsearch, storage, "staging");
        await using var other = await AppBed.StartAsync(_elasticsearch, storage, container);
        string[] names = ["a", "b", "c", "d", "e", "f"];
        foreach (var name in names)
        {
            item.Sources[name] = other.Sources[name] = Of(2, 10);
            var connector = await item.ConnectAsync(name);
            await item.Services.Jobs.CreateAsync(
                (await item.Services.Connectors.FindAsync(connector, Token))!,
                JobType.Full,
                TriggerMethod.OnDemand,
                new SyncJobOptions(),
                key: null,
                Token
            );
        }

        for (var round = 0; round < 4; round++)
        {
            Assert.True(item.Host.FireTimer("PollConnectors") & other.Host.FireTimer("PollConnectors"));
            await Task.WhenAll(item.Host.WhenQuietAsync(Token), other.Host.WhenQuietAsync(Token));
        }

        var jobs = (await item.GetAsync("syncs"))["syncs"]!.AsArray();
        Assert.Equal(names.Length, jobs.Count);
        Assert.All(jobs, job =>
            Assert.Equal(("completed", 20), (job!["status"]!.GetValue<string>(), job["indexedDocuments"]!.GetValue<int>()))
        );
        foreach (var name in names)
        {
            // Each document was written once.
            Assert.Equal(19, _elasticsearch.LastSeqNo("search-" + name));
            item.AssertMirrors(name);
        }

        Assert.Empty((await item.StagedAsync()).Concat(await other.StagedAsync()));
    }

    private static MemorySource Of(int partitions, int to, int from = 0, int changed = 0) => AppBed.Of(partitions, to, from, changed);

    private async Task<AppBed> StartAsync() => await AppBed.StartAsync(_elasticsearch, await azurite.EmptyAsync(Token));
}
