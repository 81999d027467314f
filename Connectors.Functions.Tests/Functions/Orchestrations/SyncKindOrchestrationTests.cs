using Connectors.Abstractions;
using Connectors.Functions.Triggers;
using Connectors.Sync.Protocol;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Functions.Orchestrations;

/// <summary>Incremental syncs, syncs that only delete and syncs without deletes, from the request or the schedule to the job's
/// end.</summary>
public sealed class SyncKindOrchestrationTests
{
    private const string Incremental = """{"type": "incremental"}""";

    [Fact]
    public async Task AnIncrementalSyncGoesOnWhereTheLastOneEnded()
    {
        await using var bed = await FilledAsync("a", "b", "c");
        bed.Feed!.Then("v2", "a", "-b").Then("v2", "d");

        var (jobId, summary) = await bed.SyncAsync(Incremental);

        Assert.Equal(
            ("completed", 3L, 1L, 1L, 1L, 3L),
            (
                summary.Status,
                summary.Counts.Read,
                summary.Counts.Created,
                summary.Counts.Updated,
                summary.Counts.Deleted,
                summary.TotalDocuments
            )
        );
        Assert.Equal(["a=v2", "c=v1", "d=v2"], Held(bed));
        Assert.Equal(("incremental", "completed", "2"), (bed.Job(jobId)["job_type"]!.GetValue<string>(), bed.Status(jobId), Place(bed)));
        Assert.Equal(1, bed.Feed.FullPagesRead);
        Assert.Empty(bed.Staging.Contents);

        bed.Feed.PagesAsked.Clear();
        bed.Feed.Then("v3", "c");
        bed.Clock.Advance(TimeSpan.FromMinutes(1));
        await bed.SyncAsync(Incremental);
        Assert.Equal([2], bed.Feed.PagesAsked);
        Assert.Equal("3", Place(bed));
    }

    [Fact]
    public async Task AFailedOrCanceledIncrementalSyncDoesNotMoveTheCursor()
    {
        await using var bed = await FilledAsync("a");
        bed.Feed!.Then("v2", "a").Then("v2", "b");
        bed.Feed.OnChanges = page => page == 1 ? throw new ConnectorException("The log was taken away.") : Task.CompletedTask;
        var (failed, summary) = await bed.SyncAsync(Incremental);
        Assert.Equal(("error", "The log was taken away.", "0"), (summary.Status, bed.Job(failed)["error"]!.GetValue<string>(), Place(bed)));

        bed.Clock.Advance(TimeSpan.FromMinutes(1));
        bed.Feed.OnChanges = async page =>
        {
            if (page == 0)
            {
                await bed.PostAsync($"syncs/{bed.JobIds.Single(id => bed.Status(id) == "in_progress")}/cancel");
            }
        };
        var (canceled, _) = await bed.SyncAsync(Incremental);
        Assert.Equal(("canceled", "0"), (bed.Status(canceled), Place(bed)));

        bed.Clock.Advance(TimeSpan.FromMinutes(1));
        bed.Feed.OnChanges = null;
        await bed.SyncAsync(Incremental);
        Assert.Equal("2", Place(bed));
        Assert.Equal(["a=v2", "b=v2"], Held(bed));
    }

    [Fact]
    public async Task WhereTheHistoryDoesNotReachBackAFullSyncIsDoneAndTheJobTellsWhy()
    {
        await using var bed = await FilledAsync("a", "b");
        bed.Feed!.Then("v2", "a").Then("v2", "c");
        bed.Feed.OnChanges = page =>
        {
            bed.Feed.Lost = page == 1 ? "The log is too short." : null;
            return Task.CompletedTask;
        };
        bed.Feed.Documents = new MemorySource
        {
            Partitions =
            [
                [new("a", "v2"), new("c", "v2")],
            ],
        };

        var (jobId, summary) = await bed.SyncAsync(Incremental);

        Assert.Equal(("completed", 1L), (summary.Status, summary.Counts.Deleted));
        Assert.Equal(["a=v2", "c=v2"], Held(bed));
        Assert.Equal(("The log is too short.", "2"), (bed.Job(jobId)["metadata"]!["fallback"]!.GetValue<string>(), Place(bed)));
        var shown = await bed.GetAsync($"syncs/{jobId}");
        Assert.Equal(("incremental", "The log is too short."), (shown["type"]!.GetValue<string>(), shown["fallback"]!.GetValue<string>()));
    }

