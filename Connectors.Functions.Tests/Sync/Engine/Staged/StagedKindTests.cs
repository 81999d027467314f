using Connectors.Abstractions;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Filtering;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Staged;

/// <summary>Incremental syncs, syncs that only delete and syncs without deletes, step by step.</summary>
public sealed class StagedKindTests : IDisposable
{
    private readonly StagedFixture _fixture = new();

    private static CancellationToken Token => SyncFixture.Token;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task AnIncrementalSyncCarriesOutWhatChangedAndNothingElse()
    {
        var feed = await FilledAsync("a", "b", "c");
        feed.Then("v2", "a", "-b", "d").Then("v2", "e");

        var outcome = await RunAsync(SyncKind.Incremental, feed);

        Assert.Equal(
            (SyncEnd.Completed, 4L, 2L, 1L, 1L, 4L),
            (
                outcome.End,
                outcome.Counts.Read,
                outcome.Counts.Created,
                outcome.Counts.Updated,
                outcome.Counts.Deleted,
                outcome.TotalDocuments
            )
        );
        Assert.Equal(["a=v2", "c=v1", "d=v2", "e=v2"], Held());
        Assert.Equal(("2", null), (Place(outcome), outcome.Fallback));
        Assert.Equal(1, feed.FullPagesRead);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task OfSeveralStatesOfADocumentTheLastOneStays(int documentsPerStep)
    {
        _fixture.Limits = _fixture.Limits with { MaxDocuments = documentsPerStep, MaxOperations = documentsPerStep };
        var feed = await FilledAsync("a", "b");
        feed.Then("v2", "a", "b").Then("v3", "a", "-b").Then("v4", "-a", "b").Then("v5", "a");
        _fixture.Index.OnBulk = request => request % 2 == 0 ? new BulkFault(429) : BulkFault.None;

        var outcome = await RunAsync(SyncKind.Incremental, feed);

        Assert.Equal(["a=v5", "b=v4"], Held());
        Assert.Equal((7L, 5L, 2L, 0L), (outcome.Counts.Read, outcome.Counts.Indexed, outcome.Counts.Deleted, outcome.Counts.AlreadyGone));
    }

    [Fact]
    public async Task ALaterIncrementalSyncGoesOnWhereTheOneBeforeItEnded()
    {
        var feed = await FilledAsync("a");
        feed.Then("v2", "a");
        _fixture.Request = _fixture.Request with { Cursor = (await RunAsync(SyncKind.Incremental, feed)).Cursor };
        feed.PagesAsked.Clear();
        feed.Then("v3", "b");

        await RunAsync(SyncKind.Incremental, feed);

        Assert.Equal([1], feed.PagesAsked);
        Assert.Equal(["a=v2", "b=v3"], Held());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task AHistoryThatDoesNotReachBackIsFollowedByAFullSync(int lostAtPage)
    {
        _fixture.Limits = _fixture.Limits with { MaxDocuments = 1 };
        var feed = await FilledAsync("a", "b", "gone");
        feed.Then("v2", "a").Then("v2", "b").Then("v2", "c");
        feed.OnChanges = page =>
        {
            feed.Lost = page == lostAtPage ? "the log is too short." : null;
            return Task.CompletedTask;
        };
        feed.Documents = new MemorySource
        {
            Partitions =
            [
                [new("a", "v2"), new("b", "v2"), new("c", "v2")],
            ],
        };

        var outcome = await RunAsync(SyncKind.Incremental, feed);

        Assert.Equal((SyncEnd.Completed, "the log is too short."), (outcome.End, outcome.Fallback));
        Assert.Equal(["a=v2", "b=v2", "c=v2"], Held());
        Assert.Equal((1L, "3"), (outcome.Counts.Deleted, Place(outcome)));
    }

    [Fact]
    public async Task WhyAFullSyncIsDoneInsteadIsToldAsInOneProcess()
    {
        var feed = new MemoryFeed(MemorySource.Holding("a"));
        Assert.Equal("no full sync has completed yet.", (await RunAsync(SyncKind.Incremental, feed)).Fallback);
        Assert.Equal("Memory can't report changes.", (await RunAsync(SyncKind.Incremental, MemorySource.Holding("a"))).Fallback);

        _fixture.Request = _fixture.Request with { Cursor = (await RunAsync(SyncKind.Full, feed)).Cursor };
        _fixture.Request = _fixture.Request with { Fingerprint = "f2" };
        Assert.Equal(
            "the pipeline, the sync rules, the source's fields or the way to get text out of files changed since the last full "
                + "sync, or it did not complete.",
            (await RunAsync(SyncKind.Incremental, feed)).Fallback
        );

        _fixture.Request = _fixture.Request with { Cursor = (await RunAsync(SyncKind.Full, feed)).Cursor };
        _fixture.Index.MakeAgain();
        Assert.Equal(
            "the index 'search-memory' is not the one that the last sync filled.",
            (await RunAsync(SyncKind.Incremental, feed)).Fallback
        );
    }

    [Fact]
    public async Task AFullSyncInPlaceOfAnIncrementalOneThatFindsNoChangeReportsBoth()
    {
        var documents = MemorySource.Holding("a");
        var feed = new MemoryFeed(documents);
        documents.Change = new ChangeCheckResult(true, "mark-1");
        await RunAsync(SyncKind.Full, feed);
        documents.Change = new ChangeCheckResult(false, "mark-1");

        var outcome = await RunAsync(SyncKind.Incremental, feed);

        Assert.Equal((SyncEnd.Unchanged, "0"), (outcome.End, Place(outcome)));
        Assert.NotNull(outcome.Fallback);
    }

    [Fact]
    public async Task WrittenChangesClearTheChangeTokenAndNoChangesKeepIt()
    {
        var documents = MemorySource.Holding("a", "b");
        var feed = new MemoryFeed(documents);
        documents.Change = new ChangeCheckResult(true, "mark-1");
        _fixture.Request = _fixture.Request with { Cursor = (await RunAsync(SyncKind.Full, feed)).Cursor };
        await RunAsync(SyncKind.Incremental, feed);
        Assert.Equal("mark-1", _fixture.Index.Meta!["change_mark"]!.GetValue<string>());

        feed.Then("v2", "c");
        await RunAsync(SyncKind.Incremental, feed);

        Assert.Null(_fixture.Index.Meta["change_mark"]);
        Assert.Equal(3, _fixture.Index.Meta["document_count"]!.GetValue<long>());
    }

    [Fact]
    public async Task ChangesAreNotWrittenToAnIndexThatWasMadeAgain()
    {
        var feed = await FilledAsync("a");
        feed.Then("v2", "a");
        feed.OnChanges = _ =>
        {
            _fixture.Index.MakeAgain();
            return Task.CompletedTask;
        };

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(SyncKind.Incremental, feed));

        Assert.Contains("was deleted or recreated during the sync", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_fixture.Index.Documents);
    }

    [Fact]
    public async Task WithoutTheLastPageOfChangesThereIsNoCursor()
    {
        _fixture.Limits = _fixture.Limits with { MaxDocuments = 1 };
        var feed = await FilledAsync("a");
        feed.Then("v2", "a").Then("v2", "b");
        _fixture.Request = _fixture.Request with { JobId = "changes", Kind = SyncKind.Incremental };
        var begin = await _fixture.Machine().BeginAsync(_fixture.Request, feed, null, Token);
        var page = await _fixture.Machine().ReadPageAsync(_fixture.Request, feed, new ReadPageInput(begin.Plan!, 0, null), Token);
        Assert.False(page.IsLast);

        foreach (var last in new[] { page.Page, null })
        {
            var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
                _fixture.Machine(1).CompleteAsync(_fixture.Request, new CompleteInput(begin.Plan!, [], false, last), Token)
            );
            Assert.Equal("The changes were not read to their end. Start the sync again.", failure.Message);
        }
    }

