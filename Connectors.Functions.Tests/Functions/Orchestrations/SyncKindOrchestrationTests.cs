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
        await using var fixture = await FilledAsync("a", "b", "c");
        fixture.Feed!.Then("v2", "a", "-b").Then("v2", "d");

        var (jobId, summary) = await fixture.SyncAsync(Incremental);

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
        Assert.Equal(["a=v2", "c=v1", "d=v2"], Held(fixture));
        Assert.Equal(
            ("incremental", "completed", "2"),
            (fixture.Job(jobId)["job_type"]!.GetValue<string>(), fixture.Status(jobId), Place(fixture))
        );
        Assert.Equal(1, fixture.Feed.FullPagesRead);
        Assert.Empty(fixture.Staging.Contents);

        fixture.Feed.PagesAsked.Clear();
        fixture.Feed.Then("v3", "c");
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        await fixture.SyncAsync(Incremental);
        Assert.Equal([2], fixture.Feed.PagesAsked);
        Assert.Equal("3", Place(fixture));
    }

    [Fact]
    public async Task AFailedOrCanceledIncrementalSyncDoesNotMoveTheCursor()
    {
        await using var fixture = await FilledAsync("a");
        fixture.Feed!.Then("v2", "a").Then("v2", "b");
        fixture.Feed.OnChanges = page => page == 1 ? throw new ConnectorException("The log was taken away.") : Task.CompletedTask;
        var (failed, summary) = await fixture.SyncAsync(Incremental);
        Assert.Equal(
            ("error", "The log was taken away.", "0"),
            (summary.Status, fixture.Job(failed)["error"]!.GetValue<string>(), Place(fixture))
        );

        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        fixture.Feed.OnChanges = async page =>
        {
            if (page == 0)
            {
                await fixture.PostAsync($"syncs/{fixture.JobIds.Single(id => fixture.Status(id) == "in_progress")}/cancel");
            }
        };
        var (canceled, _) = await fixture.SyncAsync(Incremental);
        Assert.Equal(("canceled", "0"), (fixture.Status(canceled), Place(fixture)));

        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        fixture.Feed.OnChanges = null;
        await fixture.SyncAsync(Incremental);
        Assert.Equal("2", Place(fixture));
        Assert.Equal(["a=v2", "b=v2"], Held(fixture));
    }

    [Fact]
    public async Task WhereTheHistoryDoesNotReachBackAFullSyncIsDoneAndTheJobTellsWhy()
    {
        await using var fixture = await FilledAsync("a", "b");
        fixture.Feed!.Then("v2", "a").Then("v2", "c");
        fixture.Feed.OnChanges = page =>
        {
            fixture.Feed.Lost = page == 1 ? "The log is too short." : null;
            return Task.CompletedTask;
        };
        fixture.Feed.Documents = new MemorySource
        {
            Partitions =
            [
                [new("a", "v2"), new("c", "v2")],
            ],
        };

        var (jobId, summary) = await fixture.SyncAsync(Incremental);

        Assert.Equal(("completed", 1L), (summary.Status, summary.Counts.Deleted));
        Assert.Equal(["a=v2", "c=v2"], Held(fixture));
        Assert.Equal(("The log is too short.", "2"), (fixture.Job(jobId)["metadata"]!["fallback"]!.GetValue<string>(), Place(fixture)));
        var shown = await fixture.GetAsync($"syncs/{jobId}");
        Assert.Equal(("incremental", "The log is too short."), (shown["type"]!.GetValue<string>(), shown["fallback"]!.GetValue<string>()));
    }

    [Fact]
    public async Task TheFirstIncrementalSyncIsAFullOneAndStoresTheCursor()
    {
        await using var fixture = await new MemoryAppFixture { Feed = new MemoryFeed(MemorySource.Holding("a")) }.StartAsync();
        fixture.AddConnector();

        var (jobId, _) = await fixture.SyncAsync(Incremental);

        Assert.Equal(
            ("no full sync has completed yet.", "0"),
            (fixture.Job(jobId)["metadata"]!["fallback"]!.GetValue<string>(), Place(fixture))
        );
        Assert.Equal(["a=v1"], Held(fixture));
    }

    [Fact]
    public async Task AnUnchangedSourceKeepsItsCursor()
    {
        await using var fixture = await FilledAsync("a");
        fixture.Feed!.Documents.Change = new ChangeCheckResult(true, "mark-1");
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        await fixture.SyncAsync();
        fixture.Feed.Documents.Change = new ChangeCheckResult(false, "mark-1");
        fixture.Feed.Then("v1");
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));

        var (_, summary) = await fixture.SyncAsync();

        Assert.Equal(("completed", 0L, "1"), (summary.Status, summary.Counts.Read, Place(fixture)));
    }

    [Fact]
    public async Task ASyncThatOnlyDeletesAndOneWithoutDeletesGoTheirPartOfTheWay()
    {
        await using var fixture = await FilledAsync("a", "b");
        fixture.Feed!.Documents = new MemorySource
        {
            Partitions =
            [
                [new("a", "v2"), new("c", "v2")],
            ],
        };
        var (partial, without) = await fixture.SyncAsync("""{"type": "no_deletes"}""");
        Assert.Equal((1L, 1L, 0L), (without.Counts.Created, without.Counts.Updated, without.Counts.Deleted));
        Assert.Equal(["a=v2", "b=v1", "c=v2"], Held(fixture));

        fixture.Feed.Documents = new MemorySource
        {
            Partitions =
            [
                [new("a", "v3")],
            ],
        };
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        var (deletes, only) = await fixture.SyncAsync("""{"type": "deletes_only"}""");

        Assert.Equal((0L, 2L), (only.Counts.Indexed, only.Counts.Deleted));
        Assert.Equal(["a=v2"], Held(fixture));
        Assert.Equal(
            ("full", "no_deletes", "full", "deletes_only", "0"),
            (
                fixture.Job(partial)["job_type"]!.GetValue<string>(),
                fixture.Job(partial)["metadata"]!["kind"]!.GetValue<string>(),
                fixture.Job(deletes)["job_type"]!.GetValue<string>(),
                fixture.Job(deletes)["metadata"]!["kind"]!.GetValue<string>(),
                Place(fixture)
            )
        );
        Assert.Equal("deletes_only", (await fixture.GetAsync($"syncs/{deletes}"))["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task ADryRunOfASyncThatOnlyDeletesShowsWhatItWouldDelete()
    {
        await using var fixture = await FilledAsync("a", "b");
        fixture.Feed!.Documents = MemorySource.Holding("a", "new");

        var (_, summary) = await fixture.SyncAsync("""{"type": "deletes_only", "dryRun": true}""");

        Assert.Equal((0L, 1L, "b"), (summary.Counts.Indexed, summary.Counts.Deleted, Assert.Single(summary.Preview!.Deleted)));
        Assert.Equal(["a=v1", "b=v1"], Held(fixture));
    }

    [Fact]
    public async Task SchedulesOfIncrementalSyncsAndOfThoseThatOnlyDeleteAreServed()
    {
        await using var fixture = await FilledAsync("a", "b");
        fixture.Feed!.Then("v2", "c");
        fixture.Feed.Documents = MemorySource.Holding("a", "c");
        fixture.Store.Edit(
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
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));

        for (var poll = 0; poll < 3; poll++)
        {
            await fixture.FireAsync(nameof(PollConnectors));
            fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(["a=v1", "c=v2"], Held(fixture));
        Assert.True(fixture.Store[ProtocolIndices.Connectors, "c1"]["features"]!["incremental_sync"]!["enabled"]!.GetValue<bool>());
        var jobs = fixture.JobIds.Select(fixture.Job).Where(job => job["trigger_method"]!.GetValue<string>() == "scheduled").ToList();
        Assert.Equal(
            ["full deletes_only completed", "incremental  completed"],
            jobs.Select(job => $"{job["job_type"]} {job["metadata"]?["kind"]} {job["status"]}").Order()
        );
    }

    [Fact]
    public async Task AnIncrementalSyncRefusesASecondSyncOfItsConnector()
    {
        await using var fixture = await FilledAsync("a");
        fixture.Feed!.Then("v2", "a");
        var gate = new TaskCompletionSource();
        fixture.Feed.OnChanges = _ => gate.Task;
        var jobId = await fixture.StartSyncAsync(body: Incremental);

        var result = await fixture.PostAsync("connectors/c1/syncs");
        gate.SetResult();

        Assert.Equal(System.Net.HttpStatusCode.Conflict, result.StatusCode);
        await fixture.EndOfAsync(jobId);
    }

    [Fact]
    public async Task AHostThatIsKilledAmongChangesGoesOnWhereItWas()
    {
        await using var fixture = await FilledAsync("a");
        for (var page = 0; page < 20; page++)
        {
            fixture.Feed!.Then("v" + page, "a", "id-" + page, "-id-" + (page - 2));
        }

        const int Wanted = 4;
        var (calls, kills, killing) = (0, 0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        fixture.Staging.OnCall = _ =>
        {
            if (Interlocked.Increment(ref calls) % 17 == 0 && Volatile.Read(ref kills) < Wanted)
            {
                // Until it is killed it gets no further, however busy the machine is.
                fixture.Staging.Held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                killing.TrySetResult();
            }
        };
        var jobId = await fixture.StartSyncAsync(body: Incremental);
        while (kills < Wanted && await fixture.Host.Client.GetInstanceAsync(jobId, AppFixture.Token) is not { IsCompleted: true })
        {
            await Task.WhenAny(killing.Task, fixture.Host.WhenQuietAsync(AppFixture.Token));
            if (!killing.Task.IsCompleted)
            {
                // What was under way when the host died is tried again after a while.
                fixture.Clock.Advance(TimeSpan.FromSeconds(30));
                continue;
            }

            kills++;
            await fixture.Host.KillAsync();
            fixture.Staging.Held = null;
            killing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await fixture.StartAsync();
        }

        Assert.True(kills > 1, $"only {kills} kills");
        fixture.Staging.OnCall = null;
        var end = (await fixture.EndOfAsync(jobId)).ReadOutputAs<Connectors.Functions.Orchestrations.SyncSummary>()!;

        Assert.Equal(("completed", 60L, 40L), (end.Status, end.Counts.Read, end.Counts.Indexed));
        Assert.Equal(20L, end.Counts.Deleted + end.Counts.AlreadyGone);
        Assert.Equal(["a=v19", "id-18=v18", "id-19=v19"], Held(fixture));
        Assert.Equal("20", Place(fixture));
    }

    /// <summary>An app whose connector's documents were synced once, and which takes a document or two a step.</summary>
    private static async Task<MemoryAppFixture> FilledAsync(params string[] ids)
    {
        var fixture = await new MemoryAppFixture
        {
            Feed = new MemoryFeed(MemorySource.Holding(ids)),
            Limits = new() { MaxDocuments = 1, DeletesPerPart = 3 },
        }.StartAsync();
        fixture.AddConnector();
        await fixture.SyncAsync();

        // What a job ends is written into the connector when it ends later than the one before it.
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        return fixture;
    }

    private static IEnumerable<string> Held(MemoryAppFixture fixture) =>
        fixture.Index.Documents.Select(pair => $"{pair.Key}={pair.Value["text"]}").Order();

    private static string? Place(MemoryAppFixture fixture) =>
        fixture.Store[ProtocolIndices.Connectors, "c1"]["sync_cursor"]?["place"]?.GetValue<string>();
}
