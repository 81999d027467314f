using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Staging;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Staged;

/// <summary>Deletes that are sent twice are counted once, whichever of the answers is kept; what somebody else deleted is not counted as
/// ours.</summary>
public sealed class SentTwiceTests
{
    private static CancellationToken Token => SyncFixture.Token;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OfTwoThatDeleteTheSameAtTheSameMomentBothAnswersAreRight(bool whileTheFirstWaits)
    {
        var store = new StoreWithHook();
        using var fixture = new StagedFixture { Store = store };
        var input = await PlanAsync(fixture, store);
        WriteResult? other = null;
        store.BeforeOpen = async name =>
        {
            // The other one does all of it after the first has said that it sends, and before it does.
            if (name.EndsWith("/000000", StringComparison.Ordinal) && whileTheFirstWaits)
            {
                store.BeforeOpen = null;
                other = await fixture.Machine(1).WriteDeletesAsync(fixture.Request, input, Token);
            }
        };

        var item = await fixture.Machine().WriteDeletesAsync(fixture.Request, input, Token);
        other ??= await fixture.Machine(1).WriteDeletesAsync(fixture.Request, input, Token);

        Assert.Equal((3L, 0L), (item.Counts.Deleted, item.Counts.AlreadyGone));
        Assert.Equal((3L, 0L), (other.Counts.Deleted, other.Counts.AlreadyGone));
        Assert.Equal(["a"], fixture.Index.Documents.Keys);
    }

    [Fact]
    public async Task WhatSomebodyElseDeletedWasGoneAlready()
    {
        var store = new StoreWithHook();
        using var fixture = new StagedFixture { Store = store };
        var input = await PlanAsync(fixture, store);
        fixture.Index.Documents.Remove("c");

        var result = await fixture.Machine().WriteDeletesAsync(fixture.Request, input, Token);

        Assert.Equal((2L, 1L), (result.Counts.Deleted, result.Counts.AlreadyGone));
    }

    [Fact]
    public async Task ChangesThatAreSentAgainAreCountedAsTheFirstTime()
    {
        using var fixture = new StagedFixture();
        var feed = new MemoryFeed(MemorySource.Holding("a", "b"));
        fixture.Request = fixture.Request with { Cursor = (await fixture.RunAsync(feed)).Cursor };
        feed.Then("v2", "-a", "-never-there", "c");
        fixture.Request = fixture.Request with { JobId = "changes", Kind = SyncKind.Incremental };
        var begin = await fixture.Machine().BeginAsync(fixture.Request, feed, null, Token);
        var page = await fixture.Machine().ReadPageAsync(fixture.Request, feed, new ReadPageInput(begin.Plan!, 0, null), Token);
        var input = new WritePageInput(begin.Plan!, page.Page, null, 0);

        var first = await fixture.Machine().WritePageAsync(fixture.Request, input, Token);
        var again = await fixture.Machine(1).WritePageAsync(fixture.Request, input, Token);

        Assert.Equal((1L, 1L, 1L), (first.Counts.Deleted, first.Counts.AlreadyGone, first.Counts.Indexed));

        // What the index has in the same version is what the first sending wrote: it counts as it counted there.
        Assert.Equal(first.Counts, again.Counts);
    }

    /// <summary>An index of four documents, of which three are to be deleted.</summary>
    private static async Task<WriteDeletesInput> PlanAsync(StagedFixture fixture, StoreWithHook store)
    {
        await fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d"));
        fixture.Request = fixture.Request with { JobId = "job-2" };
        var source = MemorySource.Holding("a");
        var begin = await fixture.Machine().BeginAsync(fixture.Request, source, null, Token);
        var page = await fixture.Machine().ReadPageAsync(fixture.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token);
        var deletes = await fixture.Machine().PlanDeletesAsync(fixture.Request, new PlanDeletesInput(begin.Plan!, [page.Page]), Token);
        Assert.Equal((1, 3L), (deletes.Parts, deletes.Count));
        Assert.DoesNotContain(store.Inner.Contents.Keys, name =>
            name.EndsWith(".sent", StringComparison.Ordinal)
            && name.Contains("deletes", StringComparison.Ordinal)
            && name.StartsWith("job-2", StringComparison.Ordinal)
        );
        return new WriteDeletesInput(begin.Plan!, deletes.Deletes!, 0, 1, null, 0);
    }

    private sealed class StoreWithHook : IStagingStore
    {
        public MemoryStagingStore Inner { get; } = new();

        public Func<string, Task>? BeforeOpen { get; set; }

        public Task PutAsync(string name, Stream content, bool isText, CancellationToken cancellationToken) =>
            Inner.PutAsync(name, content, isText, cancellationToken);

        public async Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
        {
            await (BeforeOpen?.Invoke(name) ?? Task.CompletedTask);
            return await Inner.OpenAsync(name, cancellationToken);
        }

        public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) => Inner.ExistsAsync(name, cancellationToken);

        public Task<bool> TryCreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
            Inner.TryCreateAsync(name, content, cancellationToken);

        public IAsyncEnumerable<string> ListFoldersAsync(CancellationToken cancellationToken) => Inner.ListFoldersAsync(cancellationToken);

        public Task DeleteAsync(string folder, CancellationToken cancellationToken) => Inner.DeleteAsync(folder, cancellationToken);
    }
}
