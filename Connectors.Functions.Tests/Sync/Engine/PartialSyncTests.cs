using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Filtering;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Engine;

/// <summary>Syncs that only delete, and syncs that delete nothing.</summary>
public sealed class PartialSyncTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task ASyncThatOnlyDeletesDeletesWhatVanishedAndWritesNothing()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c"));
        _fixture.Index.Written.Clear();

        var outcome = await RunAsync(
            SyncKind.DeletesOnly,
            new MemorySource
            {
                Partitions =
                [
                    [new("a", "v2"), new("d", "v1")],
                    [new("c", "v1")],
                ],
            }
        );

        Assert.Equal((SyncEnd.Completed, 3, 0, 1), (outcome.End, outcome.Counts.Read, outcome.Counts.Indexed, outcome.Counts.Deleted));
        Assert.Equal(["a", "c"], _fixture.Index.Documents.Keys.Order());
        Assert.Equal("v1", Text("a"));
        Assert.Empty(_fixture.Index.Written);
    }

    [Fact]
    public async Task ItAsksForIdsAloneWhereTheSourceCanGiveThem()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b"));
        var source = new IdSource(MemorySource.Holding("b"));

        await RunAsync(SyncKind.DeletesOnly, source);

        Assert.Equal((1, 0), (source.IdPages, source.Pages));
        Assert.Equal(["b"], _fixture.Index.Documents.Keys);
    }

    [Fact]
    public async Task WithRulesThatLookAtFieldsItReadsDocumentsAndDeletesWhatTheyLeaveOut()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b"));
        _fixture.Request = _fixture.Request with
        {
            Rules = new DocumentRules([new DocumentRule("r", RulePolicy.Exclude, "text", RuleComparison.EqualTo, "secret")]),
        };
        var source = new IdSource(
            new MemorySource
            {
                Partitions =
                [
                    [new("a", "secret"), new("b", "v1")],
                ],
            }
        );

        await RunAsync(SyncKind.DeletesOnly, source);

        Assert.Equal(0, source.IdPages);
        Assert.Equal(["b"], _fixture.Index.Documents.Keys);
    }

    [Fact]
    public async Task ItDeletesNothingWhenTheSourceFails()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d"));
        var source = MemorySource.Holding("a", "b", "c", "x", "y");
        source.OnPage = page => page == 2 ? throw new ConnectorException("the backend died") : Task.CompletedTask;

        await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(SyncKind.DeletesOnly, source));

        Assert.Empty(_fixture.Index.Deleted);
    }

    [Fact]
    public async Task ItDeletesNothingWhenAPlaceCouldNotBeListed()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b"));

        var outcome = await RunAsync(
            SyncKind.DeletesOnly,
            MemorySource.WithGap("may not be read", "a")
        );

        Assert.Equal(SyncEnd.Refused, outcome.End);
        Assert.DoesNotContain("written", outcome.Message, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], _fixture.Index.Documents.Keys.Order());
    }

    [Fact]
    public async Task TheDeleteGuardHoldsForIt()
    {
        _fixture.Options = _fixture.Options with
        {
            DeleteGuard = new DeleteGuardOptions { MaxDocuments = 0, MaxPercent = 15 },
        };
        await _fixture.RunAsync(MemorySource.Holding("a", "b"));

        var refused = await RunAsync(SyncKind.DeletesOnly, MemorySource.Holding("a"));
        Assert.Equal(SyncEnd.Refused, refused.End);
        Assert.DoesNotContain("written", refused.Message, StringComparison.Ordinal);
        _fixture.Request = _fixture.Request with { AllowMassDelete = true };
        Assert.Equal(1, (await RunAsync(SyncKind.DeletesOnly, MemorySource.Holding("a"))).Counts.Deleted);
    }

    [Fact]
    public async Task AKilledOneGoesOnAfterTheLastPageThatWasRead()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e"));
        var source = new IdSource(MemorySource.Holding("a", "c", "d", "e"));
        source.OnIds = page => page == 2 ? throw new OperationCanceledException("killed") : Task.CompletedTask;
        _fixture.Request = _fixture.Request with { JobId = "deletes", Kind = SyncKind.DeletesOnly };
        await Assert.ThrowsAsync<OperationCanceledException>(() => _fixture.RunAsync(source));
        Assert.Empty(_fixture.Index.Deleted);
        source.OnIds = null;

        var outcome = await _fixture.RunAsync(source);

        Assert.Equal((3, 4, 1), (source.IdPages, outcome.Counts.Read, outcome.Counts.Deleted));
        Assert.Equal(["b"], _fixture.Index.Deleted);
    }

    [Fact]
    public async Task AChangeOfRulesStillReachesEveryDocumentAfterIt()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b"));
        _fixture.Request = _fixture.Request with { Fingerprint = "f2" };

        await RunAsync(SyncKind.DeletesOnly, MemorySource.Holding("a"));

        Assert.Equal(1, (await RunAsync(SyncKind.Full, MemorySource.Holding("a"))).Counts.Updated);
    }

    [Fact]
    public async Task AnUnchangedSourceIsReadAgainAfterASyncThatWroteNothing()
    {
        var source = MemorySource.Holding("a", "b");
        source.Change = new ChangeCheckResult(HasChanged: true, "mark-1");
        await _fixture.RunAsync(source);
        var changed = new MemorySource
        {
            Partitions =
            [
                [new("a", "v2"), new("b", "v1")],
            ],
            Change = new ChangeCheckResult(HasChanged: true, "mark-2"),
        };
        await RunAsync(SyncKind.DeletesOnly, changed);
        changed.Change = new ChangeCheckResult(HasChanged: false, "mark-2");

        var outcome = await RunAsync(SyncKind.Full, changed);

        Assert.Equal((SyncEnd.Completed, 1), (outcome.End, outcome.Counts.Updated));
    }

    [Fact]
    public async Task AnIndexThatAnotherServiceFilledKeepsItsDocuments()
    {
        _fixture.Index.Exists = true;
        _fixture.Index.Put(
            "a",
            new JsonObject
            {
                ["id"] = "a",
                ["_timestamp"] = "2026-01-01T00:00:00Z",
                ["text"] = "theirs",
            }
        );
        _fixture.Index.Put("b", new JsonObject { ["id"] = "b", ["text"] = "theirs" });

        await RunAsync(SyncKind.DeletesOnly, MemorySource.Holding("a"));

        Assert.Equal("theirs", Text("a"));
        Assert.Null(_fixture.Index.Meta);
    }

    [Fact]
    public async Task ASyncWithoutDeletesWritesWhatChangedAndDeletesNothing()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c"));
        _fixture.Index.Written.Clear();

        var outcome = await RunAsync(
            SyncKind.NoDeletes,
            new MemorySource
            {
                Partitions =
                [
                    [new("a", "v2"), new("b", "v1"), new("d", "v1")],
                ],
            }
        );

        Assert.Equal(
            (SyncEnd.Completed, 1, 1, 1, 0),
            (outcome.End, outcome.Counts.Skipped, outcome.Counts.Updated, outcome.Counts.Created, outcome.Counts.Deleted)
        );
        Assert.Equal(["a", "b", "c", "d"], _fixture.Index.Documents.Keys.Order());
        Assert.Equal(1, (
                await RunAsync(
                    SyncKind.Full,
                    new MemorySource
                    {
                        Partitions =
                        [
                            [new("a", "v2"), new("b", "v1"), new("d", "v1")],
                        ],
                    }
                )
            ).Counts.Deleted);
    }

    [Fact]
    public async Task WithoutDeletesAnEmptySourceIsNothingToRefuse()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b"));

        Assert.Equal(SyncEnd.Completed, (await RunAsync(SyncKind.NoDeletes, MemorySource.Holding())).End);
        Assert.Equal(2, _fixture.Index.Documents.Count);
    }

    [Theory]
    [InlineData(SyncKind.DeletesOnly)]
    [InlineData(SyncKind.NoDeletes)]
    public async Task PartialSyncsDoNotMoveTheCursor(object kind)
    {
        var feed = new MemoryFeed(MemorySource.Holding("a", "b"));
        _fixture.Request = _fixture.Request with { Cursor = (await _fixture.RunAsync(feed)).Cursor };
        feed.Then("v2", "a");

        var outcome = await RunAsync((SyncKind)kind, feed);

        Assert.Equal((SyncEnd.Completed, null), (outcome.End, outcome.Cursor));
    }

    private string Text(string id) => _fixture.Index.Documents[id]["text"]!.GetValue<string>();

    private async Task<SyncOutcome> RunAsync(SyncKind kind, IDataSource source)
    {
        _fixture.Request = _fixture.Request with { Kind = kind };
        return await _fixture.RunNextAsync(source);
    }
}
