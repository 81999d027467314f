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

    private static CancellationToken Token => AppBed.Token;

    public async ValueTask InitializeAsync() => _elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);

    public async ValueTask DisposeAsync() => await _elasticsearch.DisposeAsync();

    [Theory]
    [InlineData("the first", 0)]
    [InlineData("the last", 2)]
    public async Task ASourceThatFailsInAPartitionFailsTheJobAndDeletesNothing(string which, int partition)
    {
        await using var bed = await StartAsync();
        var connector = await bed.ConnectAsync("a", Of(3, 20));
        await bed.SyncAsync(connector);
        bed.Sources["a"] = Of(3, 20, from: 5);
        bed.Sources["a"].OnPartition = number =>
            number == partition ? throw new ConnectorException($"The collection of {which} partition is gone.") : Task.CompletedTask;

        var end = await bed.SyncAsync(connector);

        Assert.Contains("deleted 0", end, StringComparison.Ordinal);
        Assert.EndsWith($"The collection of {which} partition is gone.", end, StringComparison.Ordinal);
        Assert.StartsWith("Error: ", end, StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, 5), number => Assert.NotNull(_elasticsearch.Get("search-a", $"0-00{number}")));
        Assert.Empty(await bed.StagedAsync());
        bed.Sources["a"].OnPartition = null;
        Assert.StartsWith("Completed: ", await bed.SyncAsync(connector), StringComparison.Ordinal);
        bed.AssertMirrors("a");
    }

    [Fact]
    public async Task AStormOf429IsWaitedOutAndEveryDocumentCountsOnce()
    {
        await using var bed = await StartAsync();
        var connector = await bed.ConnectAsync("a", Of(3, 20));
        var calls = _elasticsearch.Faults.Add(FaultRule.RefuseCall(429) with { Probability = 0.3, Random = new Random(1), Times = 60 });
        var items = _elasticsearch.Faults.Add(FaultRule.RefuseItem(429) with { Probability = 0.3, Random = new Random(2), Times = 60 });

        var jobId = string.Empty;
        while (jobId.Length == 0)
        {
            // The API tells that Elasticsearch is busy, and one asks again.
            using var answer = await bed.Http.PostAsync($"connectors/{connector}/syncs", content: null, Token);
            jobId = answer.StatusCode == HttpStatusCode.Accepted ? answer.Headers.Location!.ToString().Split('/')[^1] : string.Empty;
        }

        var end = await bed.EndOfAsync(jobId);
        while (end.StartsWith("Pending", StringComparison.Ordinal))
        {
            await bed.FireAsync("PollConnectors");
            end = await bed.EndOfAsync(jobId);
        }

        Assert.Equal("Completed: indexed 60, deleted 0, total 60", end);
        bed.AssertMirrors("a");
        Assert.True(calls.Hits > 10 && items.Hits > 10, $"{calls.Hits} calls and {items.Hits} items were refused.");
    }

    [Fact]
    public async Task RejectedDocumentsAreCountedAndNamedAndDoNotFailTheSync()
    {
        await using var bed = await StartAsync();
        var connector = await bed.ConnectAsync("a", Of(2, 20));
        _elasticsearch.Faults.Add(
            FaultRule.RefuseItem(400, "document_parsing_exception") with
            {
                Item = item => item.Id is "0-003" or "1-011",
            }
        );

        var jobId = await bed.StartSyncAsync(connector);

        Assert.Equal("Completed: indexed 38, deleted 0, total 38", await bed.EndOfAsync(jobId));
        var shown = await bed.GetAsync($"syncs/{jobId}");
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
        await using var bed = await StartAsync();
        var connector = await bed.ConnectAsync("a", Of(2, 40));
        await bed.SyncAsync(connector);
        bed.Sources["a"] = Of(2, 40, from: 5, changed: 30);
        bed.Staging.Loses = name =>
            name.Contains(part, StringComparison.Ordinal) && (part == ".batches" || !name.EndsWith(".batches", StringComparison.Ordinal));

        var end = await bed.SyncAsync(connector);

        Assert.NotNull(bed.Staging.Lost);
        Assert.StartsWith("Error: ", end, StringComparison.Ordinal);
        Assert.Contains("is missing from staging. Nothing was deleted because of it. Start the sync again.", end, StringComparison.Ordinal);
        Assert.Contains("deleted 0", end, StringComparison.Ordinal);
        Assert.NotNull(_elasticsearch.Get("search-a", "0-000"));
        Assert.Empty(await bed.StagedAsync());
        Assert.StartsWith("Completed: ", await bed.SyncAsync(connector), StringComparison.Ordinal);
        bed.AssertMirrors("a");
    }

    [Theory]
    [InlineData("/plan")]
    [InlineData("/ids.entries")]
    public async Task APlanThatGoesMissingWhileTheAppIsDownFailsTheJobAndDeletesNothing(string part)
    {
        await using var bed = await StartAsync();
        var connector = await bed.ConnectAsync("a", Of(2, 20));
        await bed.SyncAsync(connector);
        bed.Sources["a"] = Of(2, 20, from: 5, changed: 10);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bed.Sources["a"].OnPage = page =>
        {
            reached.TrySetResult();
            return page < 5 ? Task.CompletedTask : new TaskCompletionSource().Task;
        };
        var jobId = await bed.StartSyncAsync(connector);
        await reached.Task;
        await bed.Host.KillAsync();
        foreach (var name in (await bed.StagedAsync()).Where(name => name.EndsWith(part, StringComparison.Ordinal)))
        {
            await bed.LoseAsync(name);
        }

        bed.Sources["a"].OnPage = null;
        Directory.Delete(bed.StateFolder, recursive: true);
        await bed.StartAgainAsync();
        var end = await bed.EndOfAsync(jobId);

        Assert.StartsWith("Error: ", end, StringComparison.Ordinal);
        Assert.Contains("is missing from staging", end, StringComparison.Ordinal);
        Assert.NotNull(_elasticsearch.Get("search-a", "0-000"));
        Assert.StartsWith("Completed: ", await bed.SyncAsync(connector), StringComparison.Ordinal);
        bed.AssertMirrors("a");
    }

    [Fact]
    public async Task AnInputThatCantBeReadHarmsNothingAndTheJobIsRun()
    {
        await using var bed = await StartAsync();
        var connector = await bed.ConnectAsync("a", Of(1, 5));
        var record = (await bed.Services.Connectors.FindAsync(connector, Token))!;
        var job = (
            await bed.Services.Jobs.CreateAsync(record, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token)
        )!;
        await bed.Host.Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(SyncPartition),
            "nonsense",
            new StartOrchestrationOptions("part"),
            Token
        );
        await bed.Host.Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(SyncJob),
            new { Target = "nonsense" },
            new StartOrchestrationOptions(job.Id),
            Token
        );

        // Nobody had taken the job yet, so it still waits, and is started again as it should be.
        Assert.StartsWith("Pending: ", await bed.EndOfAsync(job.Id), StringComparison.Ordinal);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await bed.Host.Client.GetInstanceAsync("part", Token))!.RuntimeStatus);
        await bed.FireAsync("PollConnectors");
        Assert.Equal("Completed: indexed 5, deleted 0, total 5", await bed.EndOfAsync(job.Id));
        bed.AssertMirrors("a");
    }

    private static MemorySource Of(int partitions, int to, int from = 0, int changed = 0) => AppBed.Of(partitions, to, from, changed);

    private async Task<AppBed> StartAsync() => await AppBed.StartAsync(_elasticsearch, await azurite.EmptyAsync(Token));
}
