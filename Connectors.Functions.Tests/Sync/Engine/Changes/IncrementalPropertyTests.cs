using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Changes;

/// <summary>
/// For any changes and any faults: after an incremental sync the index equals the source that its feed describes, and a full sync after it
/// finds nothing to do.
/// </summary>
public sealed class IncrementalPropertyTests
{
    private static readonly Gen<(int Id, int Text)> Change = Gen.Select(Gen.Int[0, 12], Gen.Int[0, 3], (id, text) => (id, text));

    private static readonly Gen<(List<int> Before, List<List<(int Id, int Text)>> Pages, int[] BulkFaults, int[] ReadFaults)> Stories =
        Gen.Select(Gen.Int[0, 12].List[1, 12], Change.List[0, 6].List[0, 6], Gen.Int[0, 9].Array[30], Gen.Int[0, 9].Array[30]);

    [Fact]
    public async Task AfterAnyChangesTheIndexEqualsTheSource() =>
        await Stories.SampleAsync(
            async story =>
            {
                using var fixture = new EngineFixture();
                var state = story.Before.Distinct().ToDictionary(id => $"id-{id}", _ => "text-0", StringComparer.Ordinal);
                var feed = new MemoryFeed(Holding(state));
                fixture.Request = fixture.Request with { Cursor = (await fixture.RunAsync(feed)).Cursor!.DeepClone().AsObject() };
                foreach (var page in story.Pages)
                {
                    feed.Play(page.Select(change => new MemoryDocument($"id-{change.Id}", $"text-{change.Text}")), state);
                }

                fixture.Request = fixture.Request with { JobId = "changes", Kind = SyncKind.Incremental };
                var outcome = await RunWithFaultsAsync(fixture, feed, story.BulkFaults, story.ReadFaults);

                Assert.Null(outcome.Fallback);
                Assert.Equal(await UndisturbedAsync(story.Before, feed), outcome.Counts with { Bytes = 0 });
                Assert.Equal(state.Keys.Order(StringComparer.Ordinal), fixture.Index.Documents.Keys.Order(StringComparer.Ordinal));
                Assert.All(state, pair => Assert.Equal(pair.Value, fixture.Index.Documents[pair.Key]["text"]!.GetValue<string>()));
                Assert.Equal(feed.Pages.Sum(page => page.Count), outcome.Counts.Read);
                Assert.Equal(
                    outcome.Counts.Read,
                    outcome.Counts.Skipped + outcome.Counts.Indexed + outcome.Counts.Deleted + outcome.Counts.AlreadyGone
                );

                (fixture.Index.OnBulk, fixture.Index.OnCall) = (null, null);
                fixture.Index.Written.Clear();
                fixture.Request = fixture.Request with { Kind = SyncKind.Full, AllowMassDelete = true };
                var full = await fixture.RunNextAsync(Holding(state));
                Assert.Equal((state.Count, 0), (full.Counts.Skipped, full.Counts.Deleted));
                Assert.Empty(fixture.Index.Written);
            },
            iter: 300,
            threads: 2
        );

    /// <summary>The counts of the same sync without faults.</summary>
    private static async Task<SyncCounts> UndisturbedAsync(List<int> before, MemoryFeed feed)
    {
        using var fixture = new EngineFixture();
        var state = before.Distinct().ToDictionary(id => $"id-{id}", _ => "text-0", StringComparer.Ordinal);
        var undisturbed = new MemoryFeed(Holding(state));
        var cursor = (await fixture.RunAsync(undisturbed)).Cursor!.DeepClone().AsObject();
        undisturbed.Pages.AddRange(feed.Pages);
        fixture.Request = fixture.Request with { JobId = "changes", Kind = SyncKind.Incremental, Cursor = cursor };
        return (await fixture.RunAsync(undisturbed)).Counts with { Bytes = 0 };
    }

    private static MemorySource Holding(Dictionary<string, string> state) =>
        new()
        {
            Partitions =
            [
                [.. state.Select(pair => new MemoryDocument(pair.Key, pair.Value))],
            ],
        };

    /// <summary>Runs until the sync ends well, through refused, half-done and lost requests, reads that fail, and kills.</summary>
    private static async Task<SyncOutcome> RunWithFaultsAsync(EngineFixture fixture, MemoryFeed feed, int[] bulkFaults, int[] readFaults)
    {
        fixture.Index.OnBulk = request =>
            bulkFaults[request % bulkFaults.Length] switch
            {
                0 => new BulkFault(429),
                1 => new BulkFault(503),
                2 => new BulkFault(0, Applied: true),
                3 => new BulkFault(200, RefusedEvery: 2),
                4 => new BulkFault(413),
                _ => BulkFault.None,
            };
        var calls = 0;
        fixture.Index.OnCall = () =>
        {
            var call = Interlocked.Increment(ref calls);
            if (call < 200 && readFaults[call % readFaults.Length] == 2)
            {
                throw new OperationCanceledException("killed");
            }
        };
        var reads = 0;
        feed.OnChanges = _ =>
            readFaults[reads++ % readFaults.Length] switch
            {
                _ when reads > 60 => Task.CompletedTask,
                0 => throw new OperationCanceledException("killed"),
                1 => throw new ConnectorException(FailureKind.Retry, "reset"),
                _ => Task.CompletedTask,
            };
        while (true)
        {
            try
            {
                return await fixture.RunAsync(feed);
            }
            catch (Exception failure) when (failure is OperationCanceledException or ConnectorException { Kind: FailureKind.Retry })
            {
                // The next process goes on.
            }
        }
    }
}
