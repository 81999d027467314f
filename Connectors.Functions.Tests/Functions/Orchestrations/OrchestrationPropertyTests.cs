using Connectors.Abstractions;
using Connectors.LocalHost.Durable.Activities;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Tests.Support.InMemory;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Functions.Orchestrations;

/// <summary>
/// The product in one sentence, through the whole app: for any source, index, kind of sync and faults, with activities that are delivered
/// twice and answers out of order, the index is afterwards what the kind of sync promises, nothing was deleted that the source still has,
/// and the job's document tells what happened.
/// </summary>
public sealed class OrchestrationPropertyTests
{
    private static readonly Gen<MemoryDocument> Document = Gen.Select(Gen.Int[0, 25], Gen.Int[0, 2], (id, text) =>
        new MemoryDocument("id-" + id, "text-" + text)
    );

    private static readonly Gen<Story> Stories = Gen.Select(
        Document.List[0, 25],
        Document.List[1, 25],
        Gen.Int[1, 3],
        Gen.Int[1, 6],
        Gen.Int[0, 9].Array[30],
        Gen.Int[0, 1000],
        Gen.Enum<ActivityDelivery>(),
        (before, after, partitions, pageSize, faults, seed, delivery) =>
            new Story(before, after, partitions, pageSize, faults, seed, delivery)
    );

    [Fact]
    public async Task AfterAFullSyncTheIndexEqualsTheSource() =>
        await Stories.SampleAsync(
            async story =>
            {
                await using var fixture = await FilledAsync(story);
                var before = Ids(fixture);
                fixture.Feed!.Documents = story.Source(story.ChangesAfter);

                var (jobId, counts) = await RunAsync(fixture, story, "full");

                var listed = story.ChangesAfter.Select(document => document.Id).ToHashSet(StringComparer.Ordinal);
                Assert.Equal(Last(story.ChangesAfter), Held(fixture));
                Assert.DoesNotContain(fixture.Index.Deleted, listed.Contains);
                Assert.Equal((story.ChangesAfter.Count, 0L), (counts.Read, counts.AlreadyGone));
                Assert.Equal(
                    (listed.Count(id => !before.Contains(id)), before.Count(id => !listed.Contains(id))),
                    (counts.Created, counts.Deleted)
                );
                Assert.Equal(counts.Read, counts.Skipped + counts.Indexed + counts.Duplicates);
                AssertTold(fixture, jobId, counts, place: "0");
            },
            iter: 20,
            threads: 1
        );

