using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Staged;

/// <summary>
/// The product in one sentence, for any source, any index, any faults, and steps that are done twice, cut off, or late: after a sync the
/// index equals the source, nothing was deleted that the source still has, and the counts are what happened.
/// </summary>
public sealed class StagedPropertyTests
{
    private static readonly Gen<MemoryDocument> Document = Gen.Select(Gen.Int[0, 40], Gen.Int[0, 2], Gen.Bool, (id, text, hasTimestamp) =>
        new MemoryDocument("id-" + id, "text-" + text, hasTimestamp ? DateTimeOffset.UnixEpoch.AddDays(text) : null)
    );

    private static readonly Gen<Story> Stories = Gen.Select(
        Document.List[0, 40],
        Document.List[1, 40],
        Gen.Int[1, 3],
        Gen.Int[1, 7],
        Gen.Int[0, 9].Array[30],
        Gen.Int,
        Gen.Bool,
        (before, after, partitions, pageSize, faults, seed, isMixed) =>
            new Story(before, after, partitions, pageSize, faults, seed, isMixed)
    );

    [Fact]
    public async Task AfterAnySyncTheIndexEqualsTheSource() =>
        await Stories.SampleAsync(
            async story =>
            {
                using var fixture = new StagedFixture();
                await fixture.RunAsync(story.Source(story.Before));
                var before = fixture.Index.Documents.Keys.ToHashSet(StringComparer.Ordinal);
                fixture.Index.Deleted.Clear();

                fixture.Request = fixture.Request with { JobId = "job-2" };
                var outcome = await RunWithFaultsAsync(fixture, story);

                var listed = story.After.Select(document => document.Id).Distinct(StringComparer.Ordinal).ToList();
                Assert.Equal(listed.Order(), fixture.Index.Documents.Keys.Order());
                Assert.DoesNotContain(fixture.Index.Deleted, listed.Contains);
                foreach (var (id, body) in fixture.Index.Documents)
                {
                    // Which listing wins is only defined within a partition.
                    var texts = story.After.Where(document => document.Id == id).Select(document => document.Text);
                    Assert.Contains(body["text"]!.GetValue<string>(), story.IsMixed ? texts : [texts.Last()]);
                }

                var counts = outcome.Counts;
                Assert.Equal(story.After.Count, counts.Read);
                Assert.Equal(counts.Read, counts.Skipped + counts.Indexed + counts.Duplicates);
                Assert.Equal(story.After.Count - listed.Count, counts.Duplicates);
                Assert.Equal(listed.Count(id => !before.Contains(id)), counts.Created);

                Assert.Equal((before.Count(id => !listed.Contains(id)), 0L), (counts.Deleted, counts.AlreadyGone));
                Assert.Equal(fixture.Index.Documents.Count, outcome.TotalDocuments);
                AssertNothingIsOverwritten(fixture);
            },
            iter: 400,
            threads: 2
        );

    [Fact]
    public async Task ASyncThatOnlyDeletesOrDeletesNothingGoesJustItsPartOfTheWay() =>
        await Stories.SampleAsync(
            async story =>
            {
                using var fixture = new StagedFixture();
                await fixture.RunAsync(story.Source(story.Before));
                var before = fixture.Index.Documents.ToDictionary(
                    pair => pair.Key,
                    pair => pair.Value["text"]!.GetValue<string>(),
                    StringComparer.Ordinal
                );
                fixture.Index.Written.Clear();
                var onlyDeletes = story.Seed % 2 == 0;
                fixture.Request = fixture.Request with { JobId = "job-2", Kind = onlyDeletes ? SyncKind.DeletesOnly : SyncKind.NoDeletes };

                var counts = (await RunWithFaultsAsync(fixture, story)).Counts;

                var listed = story.After.Select(document => document.Id).Distinct(StringComparer.Ordinal).ToList();
                Assert.Equal(story.After.Count, counts.Read);
                AssertNothingIsOverwritten(fixture);
                if (onlyDeletes)
                {
                    Assert.Equal(
                        before.Where(pair => listed.Contains(pair.Key)).Select(pair => $"{pair.Key}={pair.Value}").Order(),
                        Held(fixture.Index)
                    );
                    Assert.Equal(
                        (before.Keys.Count(id => !listed.Contains(id)), 0L, 0L),
                        (counts.Deleted, counts.AlreadyGone, counts.Indexed)
                    );
                    Assert.Empty(fixture.Index.Written);
                }
                else
                {
                    Assert.Equal(before.Keys.Union(listed).Order(), fixture.Index.Documents.Keys.Order());
                    Assert.Equal(
                        (0L, 0L, listed.Count(id => !before.ContainsKey(id))),
                        (counts.Deleted, counts.AlreadyGone, counts.Created)
                    );
                    Assert.Equal(counts.Read, counts.Skipped + counts.Indexed + counts.Duplicates);
                    Assert.Empty(fixture.Index.Deleted);
                }
            },
            iter: 300,
            threads: 2
        );

