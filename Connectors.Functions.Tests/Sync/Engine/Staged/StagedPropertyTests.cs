using Connectors.Sync;
using Connectors.Sync.Engine;
using Connectors.Tests.Support;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Staged;

/// <summary>
/// The product in one sentence, for any source, any index, any faults, and steps that are done twice, cut off, or late: after a sync the index equals the source,
/// nothing was deleted that the source still has, and the counts are what happened.
/// </summary>
public sealed class StagedPropertyTests
{
    private static readonly Gen<MemoryDocument> Document = Gen.Select(
        Gen.Int[0, 40],
        Gen.Int[0, 2],
        Gen.Bool,
        (id, text, hasTimestamp) => new MemoryDocument("id-" + id, "text-" + text, hasTimestamp ? DateTimeOffset.UnixEpoch.AddDays(text) : null));

    private static readonly Gen<Story> Stories = Gen.Select(
        Document.List[0, 40],
        Document.List[1, 40],
        Gen.Int[1, 3],
        Gen.Int[1, 7],
        Gen.Int[0, 9].Array[30],
        Gen.Int,
        Gen.Bool,
        (before, after, partitions, pageSize, faults, seed, isMixed) => new Story(before, after, partitions, pageSize, faults, seed, isMixed));

    [Fact]
    public async Task AfterAnySyncTheIndexEqualsTheSource() =>
        await Stories.SampleAsync(async story =>
        {
            using var bench = new StagedBench();
            await bench.RunAsync(story.Source(story.Before));
            var before = bench.Index.Documents.Keys.ToHashSet(StringComparer.Ordinal);
            bench.Index.Deleted.Clear();

            bench.Request = bench.Request with { JobId = "job-2" };
            var outcome = await RunWithFaultsAsync(bench, story);

            var listed = story.After.Select(document => document.Id).Distinct(StringComparer.Ordinal).ToList();
            Assert.Equal(listed.Order(), bench.Index.Documents.Keys.Order());
            Assert.DoesNotContain(bench.Index.Deleted, listed.Contains);
            foreach (var (id, body) in bench.Index.Documents)
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

            // Of two that delete the same at the same moment, the one whose answer is kept may find that the other was faster.
            Assert.Equal(before.Count(id => !listed.Contains(id)), counts.Deleted + counts.AlreadyGone);
            Assert.Equal(bench.Index.Documents.Count, outcome.TotalDocuments);
            Assert.All(bench.Memory.Overwritten, name => Assert.True(name.EndsWith("/id", StringComparison.Ordinal) || name.EndsWith(".sent", StringComparison.Ordinal), name));
        }, iter: 400, threads: 2);

    private static async Task<SyncOutcome> RunWithFaultsAsync(StagedBench bench, Story story)
    {
        bench.Index.OnBulk = request => story.Faults[request % story.Faults.Length] switch
        {
            0 => new BulkFault(429),
            1 => new BulkFault(503),
            2 => new BulkFault(0, Applied: true),
            3 => new BulkFault(200, RefusedEvery: 2),
            4 => new BulkFault(413),
            _ => BulkFault.None,
        };
        var source = story.Source(story.After);
        source.OnPage = page => story.Faults[page % story.Faults.Length] == 1 && page < 60
            ? throw new ConnectorException(FailureKind.Retry, "reset")
            : Task.CompletedTask;
        var runner = new RandomRunner(story.Seed);
        bench.Runner = runner;
        try
        {
            return await bench.RunAsync(source);
        }
        finally
        {
            await runner.EndAsync();
        }
    }

    private sealed record Story(List<MemoryDocument> Before, List<MemoryDocument> After, int Partitions, int PageSize, int[] Faults, int Seed, bool IsMixed)
    {
        /// <summary>The source with these documents: those with the same id in the same partition, or anywhere.</summary>
        public MemorySource Source(List<MemoryDocument> documents) => new()
        {
            PageSize = PageSize,
            Partitions = [.. Enumerable.Range(0, Partitions).Select(number => documents
                .Where((document, place) => (IsMixed ? place : int.Parse(document.Id.AsSpan(3))) % Partitions == number)
                .ToList())],
        };
    }
}