    [Fact]
    public async Task TheFirstIncrementalSyncIsAFullOneAndStoresTheCursor()
    {
        await using var bed = await new FunctionsBed { Feed = new MemoryFeed(MemorySource.Holding("a")) }.StartAsync();
        bed.AddConnector();

        var (jobId, _) = await bed.SyncAsync(Incremental);

        Assert.Equal(("no full sync has completed yet.", "0"), (bed.Job(jobId)["metadata"]!["fallback"]!.GetValue<string>(), Place(bed)));
        Assert.Equal(["a=v1"], Held(bed));
    }

    [Fact]
    public async Task AnUnchangedSourceKeepsItsCursor()
    {
        await using var bed = await FilledAsync("a");
        bed.Feed!.Documents.Change = new ChangeCheckResult(true, "mark-1");
        bed.Clock.Advance(TimeSpan.FromMinutes(1));
        await bed.SyncAsync();
        bed.Feed.Documents.Change = new ChangeCheckResult(false, "mark-1");
        bed.Feed.Then("v1");
        bed.Clock.Advance(TimeSpan.FromMinutes(1));

        var (_, summary) = await bed.SyncAsync();

        Assert.Equal(("completed", 0L, "1"), (summary.Status, summary.Counts.Read, Place(bed)));
    }

