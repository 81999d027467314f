using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Sources;
using Connectors.Tests.LocalHost.Durable;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Tests.Sync.Engine;

public sealed class SyncEngineTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task AFirstSyncWritesEveryDocumentWithItsIdAndAStamp()
    {
        var outcome = await _fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d"));

        Assert.Equal(SyncEnd.Completed, outcome.End);
        Assert.Equal((4, 4, 0, 4), (outcome.Counts.Read, outcome.Counts.Created, outcome.Counts.Deleted, outcome.TotalDocuments));
        Assert.Equal(["a", "b", "c", "d"], _fixture.Index.Documents.Keys.Order());
        var document = _fixture.Index.Documents["a"];
        Assert.Equal("a", document["id"]!.GetValue<string>());
        Assert.Equal("v1", document["text"]!.GetValue<string>());
        Assert.Equal("2026-01-31T12:00:00Z", document["_timestamp"]!.GetValue<string>());
        Assert.NotEqual(0, document["_digest"]!.GetValue<long>());
    }

    [Fact]
    public async Task ASecondSyncOfUnchangedDocumentsSendsNothing()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c"));
        _fixture.Index.Written.Clear();

        var outcome = await _fixture.RunNextAsync(MemorySource.Holding("a", "b", "c"));

        Assert.Equal((3, 3, 0), (outcome.Counts.Read, outcome.Counts.Skipped, outcome.Counts.Indexed));
        Assert.Empty(_fixture.Index.Written);
    }

    [Fact]
    public async Task ChangedDocumentsAreUpdatedAndVanishedOnesDeleted()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c"));
        var source = new MemorySource
        {
            Partitions =
            [
                [new("a", "v1"), new("b", "v2"), new("d", "v1")],
            ],
        };

        var outcome = await _fixture.RunNextAsync(source);

        Assert.Equal((1, 1, 1, 1), (outcome.Counts.Skipped, outcome.Counts.Updated, outcome.Counts.Created, outcome.Counts.Deleted));
        Assert.Equal(["a", "b", "d"], _fixture.Index.Documents.Keys.Order());
        Assert.Equal("v2", _fixture.Index.Documents["b"]["text"]!.GetValue<string>());
    }

    [Fact]
    public async Task ATimestampDecidesAboutADocumentThatHasOne()
    {
        var then = new DateTimeOffset(2025, 6, 1, 10, 0, 0, TimeSpan.FromHours(2));
        _fixture.Index.Exists = true;
        _fixture.Index.Put("same", new JsonObject { ["id"] = "same", ["_timestamp"] = "2025-06-01T08:00:00+00:00" });
        _fixture.Index.Put("newer", new JsonObject { ["id"] = "newer", ["_timestamp"] = "2025-06-01T08:00:00+00:00" });

        var outcome = await _fixture.RunAsync(
            new MemorySource
            {
                Partitions =
                [
                    [new("same", "x", then), new("newer", "x", then.AddSeconds(1))],
                ],
            }
        );

        Assert.Equal((1, 1), (outcome.Counts.Skipped, outcome.Counts.Updated));
        Assert.Equal(["newer"], _fixture.Index.Written);
        Assert.Equal("2025-06-01T08:00:01Z", _fixture.Index.Documents["newer"]["_timestamp"]!.GetValue<string>());
        Assert.Null(_fixture.Index.Documents["newer"]["_digest"]);
    }

    [Fact]
    public async Task WhenTheSourceFailsInMidListingNothingIsDeleted()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e", "f", "g"));
        var source = MemorySource.Holding("a", "b", "c", "d");
        source.OnPage = page => page == 2 ? throw new ConnectorException("the backend died") : Task.CompletedTask;

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => _fixture.RunNextAsync(source));

        Assert.Equal("the backend died.", failure.Message);
        Assert.Empty(_fixture.Index.Deleted);
        Assert.Equal(7, _fixture.Index.Documents.Count);
    }

    [Fact]
    public async Task WhenThePartitionThatFailsIsTheLastOneNothingIsDeleted()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c", "x"));
        var source = new MemorySource
        {
            Partitions =
            [
                [new("a", "v1")],
                [new("b", "v1")],
                [new("c", "v1")],
            ],
        };
        source.OnPage = page => page == 3 ? throw new ConnectorException("cut off") : Task.CompletedTask;

        await Assert.ThrowsAsync<ConnectorException>(() => _fixture.RunNextAsync(source));

        Assert.Empty(_fixture.Index.Deleted);
    }

    [Fact]
    public async Task AReadThatMayPassIsTriedAgain()
    {
        var source = MemorySource.Holding("a", "b", "c", "d");
        source.OnPage = page => page is 1 or 3 ? throw new ConnectorException(FailureKind.Retry, "reset") : Task.CompletedTask;

        var outcome = await _fixture.RunAsync(source);

        Assert.Equal((4, 4), (outcome.Counts.Read, outcome.Counts.Created));
        Assert.Equal(4, source.PagesRead);
    }

    [Fact]
    public async Task AnEmptySourceDeletesNothingUnlessItIsAllowed()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b"));

        var refused = await _fixture.RunNextAsync(MemorySource.Holding());
        Assert.Equal(SyncEnd.Refused, refused.End);
        Assert.StartsWith(
            "Nothing was deleted: the source listed no document at all, while the index holds 2.",
            refused.Message,
            StringComparison.Ordinal
        );
        Assert.Equal(2, _fixture.Index.Documents.Count);

        _fixture.Request = _fixture.Request with { AllowMassDelete = true };
        var allowed = await _fixture.RunNextAsync(MemorySource.Holding());
        Assert.Equal((SyncEnd.Completed, 2L), (allowed.End, allowed.Counts.Deleted));
        Assert.Empty(_fixture.Index.Documents);
    }

    [Fact]
    public async Task TooManyDeletesAreRefusedButUpsertsStand()
    {
        var ids = Enumerable.Range(0, 200).Select(number => $"id-{number:000}").ToArray();
        await _fixture.RunAsync(MemorySource.Holding(ids));

        var outcome = await _fixture.RunNextAsync(MemorySource.Holding([.. ids.Take(160), "new"]));

        Assert.Equal(SyncEnd.Refused, outcome.End);
        Assert.Equal(
            "Nothing was deleted: 40 of the index's 200 documents (20 %) are no longer in the source. elasticsearch.delete_guard allows "
                + "15 % or 20 documents, whichever is more. New and changed documents were written. If the deletes are right, run this one "
                + "sync with --allow-mass-delete (allowMassDelete in the HTTP API), or raise max_percent or max_documents.",
            outcome.Message
        );
        Assert.Equal((1L, 0L, 201), (outcome.Counts.Created, outcome.Counts.Deleted, _fixture.Index.Documents.Count));
    }

    [Fact]
    public async Task UnreadableDocumentsAreReportedAndNotDeleted()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "locked"));
        var source = new MemorySource
        {
            Partitions =
            [
                [new("a", "v1"), new("b", "v1")],
            ],
            Unreadable = ["locked"],
        };

        var outcome = await _fixture.RunNextAsync(source);

        Assert.Equal((SyncEnd.Completed, 1L, 0L), (outcome.End, outcome.Counts.Unreadable, outcome.Counts.Deleted));
        Assert.Equal(new Rejection("locked", "unreadable", "told to be unreadable"), Assert.Single(outcome.Rejections.Samples));
        Assert.Contains("locked", _fixture.Index.Documents.Keys);
    }

    [Fact]
    public async Task AGapInTheListingWithholdsAllDeletes()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b"));

        var outcome = await _fixture.RunNextAsync(MemorySource.WithGap("permission denied.", "a"));

        Assert.Equal(SyncEnd.Refused, outcome.End);
        Assert.Equal(
            "Nothing was deleted, because the source could not list everything: folder: permission denied. New and changed documents were "
                + "written. Make that place readable, or leave it out, then sync again.",
            outcome.Message
        );
        Assert.Equal("folder: permission denied.", outcome.Gap);
        Assert.Equal(2, _fixture.Index.Documents.Count);
    }

    [Fact]
    public async Task ADryRunDoesNotCallDeletedWhatAGapMayHide()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b"));
        _fixture.Request = _fixture.Request with { DryRun = true };

        var outcome = await _fixture.RunNextAsync(MemorySource.WithGap("permission denied.", "a"));

        Assert.Equal((SyncEnd.Refused, 0L, 1L), (outcome.End, outcome.Counts.Deleted, outcome.Counts.Skipped));
        Assert.Empty(outcome.Preview!.Deleted);
        Assert.StartsWith("Nothing would be deleted, because the source could not list", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfDuplicatesTheLastOneWinsAndIsCountedOnce()
    {
        var source = new MemorySource
        {
            Partitions =
            [
                [new("a", "1"), new("a", "2"), new("b", "1"), new("c", "1"), new("a", "3"), new("c", "2")],
            ],
        };

        var outcome = await _fixture.RunAsync(source);

        Assert.Equal((6, 3, 3), (outcome.Counts.Read, outcome.Counts.Created, outcome.Counts.Duplicates));
        Assert.Equal(["3", "1", "2"], new[] { "a", "b", "c" }.Select(id => _fixture.Index.Documents[id]["text"]!.GetValue<string>()));
    }

    [Fact]
    public async Task DuplicatesAreToldOnceAPartitionAndNotOnceAPage()
    {
        using var log = new ListLoggerProvider();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(log));
        var engine = new SyncEngine(_fixture.Index, _fixture.Options, new FastForwardTimeProvider(), new Random(1), loggers);
        var same = Enumerable.Repeat(new MemoryDocument("a", "1"), 40).ToList();

        var source = new MemorySource { Partitions = [same] };
        var outcome = await engine.RunAsync(_fixture.Request, source, new SyncProgress(), default, default);

        Assert.Equal(39, outcome.Counts.Duplicates);
        var line = Assert.Single(log.All, line => line.Contains("came more than once", StringComparison.Ordinal));
        Assert.EndsWith("that came more than once: 39; the last one of each id was taken", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "its partitions")]
    [InlineData(false, "its documents")]
    public async Task ASourceThatGivesNullIsNamedAndNothingIsDeleted(bool partitions, string what)
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b"));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => _fixture.RunNextAsync(new NullSource(partitions)));

        Assert.Equal(
            $"{typeof(NullSource).FullName} (assembly Connectors.Functions.Tests) failed with InvalidOperationException: It gave null for "
                + $"{what}.",
            FaultySource.Sentence(failure)
        );
        Assert.Equal(2, _fixture.Index.Documents.Count);
    }

    [Fact]
    public async Task ADocumentThatIsRejectedIsReportedAndTheRestIsWritten()
    {
        _fixture.Index.Reject = id => id == "b";

        var outcome = await _fixture.RunAsync(MemorySource.Holding("a", "b", "c"));

        Assert.Equal((SyncEnd.Completed, 2L, 1L), (outcome.End, outcome.Counts.Created, outcome.Counts.Rejected));
        Assert.Equal(new Rejection("b", "document_parsing_exception", "told to reject"), Assert.Single(outcome.Rejections.Samples));
    }

    [Fact]
    public async Task WhenRejectionIsTheRuleTheJobFails()
    {
        _fixture.Index.Reject = _ => true;
        _fixture.Options = _fixture.Options with { Rejections = new RejectionLimits { MaxConsecutive = 3 } };

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => _fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e")));

        Assert.Contains(" in a row (max_consecutive_errors 3). Last one: '", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnIdThatIsTooLongIsShortenedAndKept()
    {
        var id = new string('x', 600);

        await _fixture.RunAsync(MemorySource.Holding(id));
        var again = await _fixture.RunNextAsync(MemorySource.Holding(id));

        var (shortened, document) = Assert.Single(_fixture.Index.Documents);
        Assert.StartsWith("sha256-", shortened, StringComparison.Ordinal);
        Assert.Equal(id, document["_original_id"]!.GetValue<string>());
        Assert.Equal(1, again.Counts.Skipped);
    }

    [Fact]
    public async Task AChangedPipelineReachesUnchangedDocuments()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b"));
        _fixture.Index.Pipelines.Add("p");
        _fixture.Request = _fixture.Request with { Pipeline = new PipelineSettings("p", true, true, false) };

        var first = await _fixture.RunNextAsync(MemorySource.Holding("a", "b"));
        var second = await _fixture.RunNextAsync(MemorySource.Holding("a", "b"));

        Assert.Equal((2L, 2L), (first.Counts.Updated, second.Counts.Skipped));
        Assert.True(_fixture.Index.Documents["a"]["_reduce_whitespace"]!.GetValue<bool>());
    }

    [Fact]
    public async Task AChangeOfPipelineThatFailedHalfWayIsNotForgottenWhenItIsTakenBack()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d"));
        _fixture.Index.Pipelines.Add("p");
        var old = _fixture.Request;
        _fixture.Request = old with { Pipeline = new PipelineSettings("p", true, true, false) };
        var failing = MemorySource.Holding("a", "b", "c", "d");
        failing.OnPage = page => page == 2 ? throw new ConnectorException("died") : Task.CompletedTask;
        await Assert.ThrowsAsync<ConnectorException>(() => _fixture.RunNextAsync(failing));

        _fixture.Request = old;
        var outcome = await _fixture.RunNextAsync(MemorySource.Holding("a", "b", "c", "d"));

        Assert.Equal(4, outcome.Counts.Updated);
        Assert.All(_fixture.Index.Documents.Values, document => Assert.Null(document["_reduce_whitespace"]));
    }

    [Fact]
    public async Task AMissingPipelineIsNamedBeforeAnythingIsTouched()
    {
        _fixture.Request = _fixture.Request with { Pipeline = new PipelineSettings("nope", true, true, false) };

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => _fixture.RunAsync(MemorySource.Holding("a")));

        Assert.Equal(
            "The ingest pipeline 'nope' does not exist. Create it, or choose another one on the connector's Pipelines tab.",
            failure.Message
        );
        Assert.False(_fixture.Index.Exists);
    }

    [Fact]
    public async Task ASourceThatIsSureThatNothingChangedIsNotRead()
    {
        var source = MemorySource.Holding("a", "b");
        source.Change = new ChangeCheckResult(true, "mark-1");
        await _fixture.RunAsync(source);

        var again = MemorySource.Holding("a", "b");
        again.Change = new ChangeCheckResult(false, "mark-1");
        var outcome = await _fixture.RunNextAsync(again);

        Assert.Equal((SyncEnd.Unchanged, 0L, 2L), (outcome.End, outcome.Counts.Read, outcome.TotalDocuments));
        Assert.Equal(("mark-1", 0), (again.LastToken, again.PagesRead));

        // Somebody else deleted a document from the index: then it counts for nothing that the source is unchanged.
        _fixture.Index.Documents.Remove("a");
        Assert.Equal(SyncEnd.Completed, (await _fixture.RunNextAsync(again)).End);
        Assert.Equal(2, _fixture.Index.Documents.Count);
    }

    [Fact]
    public async Task ASyncThatFailedMakesTheNextOneReadEvenIfTheSourceIsBackAtItsOldState()
    {
        var source = MemorySource.Holding("a", "b", "c", "d");
        source.Change = new ChangeCheckResult(true, "mark-1");
        await _fixture.RunAsync(source);
        var failing = new MemorySource
        {
            Partitions =
            [
                [new("a", "v2"), new("b", "v2"), new("c", "v2"), new("d", "v2")],
            ],
            Change = new ChangeCheckResult(true, "mark-2"),
        };
        failing.OnPage = page => page == 2 ? throw new ConnectorException("died") : Task.CompletedTask;
        await Assert.ThrowsAsync<ConnectorException>(() => _fixture.RunNextAsync(failing));

        var back = MemorySource.Holding("a", "b", "c", "d");
        back.Change = new ChangeCheckResult(false, "mark-1");
        var outcome = await _fixture.RunNextAsync(back);

        Assert.Equal(SyncEnd.Completed, outcome.End);
        Assert.All(_fixture.Index.Documents.Values, document => Assert.Equal("v1", document["text"]!.GetValue<string>()));
    }

    [Fact]
    public async Task ADryRunTellsWhatWouldBeDoneAndWritesNothing()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c"));
        var before = _fixture.Index.Written.Count;
        _fixture.Request = _fixture.Request with { DryRun = true };

        var outcome = await _fixture.RunNextAsync(
            new MemorySource
            {
                Partitions =
                [
                    [new("a", "v1"), new("b", "v2"), new("new", "v1")],
                ],
            }
        );

        Assert.Equal((1L, 1L, 1L, 1L), (outcome.Counts.Skipped, outcome.Counts.Created, outcome.Counts.Updated, outcome.Counts.Deleted));
        Assert.Equal(["new"], outcome.Preview!.Added);
        Assert.Equal(["b"], outcome.Preview.Updated);
        Assert.Equal(["c"], outcome.Preview.Deleted);
        Assert.Equal(before, _fixture.Index.Written.Count);
        Assert.Empty(_fixture.Index.Deleted);
    }

    [Fact]
    public async Task AStoppedSyncGoesOnAtTheNextPageWithExactCounts()
    {
        var ids = Enumerable.Range(0, 20).Select(number => "id-" + number).ToArray();
        using var stop = new CancellationTokenSource();
        var source = MemorySource.Holding(ids);
        source.OnPage = page => page == 3 ? stop.CancelAsync() : Task.CompletedTask;

        var stopped = await _fixture.RunAsync(source, stop.Token);
        Assert.Equal((SyncEnd.Stopped, 9L), (stopped.End, stopped.Counts.Read));
        Assert.True(_fixture.NewEngine().CanResume("job-1"));

        var rest = MemorySource.Holding(ids);
        var outcome = await _fixture.RunAsync(rest);

        Assert.Equal((SyncEnd.Completed, 20L, 20L), (outcome.End, outcome.Counts.Read, outcome.Counts.Created));
        Assert.Equal(4, rest.PagesRead);
        Assert.Equal(20, _fixture.Index.Written.Count);
        Assert.Equal(20, _fixture.Progress.Counts.Created);
        Assert.Equal(9, _fixture.Progress.ResumedAfter);
    }

    [Fact]
    public async Task WhereTheSourceDoesNotKnowItsSizeTheIndexGivesAGuess()
    {
        await _fixture.RunNextAsync(MemorySource.Holding("a", "b", "c"));
        Assert.Null(_fixture.Progress.EstimatedDocuments);

        await _fixture.RunNextAsync(MemorySource.Holding("a", "b"));

        Assert.Equal((3, true), (_fixture.Progress.EstimatedDocuments, _fixture.Progress.IsEstimateGuess));
    }

    [Fact]
    public async Task WhenTheStateIsDamagedTheSyncStartsOver()
    {
        using var stop = new CancellationTokenSource();
        var source = MemorySource.Holding("a", "b", "c", "d", "e");
        source.OnPage = page => page == 1 ? stop.CancelAsync() : Task.CompletedTask;
        await _fixture.RunAsync(source, stop.Token);
        var plan = Path.Combine(_fixture.Folder.Path, "jobs", "job-1", "plan.json");
        await File.WriteAllTextAsync(plan, "{\"Format\":1,", TestContext.Current.CancellationToken);

        var outcome = await _fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e"));

        Assert.Equal((SyncEnd.Completed, 5L), (outcome.End, outcome.Counts.Read));
        Assert.Equal(5, _fixture.Index.Documents.Count);
    }

    [Fact]
    public async Task WhenTheIndexIsMadeAgainDuringTheSyncItSaysSo()
    {
        var source = MemorySource.Holding("a", "b", "c", "d", "e");
        source.OnPage = page =>
        {
            if (page == 2)
            {
                _fixture.Index.MakeAgain();
            }

            return Task.CompletedTask;
        };

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => _fixture.RunAsync(source));

        Assert.StartsWith("The index 'search-memory' was deleted or recreated during the sync.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoProcessesCantRunTheSameJob()
    {
        var source = MemorySource.Holding("a");
        source.OnPage = async _ =>
        {
            var other = await Assert.ThrowsAsync<ConnectorException>(() =>
                _fixture.NewEngine().RunAsync(_fixture.Request, MemorySource.Holding("a"), new SyncProgress(), default, default)
            );
            Assert.Contains("Another process may be running this job", other.Message, StringComparison.Ordinal);
            Assert.False(_fixture.NewEngine().CanResume("job-1"));
        };

        Assert.Equal(SyncEnd.Completed, (await _fixture.RunAsync(source)).End);
    }

    /// <summary>Gives null in place of partitions, or of a page.</summary>
    private sealed class NullSource(bool partitions) : IDataSource
    {
        public SourceDescription Description { get; } =
            new()
            {
                Name = "Null",
                ServiceType = "null",
                Fields = [],
            };

        public Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
            Task.FromResult(ChangeCheckResult.Unknown);

        public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<SourcePartition>>(partitions ? null! : [SourcePartition.All]);

        public Task<SourcePage> ReadPageAsync(
            SourcePartition partition,
            PageToken after,
            PageLimits limits,
            CancellationToken cancellationToken
        ) => Task.FromResult<SourcePage>(null!);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
