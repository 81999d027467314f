using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Sync.Engine;

/// <summary>
/// The product in one sentence, for any source, any index and any faults: after a sync the index equals the source, nothing was deleted
/// that the source still has, and the counts are what happened.
/// </summary>
public sealed class SyncPropertyTests
{
    private static readonly Gen<MemoryDocument> Document = Gen.Select(Gen.Int[0, 40], Gen.Int[0, 2], Gen.Bool, (id, text, hasTimestamp) =>
        new MemoryDocument("id-" + id, "text-" + text, hasTimestamp ? DateTimeOffset.UnixEpoch.AddDays(text) : null)
    );

    private static readonly Gen<Story> Stories = Gen.Select(
        Document.List[0, 40],
        Document.List[0, 40],
        Gen.Int[1, 3],
        Gen.Int[1, 7],
        Gen.Int[0, 9].Array[30],
        Gen.Int[0, 9].Array[30],
        (before, after, partitions, pageSize, bulkFaults, kills) => new Story(before, after, partitions, pageSize, bulkFaults, kills)
    );

    [Fact]
    public async Task AfterAnySyncTheIndexEqualsTheSource() =>
        await Stories.SampleAsync(
            async story =>
            {
                using var fixture = new EngineFixture();
                fixture.Options = fixture.Options with
                {
                    DeleteGuard = new DeleteGuardOptions { MaxPercent = 100 },
                    PagesInFlight = 2,
                };
                await fixture.RunAsync(story.Source(story.Before));
                var before = fixture.Index.Documents.ToDictionary(
                    pair => pair.Key,
                    pair => pair.Value.DeepClone().AsObject(),
                    StringComparer.Ordinal
                );
                fixture.Index.Written.Clear();
                fixture.Index.Deleted.Clear();

                // An empty source deletes nothing: that is another test's sentence.
                if (story.After.Count == 0)
                {
                    return;
                }

                fixture.Request = fixture.Request with { JobId = "job-2" };
                var outcome = await RunWithFaultsAsync(fixture, story);

                var expected = story.Distinct(story.After);
                Assert.Equal(expected.Keys.Order(), fixture.Index.Documents.Keys.Order());
                Assert.All(expected, pair => Assert.Equal(pair.Value.Text, fixture.Index.Documents[pair.Key]["text"]!.GetValue<string>()));
                Assert.DoesNotContain(fixture.Index.Deleted, expected.ContainsKey);

                var counts = outcome.Counts;
                Assert.Equal(story.After.Count, counts.Read);
                Assert.Equal(counts.Read, counts.Skipped + counts.Indexed + counts.Duplicates);
                Assert.Equal(expected.Keys.Count(id => !before.ContainsKey(id)), counts.Created);
                Assert.Equal(before.Keys.Count(id => !expected.ContainsKey(id)), counts.Deleted);
                Assert.Equal(story.After.Count - expected.Count, counts.Duplicates);
                Assert.Equal(fixture.Index.Documents.Count, outcome.TotalDocuments);

                // What was the same is not written, unless its id came twice.
                var once = story
                    .After.GroupBy(document => document.Id, StringComparer.Ordinal)
                    .Where(group => group.Count() == 1)
                    .Select(group => group.Single());
                foreach (var document in once.Where(document => before.TryGetValue(document.Id, out var old) && IsSame(document, old)))
                {
                    Assert.DoesNotContain(document.Id, fixture.Index.Written);
                }
            },
            iter: 400,
            threads: 2
        );

    /// <summary>Runs until the sync ends well, through refused, half-done and lost requests, reads that fail, and kills.</summary>
    private static async Task<SyncOutcome> RunWithFaultsAsync(EngineFixture fixture, Story story)
    {
        fixture.Index.OnBulk = request =>
            story.BulkFaults[request % story.BulkFaults.Length] switch
            {
                0 => new BulkFault(429),
                1 => new BulkFault(503),
                2 => new BulkFault(0, Applied: true),
                3 => new BulkFault(200, RefusedEvery: 2),
                4 => new BulkFault(413),
                _ => BulkFault.None,
            };
        var step = 0;
        for (var attempt = 0; ; attempt++)
        {
            using var kill = new CancellationTokenSource();
            var source = story.Source(story.After);
            source.OnPage = async _ =>
            {
                var what = attempt < 5 ? story.Kills[step++ % story.Kills.Length] : 9;
                if (what == 0)
                {
                    await kill.CancelAsync();
                }
                else if (what == 1)
                {
                    throw new ConnectorException(FailureKind.Retry, "reset");
                }
            };
            try
            {
                return await fixture.NewEngine().RunAsync(fixture.Request, source, new SyncProgress(), default, kill.Token);
            }
            catch (OperationCanceledException)
            {
                // Killed; the next attempt resumes.
            }
        }
    }

    private static bool IsSame(MemoryDocument document, JsonObject indexed) =>
        document.Timestamp is { } timestamp
            ? indexed["_digest"] is null && DateTimeOffset.Parse(indexed["_timestamp"]!.GetValue<string>()) == timestamp
            : indexed["_digest"] is not null && indexed["text"]!.GetValue<string>() == document.Text;

    private sealed record Story(
        List<MemoryDocument> Before,
        List<MemoryDocument> After,
        int Partitions,
        int PageSize,
        int[] BulkFaults,
        int[] Kills
    )
    {
        /// <summary>The source with these documents; those with the same id are in the same partition, so that their order is
        /// defined.</summary>
        public MemorySource Source(List<MemoryDocument> documents) => MemorySource.Partitioned(documents, Partitions, PageSize);

        public Dictionary<string, MemoryDocument> Distinct(List<MemoryDocument> documents)
        {
            var distinct = new Dictionary<string, MemoryDocument>(StringComparer.Ordinal);
            foreach (var document in documents)
            {
                distinct[document.Id] = document;
            }

            return distinct;
        }
    }
}