    [Fact]
    public async Task AfterAnyChangesTheIndexEqualsTheSourceThatTheFeedDescribes() =>
        await Stories.SampleAsync(
            async story =>
            {
                using var fixture = new StagedFixture();
                var state = story
                    .Before.DistinctBy(document => document.Id)
                    .ToDictionary(document => document.Id, document => document.Text, StringComparer.Ordinal);
                var feed = new MemoryFeed(
                    new MemorySource
                    {
                        Partitions =
                        [
                            [.. state.Select(pair => new MemoryDocument(pair.Key, pair.Value))],
                        ],
                    }
                );
                fixture.Request = fixture.Request with { Cursor = (await fixture.RunAsync(feed)).Cursor };
                fixture.Index.Deleted.Clear();
                foreach (var page in story.After.Chunk(story.PageSize))
                {
                    feed.Play(page, state);
                }

                fixture.Request = fixture.Request with { JobId = "job-2", Kind = SyncKind.Incremental };
                var outcome = await RunWithFaultsAsync(fixture, story, feed);

                Assert.Equal(state.Select(pair => $"{pair.Key}={pair.Value}").Order(), Held(fixture.Index));
                var counts = outcome.Counts;
                Assert.Equal(feed.Pages.Sum(page => page.Count), counts.Read);
                Assert.Equal(counts.Read, counts.Skipped + counts.Indexed + counts.Deleted + counts.AlreadyGone);
                Assert.Equal(
                    (feed.Pages.Count.ToString(System.Globalization.CultureInfo.InvariantCulture), null),
                    (outcome.Cursor!["place"]!.GetValue<string>(), outcome.Fallback)
                );
                AssertNothingIsOverwritten(fixture);

                // A full sync finds nothing to do.
                fixture.Runner = StagedFixture.Once;
                fixture.Index.OnBulk = null;
                fixture.Index.Written.Clear();
                fixture.Request = fixture.Request with { Kind = SyncKind.Full };
                var full = await fixture.RunNextAsync(
                    new MemorySource
                    {
                        Partitions =
                        [
                            [.. state.Select(pair => new MemoryDocument(pair.Key, pair.Value))],
                        ],
                    }
                );
                Assert.Equal((state.Count, 0L), (full.Counts.Skipped, full.Counts.Deleted));
                Assert.Empty(fixture.Index.Written);
            },
            iter: 300,
            threads: 2
        );