    [Fact]
    public async Task ASyncThatOnlyDeletesAndOneWithoutDeletesGoTheirPartOfTheWay()
    {
        await using var bed = await FilledAsync("a", "b");
        bed.Feed!.Documents = new MemorySource
        {
            Partitions =
            [
                [new("a", "v2"), new("c", "v2")],
            ],
        };
        var (partial, without) = await bed.SyncAsync("""{"type": "no_deletes"}""");
        Assert.Equal((1L, 1L, 0L), (without.Counts.Created, without.Counts.Updated, without.Counts.Deleted));
        Assert.Equal(["a=v2", "b=v1", "c=v2"], Held(bed));

        bed.Feed.Documents = new MemorySource
        {
            Partitions =
            [
                [new("a", "v3")],
            ],
        };
        bed.Clock.Advance(TimeSpan.FromMinutes(1));
        var (deletes, only) = await bed.SyncAsync("""{"type": "deletes_only"}""");

        Assert.Equal((0L, 2L), (only.Counts.Indexed, only.Counts.Deleted));
        Assert.Equal(["a=v2"], Held(bed));
        Assert.Equal(
            ("full", "no_deletes", "full", "deletes_only", "0"),
            (
                bed.Job(partial)["job_type"]!.GetValue<string>(),
                bed.Job(partial)["metadata"]!["kind"]!.GetValue<string>(),
                bed.Job(deletes)["job_type"]!.GetValue<string>(),
                bed.Job(deletes)["metadata"]!["kind"]!.GetValue<string>(),
                Place(bed)
            )
        );
        Assert.Equal("deletes_only", (await bed.GetAsync($"syncs/{deletes}"))["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task ADryRunOfASyncThatOnlyDeletesShowsWhatItWouldDelete()
    {
        await using var bed = await FilledAsync("a", "b");
        bed.Feed!.Documents = MemorySource.Holding("a", "new");

        var (_, summary) = await bed.SyncAsync("""{"type": "deletes_only", "dryRun": true}""");

        Assert.Equal((0L, 1L, "b"), (summary.Counts.Indexed, summary.Counts.Deleted, Assert.Single(summary.Preview!.Deleted)));
        Assert.Equal(["a=v1", "b=v1"], Held(bed));
    }

    [Fact]
    public async Task SchedulesOfIncrementalSyncsAndOfThoseThatOnlyDeleteAreServed()
    {
        await using var bed = await FilledAsync("a", "b");
        bed.Feed!.Then("v2", "c");
        bed.Feed.Documents = MemorySource.Holding("a", "c");
        bed.Store.Edit(
            ProtocolIndices.Connectors,
            "c1",
            """
            {
                "scheduling": {"incremental": {"enabled": true, "interval": "0 0 * * * ?"}},
                "custom_scheduling": {"deletes_only": {"name": "Deletes", "enabled": true, "interval": "0 0 * * * ?", "last_synced": "2026-01-31T10:00:00Z"}},
                "last_incremental_sync_scheduled_at": "2026-01-31T10:00:00Z"
            }
            """
        );
        bed.Clock.Advance(TimeSpan.FromMinutes(1));

        for (var poll = 0; poll < 3; poll++)
        {
            await bed.FireAsync(nameof(PollConnectors));
            bed.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(["a=v1", "c=v2"], Held(bed));
        Assert.True(bed.Store[ProtocolIndices.Connectors, "c1"]["features"]!["incremental_sync"]!["enabled"]!.GetValue<bool>());
        var jobs = bed.JobIds.Select(bed.Job).Where(job => job["trigger_method"]!.GetValue<string>() == "scheduled").ToList();
        Assert.Equal(
            ["full deletes_only completed", "incremental  completed"],
            jobs.Select(job => $"{job["job_type"]} {job["metadata"]?["kind"]} {job["status"]}").Order()
        );
    }

    [Fact]
    public async Task AnIncrementalSyncRefusesASecondSyncOfItsConnector()
    {
        await using var bed = await FilledAsync("a");
        bed.Feed!.Then("v2", "a");
        var gate = new TaskCompletionSource();
        bed.Feed.OnChanges = _ => gate.Task;
        var jobId = await bed.StartSyncAsync(body: Incremental);

        var result = await bed.PostAsync("connectors/c1/syncs");
        gate.SetResult();

        Assert.Equal(System.Net.HttpStatusCode.Conflict, result.StatusCode);
        await bed.EndOfAsync(jobId);
    }

    [Fact]
    public async Task AHostThatIsKilledAmongChangesGoesOnWhereItWas()
    {
        await using var bed = await FilledAsync("a");
        for (var page = 0; page < 20; page++)
        {
            bed.Feed!.Then("v" + page, "a", "id-" + page, "-id-" + (page - 2));
        }

        var (calls, kills, killing) = (0, 0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        bed.Staging.OnCall = _ =>
        {
            if (Interlocked.Increment(ref calls) % 17 == 0)
            {
                killing.TrySetResult();
            }
        };
        var jobId = await bed.StartSyncAsync(body: Incremental);
        while (kills < 4 && await bed.Host.Client.GetInstanceAsync(jobId, FunctionsBed.Token) is not { IsCompleted: true })
        {
            await Task.WhenAny(killing.Task, bed.Host.WhenQuietAsync(FunctionsBed.Token));
            if (!killing.Task.IsCompleted)
            {
                // What was under way when the host died is tried again after a while.
                bed.Clock.Advance(TimeSpan.FromSeconds(30));
                continue;
            }

            kills++;
            await bed.Host.KillAsync();
            killing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await bed.StartAsync();
        }

        Assert.True(kills > 1, $"only {kills} kills");
        bed.Staging.OnCall = null;
        var end = (await bed.EndOfAsync(jobId)).ReadOutputAs<Connectors.Functions.Orchestrations.SyncSummary>()!;

        Assert.Equal(("completed", 60L, 40L), (end.Status, end.Counts.Read, end.Counts.Indexed));
        Assert.Equal(20L, end.Counts.Deleted + end.Counts.AlreadyGone);
        Assert.Equal(["a=v19", "id-18=v18", "id-19=v19"], Held(bed));
        Assert.Equal("20", Place(bed));
    }

    /// <summary>An app whose connector's documents were synced once, and which takes a document or two a step.</summary>
    private static async Task<FunctionsBed> FilledAsync(params string[] ids)
    {
        var bed = await new FunctionsBed
        {
            Feed = new MemoryFeed(MemorySource.Holding(ids)),
            Limits = new() { MaxDocuments = 1, DeletesPerPart = 3 },
        }.StartAsync();
        bed.AddConnector();
        await bed.SyncAsync();

        // What a job ends is written into the connector when it ends later than the one before it.
        bed.Clock.Advance(TimeSpan.FromMinutes(1));
        return bed;
    }

    private static IEnumerable<string> Held(FunctionsBed bed) =>
        bed.Index.Documents.Select(pair => $"{pair.Key}={pair.Value["text"]}").Order();

    private static string? Place(FunctionsBed bed) =>
        bed.Store[ProtocolIndices.Connectors, "c1"]["sync_cursor"]?["place"]?.GetValue<string>();
}