    [Fact]
    public async Task WhatARuleLeavesOutSinceItChangedIsDeleted()
    {
        _fixture.Request = _fixture.Request with
        {
            Rules = new DocumentRules([new DocumentRule("r", RulePolicy.Exclude, "text", RuleComparison.EqualTo, "secret")]),
        };
        var feed = await FilledAsync("a", "b");
        feed.Then("secret", "a");

        var outcome = await RunAsync(SyncKind.Incremental, feed);

        Assert.Equal((1L, 1L), (outcome.Counts.Excluded, outcome.Counts.Deleted));
        Assert.Equal(["b=v1"], Held());
    }

    [Fact]
    public async Task ASyncThatOnlyDeletesReadsIdsAloneAndWritesNothing()
    {
        await RunAsync(SyncKind.Full, MemorySource.Holding("a", "b", "c", "d"));
        _fixture.Index.Written.Clear();
        var source = new IdSource(
            new MemorySource
            {
                Partitions =
                [
                    [new("a", "v2"), new("new", "v1")],
                    [new("c", "v1")],
                ],
            }
        );

        var outcome = await RunAsync(SyncKind.DeletesOnly, source);

        Assert.Equal((SyncEnd.Completed, 3, 0, 2), (outcome.End, outcome.Counts.Read, outcome.Counts.Indexed, outcome.Counts.Deleted));
        Assert.Equal(["a=v1", "c=v1"], Held());
        Assert.Equal((2, 0), (source.IdPages, source.Pages));
        Assert.Empty(_fixture.Index.Written);
        Assert.DoesNotContain(_fixture.Memory.Contents.Keys, name =>
            name.EndsWith(".batches", StringComparison.Ordinal) && name.StartsWith(_fixture.Request.JobId, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task ASyncThatOnlyDeletesObeysTheGuardAndGaps()
    {
        _fixture.Options = _fixture.Options with
        {
            DeleteGuard = new DeleteGuardOptions { MaxDocuments = 0, MaxPercent = 15 },
        };
        await RunAsync(SyncKind.Full, MemorySource.Holding("a", "b"));

        Assert.Equal(SyncEnd.Refused, (await RunAsync(SyncKind.DeletesOnly, MemorySource.Holding("a"))).End);
        _fixture.Request = _fixture.Request with { AllowMassDelete = true };
        Assert.Equal(
            SyncEnd.Refused,
            (
                await RunAsync(
                    SyncKind.DeletesOnly,
                    MemorySource.WithGap("may not be read", "a")
                )
            ).End
        );
        Assert.Equal(["a=v1", "b=v1"], Held());
        Assert.Equal(1, (await RunAsync(SyncKind.DeletesOnly, MemorySource.Holding("a"))).Counts.Deleted);
    }

    [Fact]
    public async Task ASyncWithoutDeletesWritesWhatChangedAndDeletesNothing()
    {
        await RunAsync(SyncKind.Full, MemorySource.Holding("a", "b"));

        var outcome = await RunAsync(
            SyncKind.NoDeletes,
            new MemorySource
            {
                Partitions =
                [
                    [new("a", "v2"), new("c", "v1")],
                ],
                Gap = "may not be read",
            }
        );

        Assert.Equal((SyncEnd.Completed, 1, 1, 0), (outcome.End, outcome.Counts.Updated, outcome.Counts.Created, outcome.Counts.Deleted));
        Assert.Equal(["a=v2", "b=v1", "c=v1"], Held());
    }

    [Theory]
    [InlineData(SyncKind.DeletesOnly)]
    [InlineData(SyncKind.NoDeletes)]
    public async Task APartialSyncHasNoCursor(SyncKind kind)
    {
        var feed = await FilledAsync("a", "b");
        feed.Then("v2", "a");

        var outcome = await RunAsync(kind, feed);

        Assert.Equal((SyncEnd.Completed, null), (outcome.End, outcome.Cursor));
    }

    [Fact]
    public async Task ADryRunOfChangesComparesEverything()
    {
        var feed = await FilledAsync("a", "b");
        feed.Documents = MemorySource.Holding("b", "c");
        _fixture.Request = _fixture.Request with { DryRun = true };

        var outcome = await RunAsync(SyncKind.Incremental, feed);

        Assert.Equal(("c", "a"), (Assert.Single(outcome.Preview!.Added), Assert.Single(outcome.Preview.Deleted)));
        Assert.Equal(["a=v1", "b=v1"], Held());
    }

    /// <summary>A feed whose documents were synced, with the place kept.</summary>
    private async Task<MemoryFeed> FilledAsync(params string[] ids)
    {
        var feed = new MemoryFeed(MemorySource.Holding(ids));
        _fixture.Request = _fixture.Request with { Cursor = (await RunAsync(SyncKind.Full, feed)).Cursor };
        return feed;
    }

    private async Task<SyncOutcome> RunAsync(SyncKind kind, IDataSource source)
    {
        _fixture.Request = _fixture.Request with { Kind = kind };
        return await _fixture.RunNextAsync(source);
    }

    private IEnumerable<string> Held() => _fixture.Index.Documents.Select(pair => $"{pair.Key}={pair.Value["text"]}").Order();

    private static string? Place(SyncOutcome outcome) => outcome.Cursor?["place"]?.GetValue<string>();
}