    [Fact]
    public async Task TheStepsDoWhatTheEngineOfOneProcessDoes() =>
        await Gen.Select(Stories, Gen.Enum<SyncKind>(), Gen.Int[0, 3])
            .SampleAsync(
                async (story, kind, oddity) =>
                {
                    using var staged = new StagedFixture();
                    using var single = new EngineFixture();
                    single.Options = staged.Options with { StateFolder = single.Folder.Path };
                    var item = await RunTwiceAsync(
                        source => single.RunNextAsync(source),
                        single.Index,
                        request => single.Request = request(single.Request)
                    );
                    var other = await RunTwiceAsync(
                        source => staged.RunNextAsync(source),
                        staged.Index,
                        request => staged.Request = request(staged.Request)
                    );

                    Assert.Equal(Told(item), Told(other));
                    Assert.Equal(single.Index.Meta?.ToJsonString(), staged.Index.Meta?.ToJsonString());
                    Assert.Equal(Held(single.Index), Held(staged.Index));

                    async Task<SyncOutcome> RunTwiceAsync(
                        Func<IDataSource, Task<SyncOutcome>> run,
                        MemoryIndex index,
                        Action<Func<SyncRequest, SyncRequest>> change
                    )
                    {
                        var ordinary = story with { IsMixed = false };
                        var feed = new MemoryFeed(ordinary.Source(story.Before));
                        feed.Documents.Change = new ChangeCheckResult(true, "mark-1");
                        var first = await run(feed);
                        change(request =>
                            request with
                            {
                                Kind = kind,
                                Cursor = oddity == 1 ? null : first.Cursor,
                                Fingerprint = oddity == 2 ? "f2" : request.Fingerprint,
                            }
                        );
                        feed.Lost = oddity == 3 ? "lost." : null;
                        feed.Documents = ordinary.Source(story.After);
                        feed.Documents.Change = new ChangeCheckResult(story.Seed % 3 != 0, "mark-1");
                        foreach (var page in story.After.Chunk(story.PageSize))
                        {
                            feed.Play(page, new Dictionary<string, string>(StringComparer.Ordinal));
                        }

                        return await run(feed);
                    }

                    static string Told(SyncOutcome outcome) =>
                        $"{outcome.End} {outcome.Counts with { Bytes = 0 }} {outcome.TotalDocuments} {outcome.Message} "
                        + $"{outcome.Fallback} {outcome.Cursor?.ToJsonString()}";
                },
                iter: 200,
                threads: 2
            );

    private static IEnumerable<string> Held(MemoryIndex index) =>
        index.Documents.Select(pair => $"{pair.Key}={pair.Value["text"]}").Order();

    private static void AssertNothingIsOverwritten(StagedFixture fixture) =>
        Assert.All(fixture.Memory.Overwritten, name => Assert.EndsWith("/id", name, StringComparison.Ordinal));

    private static async Task<SyncOutcome> RunWithFaultsAsync(StagedFixture fixture, Story story, MemoryFeed? feed = null)
    {
        fixture.Index.OnBulk = request =>
            story.Faults[request % story.Faults.Length] switch
            {
                0 => new BulkFault(429),
                1 => new BulkFault(503),
                2 => new BulkFault(0, Applied: true),
                3 => new BulkFault(200, RefusedEvery: 2),
                4 => new BulkFault(413),
                _ => BulkFault.None,
            };
        var source = story.Source(story.After);
        source.OnPage = page =>
            story.Faults[page % story.Faults.Length] == 1 && page < 60
                ? throw new ConnectorException(FailureKind.Retry, "reset")
                : Task.CompletedTask;
        if (feed is not null)
        {
            var asked = 0;
            feed.OnChanges = _ =>
                Interlocked.Increment(ref asked) is var number && story.Faults[number % story.Faults.Length] == 1 && number < 60
                    ? throw new ConnectorException(FailureKind.Retry, "reset")
                    : Task.CompletedTask;
        }

        var runner = new RandomRunner(story.Seed);
        fixture.Runner = runner;
        try
        {
            return await fixture.RunAsync(feed is null ? source : feed);
        }
        finally
        {
            await runner.EndAsync();
        }
    }

    private sealed record Story(
        List<MemoryDocument> Before,
        List<MemoryDocument> After,
        int Partitions,
        int PageSize,
        int[] Faults,
        int Seed,
        bool IsMixed
    )
    {
        /// <summary>The source with these documents: those with the same id in the same partition, or anywhere.</summary>
        public MemorySource Source(List<MemoryDocument> documents) =>
            new()
            {
                PageSize = PageSize,
                Partitions =
                [
                    .. Enumerable
                        .Range(0, Partitions)
                        .Select(number =>
                            documents
                                .Where((document, place) => (IsMixed ? place : int.Parse(document.Id.AsSpan(3))) % Partitions == number)
                                .ToList()
                        ),
                ],
            };
    }
}
