using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Changes;

/// <summary>
/// An incremental sync that is killed, before or after any of its calls is carried out, ends with the documents and the counts of one that
/// is not killed, in both hosts.
/// </summary>
public sealed class KilledChangesTests
{
    [Fact]
    public async Task InOneProcessItCountsAsIfItHadNotBeenKilled()
    {
        var (expected, calls) = await RunAsync(killedAt: 0);
        Assert.True(calls >= 20, $"Only {calls} calls to be killed at.");
        Assert.Equal(new SyncCounts(Read: 11, Skipped: 4, Created: 3, Updated: 1, Deleted: 2, AlreadyGone: 1), expected.Counts);
        for (var call = 1; call <= calls; call++)
        {
            var (told, _) = await RunAsync(call);
            Assert.True(expected == told, $"Killed at call {call}: {told.Counts} instead of {expected.Counts}.");
        }

        static async Task<(Told Told, int Calls)> RunAsync(int killedAt)
        {
            using var fixture = new EngineFixture();
            var feed = await BeginAsync(fixture, source => fixture.RunAsync(source));
            var kills = new Kills(killedAt);
            fixture.Index.OnCall = kills.Count;
            while (true)
            {
                try
                {
                    return (Told.By(await fixture.RunAsync(feed), fixture.Index), kills.Calls);
                }
                catch (OperationCanceledException)
                {
                    // The next process goes on.
                }
            }
        }
    }

    [Fact]
    public async Task AsStepsItCountsAsIfItHadNotBeenKilled()
    {
        var (expected, calls) = await RunAsync(killedAt: 0, isEachStepTwice: false);
        Assert.True(calls >= 40, $"Only {calls} calls to be killed at.");
        var (twice, _) = await RunAsync(killedAt: 0, isEachStepTwice: true);
        Assert.Equal(new SyncCounts(Read: 11, Skipped: 4, Created: 3, Updated: 1, Deleted: 2, AlreadyGone: 1), expected.Counts);
        Assert.Equal(expected, twice);
        for (var call = 1; call <= calls; call++)
        {
            var (told, _) = await RunAsync(call, isEachStepTwice: false);
            Assert.True(expected == told, $"Killed at call {call}: {told.Counts} instead of {expected.Counts}.");
        }

        static async Task<(Told Told, int Calls)> RunAsync(int killedAt, bool isEachStepTwice)
        {
            using var fixture = new StagedFixture();
            var feed = await BeginAsync(fixture, source => fixture.RunAsync(source));
            var kills = new Kills(killedAt);
            fixture.Index.OnCall = kills.Count;
            fixture.Memory.OnCall = _ => kills.Count();
            fixture.Runner = new AgainRunner(isEachStepTwice);
            return (Told.By(await fixture.RunAsync(feed), fixture.Index), kills.Calls);
        }
    }

    /// <summary>An index, and changes of every sort: unchanged, changed, new and deleted documents, and one that was never there.</summary>
    private static async Task<MemoryFeed> BeginAsync(SyncFixture fixture, Func<MemoryFeed, Task<SyncOutcome>> run)
    {
        var feed = new MemoryFeed(MemorySource.Holding("same", "too", "changes", "goes", "comes-back"));
        fixture.Request = fixture.Request with { Cursor = (await run(feed)).Cursor };
        feed.Then("v1", "same", "too")
            .Then("v1", "-comes-back", "new")
            .Then("v1", "same", "too", "comes-back", "late", "-goes", "-never-there")
            .Then("v2", "changes");
        fixture.Request = fixture.Request with { JobId = "changes", Kind = SyncKind.Incremental };
        return feed;
    }

    /// <summary>What a sync says, and the index that it leaves. The stamps of documents differ in length.</summary>
    private sealed record Told(SyncCounts Counts, long Total, string? Cursor, string Documents)
    {
        public static Told By(SyncOutcome outcome, MemoryIndex index) =>
            new(
                outcome.Counts with { Bytes = 0 },
                outcome.TotalDocuments,
                outcome.Cursor?.ToJsonString(),
                string.Join(' ', index.Documents.Select(pair => $"{pair.Key}={pair.Value["text"]}").Order(StringComparer.Ordinal))
            );
    }

    private sealed class Kills(int at)
    {
        private int _calls;

        public int Calls => _calls;

        public void Count()
        {
            if (Interlocked.Increment(ref _calls) == at)
            {
                throw new OperationCanceledException("killed");
            }
        }
    }

    /// <summary>Does a step again that was killed; or each one twice, because the result of the first is lost.</summary>
    private sealed class AgainRunner(bool isTwice) : IStepRunner
    {
        public async Task<T> RunAsync<T>(StagedFixture fixture, Func<StagedSync, CancellationToken, Task<T>> step)
        {
            try
            {
                var result = await step(fixture.Machine(), SyncFixture.Token);
                return isTwice ? await step(fixture.Machine(1), SyncFixture.Token) : result;
            }
            catch (OperationCanceledException)
            {
                return await step(fixture.Machine(1), SyncFixture.Token);
            }
        }
    }
}
