using System.Net;
using Connectors.Abstractions;
using Connectors.Emulator;
using Connectors.Emulator.Faults;
using Connectors.Functions.Orchestrations;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Support.Servers;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Connectors.Tests.Functions;

/// <summary>The whole function app with Elasticsearch and blob storage as servers, when something goes wrong.</summary>
[Collection("Azurite")]
public sealed class AppFaultTests(AzuriteServer azurite) : IAsyncLifetime
{
    private EmulatorServer _elasticsearch = null!;

    private static CancellationToken Token => AppFixture.Token;

    public async ValueTask InitializeAsync() => _elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);

    public async ValueTask DisposeAsync() => await _elasticsearch.DisposeAsync();

    [Theory]
    [InlineData("the first", 0)]
    [InlineData("the last", 2)]
    public async Task ASourceThatFailsInAPartitionFailsTheJobAndDeletesNothing(string which, int partition)
    {
        await using var fixture = await StartAsync();
        var connector = await fixture.ConnectAsync("a", MemorySource.Numbered(3, 20));
        await fixture.SyncAsync(connector);
        fixture.Sources["a"] = MemorySource.Numbered(3, 20, from: 5);
        fixture.Sources["a"].OnPartition = number =>
            number == partition ? throw new ConnectorException($"The collection of {which} partition is gone.") : Task.CompletedTask;

        var end = await fixture.SyncAsync(connector);

        Assert.Contains("deleted 0", end, StringComparison.Ordinal);
        Assert.EndsWith($"The collection of {which} partition is gone.", end, StringComparison.Ordinal);
        Assert.StartsWith("Error: ", end, StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, 5), number => Assert.NotNull(_elasticsearch.Get("search-a", $"0-00{number}")));
        Assert.Empty(await fixture.StagedAsync());
        fixture.Sources["a"].OnPartition = null;
        Assert.StartsWith("Completed: ", await fixture.SyncAsync(connector), StringComparison.Ordinal);
        fixture.AssertMirrors("a");
    }

    [Fact]
    public async Task AStormOf429IsWaitedOutAndEveryDocumentCountsOnce()
    {
        await using var fixture = await StartAsync();
        var connector = await fixture.ConnectAsync("a", MemorySource.Numbered(3, 20));
        var calls = _elasticsearch.Faults.Add(FaultRule.RefuseCall(429) with { Probability = 0.3, Random = new Random(1), Times = 60 });
        var items = _elasticsearch.Faults.Add(FaultRule.RefuseItem(429) with { Probability = 0.3, Random = new Random(2), Times = 60 });

        var jobId = string.Empty;
        while (jobId.Length == 0)
        {
            // The API tells that Elasticsearch is busy, and one asks again.
            using var answer = await fixture.Http.PostAsync($"connectors/{connector}/syncs", content: null, Token);
            jobId = answer.StatusCode == HttpStatusCode.Accepted ? answer.Headers.Location!.ToString().Split('/')[^1] : string.Empty;
        }

        var end = await fixture.CountsOfAsync(jobId);
        while (end.StartsWith("Pending", StringComparison.Ordinal))
        {
            await fixture.FireAsync("PollConnectors");
            end = await fixture.CountsOfAsync(jobId);
        }

        Assert.Equal("Completed: indexed 60, deleted 0, total 60", end);
        fixture.AssertMirrors("a");
        Assert.True(calls.Hits > 10 && items.Hits > 10, $"{calls.Hits} calls and {items.Hits} items were refused.");
    }

    [Fact]
    public async Task RejectedDocumentsAreCountedAndNamedAndDoNotFailTheSync()
    {
        await using var fixture = await StartAsync();
        var connector = await fixture.ConnectAsync("a", MemorySource.Numbered(2, 20));
        _elasticsearch.Faults.Add(
            FaultRule.RefuseItem(400, "document_parsing_exception") with
            {
                Item = item => item.Id is "0-003" or "1-011",
            }
        );

        var jobId = await fixture.StartSyncAsync(connector);

        Assert.Equal("Completed: indexed 38, deleted 0, total 38", await fixture.CountsOfAsync(jobId));
        var shown = await fixture.GetAsync($"syncs/{jobId}");
        Assert.Equal(2, shown["counts"]!["rejected"]!.GetValue<int>());
        Assert.Contains("0-003", shown.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("document_parsing_exception", shown.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".batches")]
    [InlineData("/001/000002-")]
    [InlineData("/000/000001-")]
    [InlineData("/deletes-")]
    public async Task MissingStagedBlobsFailTheJobAndDeleteNothingUntilTheNextSync(string part)
    {
        await using var fixture = await StartAsync();
        var connector = await fixture.ConnectAsync("a", MemorySource.Numbered(2, 40));
        await fixture.SyncAsync(connector);
        fixture.Sources["a"] = MemorySource.Numbered(2, 40, from: 5, changed: 30);
        fixture.Staging.Loses = name =>
            name.Contains(part, StringComparison.Ordinal) && (part == ".batches" || !name.EndsWith(".batches", StringComparison.Ordinal));

        var end = await fixture.SyncAsync(connector);

        Assert.NotNull(fixture.Staging.Lost);
        Assert.StartsWith("Error: ", end, StringComparison.Ordinal);
        Assert.Contains("is missing from staging. Nothing was deleted because of it. Start the sync again.", end, StringComparison.Ordinal);
        Assert.Contains("deleted 0", end, StringComparison.Ordinal);
        Assert.NotNull(_elasticsearch.Get("search-a", "0-000"));
        Assert.Empty(await fixture.StagedAsync());
        Assert.StartsWith("Completed: ", await fixture.SyncAsync(connector), StringComparison.Ordinal);
        fixture.AssertMirrors("a");
    }

    [Theory]
    [InlineData("/plan")]
    [InlineData("/ids.entries")]
    public async Task APlanThatGoesMissingWhileTheAppIsDownFailsTheJobAndDeletesNothing(string part)
    {
        await using var fixture = await StartAsync();
        var connector = await fixture.ConnectAsync("a", MemorySource.Numbered(2, 20));
        await fixture.SyncAsync(connector);
        fixture.Sources["a"] = MemorySource.Numbered(2, 20, from: 5, changed: 10);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Sources["a"].OnPage = page =>
        {
            reached.TrySetResult();
            return page < 5 ? Task.CompletedTask : new TaskCompletionSource().Task;
        };
        var jobId = await fixture.StartSyncAsync(connector);
        await reached.Task;
        await fixture.Host.KillAsync();
        foreach (var name in (await fixture.StagedAsync()).Where(name => name.EndsWith(part, StringComparison.Ordinal)))
        {
            await fixture.LoseAsync(name);
        }

        fixture.Sources["a"].OnPage = null;
        Directory.Delete(fixture.StateFolder, recursive: true);
        await fixture.StartAgainAsync();
        var end = await fixture.CountsOfAsync(jobId);

        Assert.StartsWith("Error: ", end, StringComparison.Ordinal);
        Assert.Contains("is missing from staging", end, StringComparison.Ordinal);
        Assert.NotNull(_elasticsearch.Get("search-a", "0-000"));
        Assert.StartsWith("Completed: ", await fixture.SyncAsync(connector), StringComparison.Ordinal);
        fixture.AssertMirrors("a");
    }

    [Fact]
    public async Task AnInputThatCantBeReadHarmsNothingAndTheJobIsRun()
    {
        await using var fixture = await StartAsync();
        var connector = await fixture.ConnectAsync("a", MemorySource.Numbered(1, 5));
        var record = (await fixture.Services.Connectors.FindAsync(connector, Token))!;
        var job = (
            await fixture.Services.Jobs.CreateAsync(record, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token)
        )!;
        await fixture.Host.Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(SyncPartition),
            "nonsense",
            new StartOrchestrationOptions("part"),
            Token
        );
        await fixture.Host.Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(SyncJob),
            new { Target = "nonsense" },
            new StartOrchestrationOptions(job.Id),
            Token
        );

        // Nobody had taken the job yet, so it still waits, and is started again as it should be.
        Assert.StartsWith("Pending: ", await fixture.CountsOfAsync(job.Id), StringComparison.Ordinal);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await fixture.Host.Client.GetInstanceAsync("part", Token))!.RuntimeStatus);
        await fixture.FireAsync("PollConnectors");
        Assert.Equal("Completed: indexed 5, deleted 0, total 5", await fixture.CountsOfAsync(job.Id));
        fixture.AssertMirrors("a");
    }

    private async Task<ServerAppFixture> StartAsync() => await ServerAppFixture.StartAsync(_elasticsearch, await azurite.EmptyAsync(Token));
}
