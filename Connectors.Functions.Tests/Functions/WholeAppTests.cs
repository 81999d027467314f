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

    private static CancellationToken Token => AppFixture.Token;

    public async ValueTask InitializeAsync() => _elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);

    public async ValueTask DisposeAsync() => await _elasticsearch.DisposeAsync();

    [Fact]
    public async Task AFirstSyncAnUnchangedOneAndOneWithChangesAndDeletesOverSeveralPartitions()
    {
        await using var fixture = await StartAsync();
        var connector = await fixture.ConnectAsync("a", MemorySource.Numbered(3, 20));

        Assert.Equal("Completed: indexed 60, deleted 0, total 60", await fixture.SyncAsync(connector));
        fixture.AssertMirrors("a");
        var writes = _elasticsearch.LastSeqNo("search-a");

        Assert.Equal("Completed: indexed 0, deleted 0, total 60", await fixture.SyncAsync(connector));
        Assert.Equal(writes, _elasticsearch.LastSeqNo("search-a"));

        fixture.Sources["a"] = MemorySource.Numbered(3, 24, from: 6, changed: 10);
        Assert.Equal("Completed: indexed 24, deleted 18, total 54", await fixture.SyncAsync(connector));
        fixture.AssertMirrors("a");
        Assert.Empty(await fixture.StagedAsync());
    }

    [Fact]
    public async Task TwoConnectorsAreSyncedAtOnce()
    {
        await using var fixture = await StartAsync();
        var (item, two) = (
            await fixture.ConnectAsync("a", MemorySource.Numbered(2, 20)),
            await fixture.ConnectAsync("b", MemorySource.Numbered(2, 30))
        );
        var both = new CountdownEvent(2);
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var source in fixture.Sources.Values)
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

        var (first, second) = (await fixture.StartSyncAsync(item), await fixture.StartSyncAsync(two));

        Assert.Equal("Completed: indexed 40, deleted 0, total 40", await fixture.CountsOfAsync(first));
        Assert.Equal("Completed: indexed 60, deleted 0, total 60", await fixture.CountsOfAsync(second));
        fixture.AssertMirrors("a");
        fixture.AssertMirrors("b");
    }

    [Fact]
    public async Task AJobThatIsCancelledInMidRunStopsDeletesNothingAndTheNextOneIsWhole()
    {
        await using var fixture = await StartAsync();
        var connector = await fixture.ConnectAsync("a", MemorySource.Numbered(1, 40));
        await fixture.SyncAsync(connector);
        fixture.Sources["a"] = MemorySource.Numbered(1, 40, from: 10);
        var jobId = string.Empty;
        var known = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Sources["a"].OnPage = async page =>
        {
            await known.Task;
            if (page == 6)
            {
                using var answer = await fixture.Http.PostAsync($"syncs/{jobId}/cancel", content: null, Token);
                Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            }
        };

        jobId = await fixture.StartSyncAsync(connector);
        known.SetResult();
        var end = await fixture.CountsOfAsync(jobId);

        Assert.StartsWith("Canceled: indexed", end, StringComparison.Ordinal);
        Assert.Contains("deleted 0", end, StringComparison.Ordinal);
        Assert.True(_elasticsearch.Get("search-a", "0-000") is not null);
        Assert.Empty(await fixture.StagedAsync());
        Assert.Equal("canceled", (await fixture.GetAsync($"syncs/{jobId}"))["status"]!.GetValue<string>());
        fixture.Sources["a"].OnPage = null;
        Assert.StartsWith("Completed: ", await fixture.SyncAsync(connector), StringComparison.Ordinal);
        fixture.AssertMirrors("a");
    }

    [Fact]
    public async Task APausedOrchestrationIsNotTakenForDeadAndGoesOnWhereItWas()
    {
        await using var fixture = await StartAsync();
        var connector = await fixture.ConnectAsync("a", MemorySource.Numbered(2, 20));
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Sources["a"].OnPage = page =>
        {
            reached.TrySetResult();
            return page >= 4 ? gate.Task : Task.CompletedTask;
        };
        var jobId = await fixture.StartSyncAsync(connector);
        await reached.Task;
        await fixture.Host.Client.SuspendInstanceAsync(jobId, "somebody looks at it", Token);
        gate.SetResult();
        await fixture.Host.WhenQuietAsync(Token);
        var paused = await fixture.Host.Client.GetInstanceAsync(jobId, Token);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, paused!.RuntimeStatus);

        fixture.Clock.Advance(TimeSpan.FromHours(1));
        await fixture.FireAsync("PollConnectors");
        await fixture.FireAsync("CleanUp");
        Assert.Equal(JobStatus.InProgress, (await fixture.JobAsync(jobId)).Status);
        await fixture.Host.Client.ResumeInstanceAsync(jobId, "it may go on", Token);

        Assert.Equal("Completed: indexed 40, deleted 0, total 40", await fixture.CountsOfAsync(jobId));
        fixture.AssertMirrors("a");
    }

    [Fact]
    public async Task AnAppThatIsStoppedInMidRunGoesOnWhereItWas()
    {
        await using var fixture = await StartAsync();
        var connector = await fixture.ConnectAsync("a", MemorySource.Numbered(2, 20));
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Sources["a"].OnPage = page =>
        {
            if (page < 8)
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return never.Task;
        };
        var jobId = await fixture.StartSyncAsync(connector);
        await reached.Task;
        var stopping = fixture.Host.StopAsync(Token);
        fixture.Sources["a"].OnPage = null;
        never.SetException(new OperationCanceledException());
        await stopping;
        await fixture.Host.DisposeAsync();
        var pages = fixture.Sources["a"].PagesRead;

        await fixture.StartAgainAsync();

        Assert.Equal("Completed: indexed 40, deleted 0, total 40", await fixture.CountsOfAsync(jobId));
        fixture.AssertMirrors("a");

        // 14 pages of three documents in all; what was read and recorded before is not read again.
        Assert.InRange(fixture.Sources["a"].PagesRead - pages, 1, 13);
    }

    [Theory]
    [InlineData(ActivityDelivery.TwiceInTurn, 1)]
    [InlineData(ActivityDelivery.TwiceAtOnce, 2)]
    [InlineData(ActivityDelivery.Once, 3)]
    public async Task ActivitiesThatRunTwiceAndAnswersOutOfOrderChangeNothing(ActivityDelivery delivery, int seed)
    {
        await using var fixture = await ServerAppFixture.StartAsync(_elasticsearch, await azurite.EmptyAsync(Token), with: options =>
            options with
            {
                Delivery = delivery,
                ShuffleResults = new Random(seed),
            }
        );
        var connector = await fixture.ConnectAsync("a", MemorySource.Numbered(3, 20));

        Assert.Equal("Completed: indexed 60, deleted 0, total 60", await fixture.SyncAsync(connector));
        fixture.Sources["a"] = MemorySource.Numbered(3, 18, from: 2);
        Assert.StartsWith("Completed: indexed 0, deleted ", await fixture.SyncAsync(connector), StringComparison.Ordinal);

        // What went on behind the orchestrator's back may stage something after its end: the clean-up finds it.
        fixture.AssertMirrors("a");
        await fixture.FireAsync("CleanUp");
        Assert.Empty(await fixture.StagedAsync());
    }

    [Theory]
    [InlineData("staging")]
    [InlineData("staging-other")]
    public async Task TwoAppsOverTheSameIndicesRunEachJobOnce(string container)
    {
        var storage = await azurite.EmptyAsync(Token);
        await using var item = await ServerAppFixture.StartAsync(_elasticsearch, storage, "staging");
        await using var other = await ServerAppFixture.StartAsync(_elasticsearch, storage, container);
        string[] names = ["a", "b", "c", "d", "e", "f"];
        foreach (var name in names)
        {
            item.Sources[name] = other.Sources[name] = MemorySource.Numbered(2, 10);
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

    private async Task<ServerAppFixture> StartAsync() => await ServerAppFixture.StartAsync(_elasticsearch, await azurite.EmptyAsync(Token));
}
