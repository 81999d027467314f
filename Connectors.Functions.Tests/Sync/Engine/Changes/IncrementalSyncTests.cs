using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Filtering;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Changes;

public sealed class IncrementalSyncTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task ItWritesAndDeletesWhatTheSourceTellsAndLeavesTheRestAlone()
    {
        var feed = await SyncedAsync("a", "b", "c", "d", "e");
        feed.Then("v2", "a", "f").Then("v2", "-b");

        var outcome = await IncrementalAsync(feed);

        Assert.Equal(
            (SyncEnd.Completed, 1, 1, 1, 5),
            (outcome.End, outcome.Counts.Created, outcome.Counts.Updated, outcome.Counts.Deleted, outcome.TotalDocuments)
        );
        Assert.Equal(["a", "c", "d", "e", "f"], _fixture.Index.Documents.Keys.Order());
        Assert.Equal("v2", Text("a"));
        Assert.Equal(["b"], _fixture.Index.Deleted);
        Assert.Null(outcome.Fallback);
    }

    [Fact]
    public async Task WhatTheSourceTellsAgainAndDidNotChangeIsNotSent()
    {
        var feed = await SyncedAsync("a", "b", "c");
        feed.Then("v1", "a", "b").Then("v2", "c");
        _fixture.Index.Written.Clear();

        var outcome = await IncrementalAsync(feed);

        Assert.Equal((2, 1, 0), (outcome.Counts.Skipped, outcome.Counts.Updated, outcome.Counts.Created));
        Assert.Equal(["c"], _fixture.Index.Written);
    }

    [Fact]
    public async Task WhatItWroteIsLeftAloneByTheNextFullSync()
    {
        var feed = await SyncedAsync("a", "b");
        feed.Then("v2", "a");
        await IncrementalAsync(feed);
        _fixture.Index.Written.Clear();

        var outcome = await FullAsync(
            new MemoryFeed(
                new MemorySource
                {
                    Partitions =
                    [
                        [new("a", "v2"), new("b", "v1")],
                    ],
                }
            )
        );

        Assert.Equal((2, 0, 0), (outcome.Counts.Skipped, outcome.Counts.Indexed, outcome.Counts.Deleted));
        Assert.Empty(_fixture.Index.Written);
    }

    [Fact]
    public async Task ItBeginsWhereTheLastOneEnded()
    {
        var feed = await SyncedAsync("a");
        feed.Then("v2", "a").Then("v3", "b");
        await IncrementalAsync(feed);
        feed.Then("v4", "c");
        feed.PagesAsked.Clear();

        await IncrementalAsync(feed);
        var nothing = await IncrementalAsync(feed);

        Assert.Equal([2, 3], feed.PagesAsked);
        Assert.Equal((SyncEnd.Completed, 0), (nothing.End, nothing.Counts.Read));
        Assert.Equal(["a", "b", "c"], _fixture.Index.Documents.Keys.Order());
    }

    [Fact]
    public async Task AChangeWhileAFullSyncReadsComesWithTheNextIncrementalOne()
    {
        var documents = MemorySource.Holding("a", "b", "c", "d");
        var feed = new MemoryFeed(documents);
        documents.OnPage = page =>
        {
            if (page == 2)
            {
                // Too late for the first page, which has been read.
                feed.Then("v2", "a");
            }

            return Task.CompletedTask;
        };
        await FullAsync(feed);

        await IncrementalAsync(feed);

        Assert.Equal("v2", Text("a"));
    }

    [Fact]
    public async Task OfSeveralChangesOfADocumentTheLastOneCounts()
    {
        var feed = await SyncedAsync("a", "b");
        feed.Then("v2", "a", "-b").Then("v3", "a", "b").Then("v3", "-a");

        await IncrementalAsync(feed);

        Assert.Equal(["b"], _fixture.Index.Documents.Keys);
        Assert.Equal("v3", Text("b"));
    }

    [Fact]
    public async Task WithoutACompletedFullSyncItIsOne()
    {
        var feed = new MemoryFeed(MemorySource.Holding("a", "b"));

        var outcome = await IncrementalAsync(feed);

        Assert.Equal("no full sync has completed yet.", outcome.Fallback);
        Assert.Equal(["a", "b"], _fixture.Index.Documents.Keys.Order());
        Assert.NotNull(outcome.Cursor);
    }

    [Fact]
    public async Task AFullSyncFromBeforeTheSourceCouldTellChangesIsNotDenied()
    {
        var feed = new MemoryFeed(MemorySource.Holding("a")) { Unavailable = "No column is named." };
        await FullAsync(feed);
        feed.Unavailable = null;

        var outcome = await IncrementalAsync(feed);

        Assert.Equal("no full sync has completed since the source became able to tell what changed.", outcome.Fallback);
        Assert.Null((await IncrementalAsync(feed)).Fallback);
    }

    [Fact]
    public async Task TheCursorOfAnotherServiceIsTheReason()
    {
        var feed = new MemoryFeed(MemorySource.Holding("a"));
        await FullAsync(feed);
        _fixture.Request = _fixture.Request with { Cursor = new JsonObject { ["page"] = 7 } };

        Assert.Equal("the connector's sync_cursor is another service's.", (await IncrementalAsync(feed)).Fallback);
    }

    [Fact]
    public async Task WhereTheSourceHasNoPlaceToBeginAtThatIsTheReasonHoweverOftenItWasSynced()
    {
        var feed = new MemoryFeed(MemorySource.Holding("a", "b")) { Unavailable = "Its log is switched off." };
        await FullAsync(feed);

        var outcome = await IncrementalAsync(feed);

        Assert.Equal("Its log is switched off.", outcome.Fallback);
    }

    [Fact]
    public async Task WhenTheHistoryDoesNotReachBackItIsAFullSyncAndTheNextOneIsNot()
    {
        var feed = await SyncedAsync("a", "b");
        feed.Then("v2", "a");
        feed.Lost = "the operation log is too short.";
        var outcome = await IncrementalAsync(feed);
        Assert.Equal("the operation log is too short.", outcome.Fallback);
        Assert.Equal(2, outcome.Counts.Read);
        feed.Lost = null;
        feed.Then("v3", "c");

        var next = await IncrementalAsync(feed);

        Assert.Null(next.Fallback);
        Assert.Equal((1, 1), (next.Counts.Read, next.Counts.Created));
    }

    [Fact]
    public async Task ASourceThatHasNoHistoryIsReadAsAWhole()
    {
        var feed = new MemoryFeed(MemorySource.Holding("a")) { Unavailable = "a server by itself keeps none" };
        Assert.Null((await FullAsync(feed)).Cursor);

        Assert.NotNull((await IncrementalAsync(feed)).Fallback);

        var outcome = await _fixture.RunNextAsync(MemorySource.Holding("a"));
        Assert.Equal("Memory can't report changes.", outcome.Fallback);
    }

    [Fact]
    public async Task AnIndexThatWasMadeAgainIsFilledAsAWhole()
    {
        var feed = await SyncedAsync("a", "b");
        _fixture.Index.MakeAgain();
        feed.Then("v2", "a");

        var outcome = await IncrementalAsync(feed);

        Assert.Equal("the index 'search-memory' is not the one that the last sync filled.", outcome.Fallback);
        Assert.Equal(["a", "b"], _fixture.Index.Documents.Keys.Order());
    }

    [Fact]
    public async Task AfterAChangeOfRulesOrPipelineEverythingIsRead()
    {
        var feed = await SyncedAsync("a", "b");
        _fixture.Request = _fixture.Request with { Fingerprint = "f2" };

        var outcome = await IncrementalAsync(feed);

        Assert.StartsWith(
            "the pipeline, the sync rules, the source's fields or the way to get text out of files changed",
            outcome.Fallback,
            StringComparison.Ordinal
        );
        Assert.Equal(2, outcome.Counts.Updated);
    }

    [Fact]
    public async Task ToWriteEveryDocumentAgainEverythingIsRead()
    {
        var feed = await SyncedAsync("a", "b");
        _fixture.Request = _fixture.Request with { Reindex = true };

        Assert.Equal(2, (await IncrementalAsync(feed)).Counts.Updated);
    }

    [Fact]
    public async Task ADryRunComparesEverythingAndWritesNothing()
    {
        var feed = await SyncedAsync("a", "b");
        feed.Then("v2", "a");
        _fixture.Index.Written.Clear();
        _fixture.Request = _fixture.Request with { DryRun = true };

        Assert.Equal(2, (await IncrementalAsync(feed)).Counts.Read);
        Assert.Empty(_fixture.Index.Written);
    }

    [Fact]
    public async Task ADocumentThatARuleLeavesOutOnceItChangedIsDeleted()
    {
        _fixture.Request = _fixture.Request with
        {
            Rules = new DocumentRules(
                [new DocumentRule("r", RulePolicy.Exclude, "text", RuleComparison.EqualTo, "secret")],
                RulePolicy.Include
            ),
        };
        var feed = await SyncedAsync("a", "b");
        feed.Then("secret", "a");

        var outcome = await IncrementalAsync(feed);

        Assert.Equal((1, 1, 1), (outcome.Counts.Read, outcome.Counts.Excluded, outcome.Counts.Deleted));
        Assert.Equal(["b"], _fixture.Index.Documents.Keys);
    }

    [Fact]
    public async Task AKilledOneGoesOnAfterTheLastPageThatWasWritten()
    {
        var feed = await SyncedAsync("a", "b");
        feed.Then("v2", "a").Then("v2", "-b").Then("v2", "c");
        Begin();
        feed.OnChanges = page => page == 2 ? throw new OperationCanceledException("killed") : Task.CompletedTask;
        await Assert.ThrowsAsync<OperationCanceledException>(() => _fixture.RunAsync(feed));
        feed.OnChanges = null;
        feed.PagesAsked.Clear();

        var outcome = await _fixture.RunAsync(feed);

        Assert.Equal([2], feed.PagesAsked);
        Assert.Equal(2, _fixture.Progress.ResumedAfter);
        Assert.Equal((3, 1, 1, 1), (outcome.Counts.Read, outcome.Counts.Created, outcome.Counts.Updated, outcome.Counts.Deleted));
        Assert.Equal(["a", "c"], _fixture.Index.Documents.Keys.Order());
    }

    [Fact]
    public async Task ADeleteWhoseAnswerWasLostIsCountedOnce()
    {
        var feed = await SyncedAsync("a", "b");
        feed.Then("v2", "-b");
        Begin();

        // Carried out, and then the process is gone before it is journaled.
        _fixture.Index.OnBulk = _ => new BulkFault(403, Applied: true);
        await Assert.ThrowsAsync<ConnectorException>(() => _fixture.RunAsync(feed));
        _fixture.Index.OnBulk = null;
        Assert.DoesNotContain("b", _fixture.Index.Documents.Keys);

        var outcome = await _fixture.RunAsync(feed);

        Assert.Equal((1, 0), (outcome.Counts.Deleted, outcome.Counts.AlreadyGone));
    }

    [Fact]
    public async Task WhatWasWrittenThoughTheAnswerWasLostCountsAsWritten()
    {
        var feed = await SyncedAsync("a", "b");
        feed.Then("v2", "a", "c", "-b");
        Begin();

        // Carried out, and then the process is gone before it is journaled.
        _fixture.Index.OnBulk = _ => new BulkFault(403, Applied: true);
        await Assert.ThrowsAsync<ConnectorException>(() => _fixture.RunAsync(feed));
        _fixture.Index.OnBulk = null;
        Assert.Equal(["a", "c"], _fixture.Index.Documents.Keys.Order());

        var outcome = await _fixture.RunAsync(feed);

        Assert.Equal((3, 2, 1), (outcome.Counts.Read, outcome.Counts.Indexed, outcome.Counts.Deleted));
        Assert.Equal((0, 0), (outcome.Counts.Skipped, outcome.Counts.AlreadyGone));
    }

    [Fact]
    public async Task WhatNoEarlierRunSentIsComparedAndCountedAsInAnyRun()
    {
        var feed = await SyncedAsync("a", "b");
        feed.Then("v2", "a").Then("v1", "b", "-gone");
        Begin();
        feed.OnChanges = page => page == 1 ? throw new OperationCanceledException("killed") : Task.CompletedTask;
        await Assert.ThrowsAsync<OperationCanceledException>(() => _fixture.RunAsync(feed));
        feed.OnChanges = null;

        var outcome = await _fixture.RunAsync(feed);

        Assert.Equal((3, 1, 1), (outcome.Counts.Read, outcome.Counts.Updated, outcome.Counts.Skipped));
        Assert.Equal((0, 1), (outcome.Counts.Deleted, outcome.Counts.AlreadyGone));
    }

    [Fact]
    public async Task AStoppedOneGoesOnWhereItWas()
    {
        var feed = await SyncedAsync("a");
        feed.Then("v2", "a").Then("v3", "b");
        Begin();
        using var stop = new CancellationTokenSource();
        feed.OnChanges = _ => stop.CancelAsync();
        Assert.Equal(SyncEnd.Stopped, (await _fixture.RunAsync(feed, stop.Token)).End);
        feed.OnChanges = null;

        var outcome = await _fixture.RunAsync(feed);

        Assert.Equal((SyncEnd.Completed, 2, 1, 1), (outcome.End, outcome.Counts.Read, outcome.Counts.Created, outcome.Counts.Updated));
        Assert.Equal([0, 1], feed.PagesAsked);
    }

    [Fact]
    public async Task AFullSyncInItsPlaceGoesOnAsAFullSyncAfterACrash()
    {
        var documents = MemorySource.Holding("a", "b", "c", "d");
        var feed = new MemoryFeed(documents);
        documents.OnPage = page => page == 2 ? throw new OperationCanceledException("killed") : Task.CompletedTask;
        Begin();
        await Assert.ThrowsAsync<OperationCanceledException>(() => _fixture.RunAsync(feed));
        documents.OnPage = null;

        var outcome = await _fixture.RunAsync(feed);

        Assert.Equal(3, feed.FullPagesRead);
        Assert.Equal((4, 4), (outcome.Counts.Read, outcome.Counts.Created));
        Assert.NotNull(outcome.Fallback);
        Assert.NotNull(outcome.Cursor);
    }

    [Fact]
    public async Task AReadThatMayPassIsTriedAgain()
    {
        var feed = await SyncedAsync("a");
        feed.Then("v2", "a");
        var failures = 0;
        feed.OnChanges = _ => failures++ < 2 ? throw new ConnectorException(FailureKind.Retry, "reset") : Task.CompletedTask;

        Assert.Equal(1, (await IncrementalAsync(feed)).Counts.Updated);
        Assert.Equal(3, feed.PagesAsked.Count);
    }

    [Fact]
    public async Task ASourceThatReturnsToAnOldChangeTokenIsReadAgain()
    {
        var documents = MemorySource.Holding("a");
        documents.Change = new ChangeCheckResult(HasChanged: true, "mark-1");
        var feed = new MemoryFeed(documents);
        await FullAsync(feed);
        Assert.Equal("mark-1", _fixture.Index.Meta!["change_mark"]!.GetValue<string>());
        feed.Then("v2", "a");

        await IncrementalAsync(feed);

        Assert.False(_fixture.Index.Meta!.ContainsKey("change_mark"));
        documents.Change = new ChangeCheckResult(HasChanged: false, "mark-1");
        Assert.Equal(SyncEnd.Completed, (await FullAsync(feed)).End);
    }

    [Fact]
    public async Task WithoutChangesTheChangeTokenStays()
    {
        var documents = MemorySource.Holding("a");
        documents.Change = new ChangeCheckResult(HasChanged: true, "mark-1");
        var feed = new MemoryFeed(documents);
        await FullAsync(feed);
        await IncrementalAsync(feed);
        documents.Change = new ChangeCheckResult(HasChanged: false, "mark-1");

        var outcome = await FullAsync(feed);

        Assert.Equal(SyncEnd.Unchanged, outcome.End);
        Assert.NotNull(outcome.Cursor);
    }

    [Fact]
    public async Task AChangedMappingWaitsForTheNextFullSync()
    {
        var feed = await SyncedAsync("a", "b", "c");
        _fixture.Index.Shape = _fixture.Index.Shape with { Mappings = "m2" };
        feed.Then("v2", "a");
        Assert.Null((await IncrementalAsync(feed)).Fallback);

        var full = await FullAsync(
            new MemoryFeed(
                new MemorySource
                {
                    Partitions =
                    [
                        [new("a", "v2"), new("b", "v1"), new("c", "v1")],
                    ],
                }
            )
        );

        Assert.Equal((3L, "the index's mappings changed since the last full sync."), (full.Counts.Updated, full.Rewrite));
    }

    private string Text(string id) => _fixture.Index.Documents[id]["text"]!.GetValue<string>();

    private async Task<MemoryFeed> SyncedAsync(params string[] ids)
    {
        var feed = new MemoryFeed(MemorySource.Holding(ids));
        Assert.Null((await FullAsync(feed)).Fallback);
        return feed;
    }

    private Task<SyncOutcome> FullAsync(IDataSource source) => RunAsync(SyncKind.Full, source);

    private Task<SyncOutcome> IncrementalAsync(IDataSource source) => RunAsync(SyncKind.Incremental, source);

    private void Begin() => _fixture.Request = _fixture.Request with { JobId = Guid.NewGuid().ToString("N"), Kind = SyncKind.Incremental };

    /// <summary>Runs a sync as a job of its own, and keeps its cursor as a connector would.</summary>
    private async Task<SyncOutcome> RunAsync(SyncKind kind, IDataSource source)
    {
        _fixture.Request = _fixture.Request with { Kind = kind };
        var outcome = await _fixture.RunNextAsync(source);
        _fixture.Request = _fixture.Request with { Cursor = outcome.Cursor?.DeepClone() as JsonObject };
        return outcome;
    }
}