    [Fact]
    public async Task AfterAnIncrementalSyncTheIndexEqualsTheSourceThatTheChangesDescribe() =>
        await Stories.SampleAsync(
            async story =>
            {
                await using var fixture = await FilledAsync(story);
                var state = fixture.Index.Documents.ToDictionary(
                    pair => pair.Key,
                    pair => pair.Value["text"]!.GetValue<string>(),
                    StringComparer.Ordinal
                );
                foreach (var page in story.ChangesAfter.Chunk(story.PageSize))
                {
                    fixture.Feed!.Play(page, state);
                }

                var (jobId, counts) = await RunAsync(fixture, story, "incremental");

                Assert.Equal(state.Select(pair => $"{pair.Key}={pair.Value}").Order(), Held(fixture));
                Assert.Equal(fixture.Feed!.Pages.Sum(page => page.Count), counts.Read);
                Assert.Equal(counts.Read, counts.Skipped + counts.Indexed + counts.Deleted + counts.AlreadyGone);
                AssertTold(
                    fixture,
                    jobId,
                    counts,
                    place: fixture.Feed.Pages.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)
                );
            },
            iter: 20,
            threads: 1
        );

    [Fact]
    public async Task ASyncThatOnlyDeletesDeletesWhatVanishedAndWritesNothing() =>
        await Stories.SampleAsync(
            async story =>
            {
                await using var fixture = await FilledAsync(story);
                var before = Held(fixture).ToList();
                fixture.Feed!.Documents = story.Source(story.ChangesAfter);

                var (jobId, counts) = await RunAsync(fixture, story, "deletes_only");

                var listed = story.ChangesAfter.Select(document => document.Id).ToHashSet(StringComparer.Ordinal);
                var left = before.Where(held => listed.Contains(held.Split('=')[0])).ToList();
                Assert.Equal(left, Held(fixture));
                Assert.Equal((before.Count - left.Count, 0L, 0L), (counts.Deleted, counts.AlreadyGone, counts.Indexed));
                Assert.Empty(fixture.Index.Written);
                AssertTold(fixture, jobId, counts, place: "0");
            },
            iter: 10,
            threads: 1
        );

    [Fact]
    public async Task ASyncWithoutDeletesWritesWhatChangedAndDeletesNothing() =>
        await Stories.SampleAsync(
            async story =>
            {
                await using var fixture = await FilledAsync(story);
                var before = Ids(fixture);
                fixture.Feed!.Documents = story.Source(story.ChangesAfter);

                var (jobId, counts) = await RunAsync(fixture, story, "no_deletes");

                Assert.Equal(before.Union(story.ChangesAfter.Select(document => document.Id)).Order(), Ids(fixture).Order());
                Assert.Superset(
                    Last(story.ChangesAfter).ToHashSet(StringComparer.Ordinal),
                    Held(fixture).ToHashSet(StringComparer.Ordinal)
                );
                Assert.Equal(counts.Read, counts.Skipped + counts.Indexed + counts.Duplicates);
                Assert.Empty(fixture.Index.Deleted);
                AssertTold(fixture, jobId, counts, place: "0");
            },
            iter: 10,
            threads: 1
        );

    private static async Task<MemoryAppFixture> FilledAsync(Story story)
    {
        var fixture = await new MemoryAppFixture
        {
            Feed = new MemoryFeed(story.Source(story.Before)),
            Limits = new()
            {
                MaxDocuments = 5,
                MaxOperations = 4,
                DeletesPerPart = 3,
            },
            With = options => options with { Delivery = story.Delivery, ShuffleResults = new Random(story.Seed) },
        }.StartAsync();
        fixture.AddConnector();
        await fixture.SyncAsync();
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        fixture.Index.Written.Clear();
        return fixture;
    }

    private static async Task<(string JobId, SyncCounts Counts)> RunAsync(MemoryAppFixture fixture, Story story, string type)
    {
        fixture.Index.OnBulk = request =>
            story.Fault(request) switch
            {
                0 => new BulkFault(429),
                1 => new BulkFault(503),
                2 => new BulkFault(0, Applied: true),
                3 => new BulkFault(200, RefusedEvery: 2),
                4 => new BulkFault(413),
                _ => BulkFault.None,
            };
        fixture.Feed!.Documents.OnPage = page =>
            story.Fault(page) == 1 && page < 40 ? throw new ConnectorException(FailureKind.Retry, "reset") : Task.CompletedTask;
        var asked = 0;
        fixture.Feed.OnChanges = _ =>
            Interlocked.Increment(ref asked) is var page && story.Fault(page) == 2 && page < 40
                ? throw new ConnectorException(FailureKind.Retry, "reset")
                : Task.CompletedTask;
        var staged = 0;
        fixture.Staging.OnCall = _ =>
        {
            if (Interlocked.Increment(ref staged) is var call && story.Fault(call) == 3 && call < 40)
            {
                throw new ConnectorException(FailureKind.Retry, "busy");
            }
        };

        var (jobId, summary) = await fixture.SyncAsync($$"""{"type": "{{type}}"}""");

        Assert.Equal(("completed", "completed"), (summary.Status, fixture.Status(jobId)));
        return (jobId, summary.Counts);
    }

    private static void AssertTold(MemoryAppFixture fixture, string jobId, SyncCounts counts, string place)
    {
        var job = fixture.Job(jobId);
        Assert.Equal(
            (counts.Indexed, counts.Deleted, (long)fixture.Index.Documents.Count),
            (
                job["indexed_document_count"]!.GetValue<long>(),
                job["deleted_document_count"]!.GetValue<long>(),
                job["total_document_count"]!.GetValue<long>()
            )
        );
        Assert.Equal(place, fixture.Store[ProtocolIndices.Connectors, "c1"]["sync_cursor"]!["place"]!.GetValue<string>());
    }

    private static HashSet<string> Ids(MemoryAppFixture fixture) => fixture.Index.Documents.Keys.ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> Held(MemoryAppFixture fixture) =>
        fixture.Index.Documents.Select(pair => $"{pair.Key}={pair.Value["text"]}").Order();

    /// <summary>Of several listings of a document the last one.</summary>
    private static IEnumerable<string> Last(IEnumerable<MemoryDocument> documents) =>
        documents.Reverse().DistinctBy(document => document.Id).Select(document => $"{document.Id}={document.Text}").Order();

    private sealed record Story(
        List<MemoryDocument> Before,
        List<MemoryDocument> After,
        int Partitions,
        int PageSize,
        int[] Faults,
        int Seed,
        ActivityDelivery Delivery
    )
    {
        /// <summary>What comes after: with activities that run twice at the very same moment each document comes once, because a late one
        /// may write the state that it was given.</summary>
        public List<MemoryDocument> ChangesAfter { get; } =
            Delivery == ActivityDelivery.TwiceAtOnce ? [.. After.DistinctBy(document => document.Id)] : After;

        public int Fault(int number) => Faults[number % Faults.Length];

        public MemorySource Source(List<MemoryDocument> documents) => MemorySource.Partitioned(documents, Partitions, PageSize);
    }
}
