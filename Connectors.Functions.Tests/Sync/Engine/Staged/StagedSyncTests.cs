using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Staged;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Staged;

public sealed class StagedSyncTests : IDisposable
{
    private readonly StagedFixture _fixture = new();

    private static CancellationToken Token => SyncFixture.Token;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task AddedChangedAndVanishedDocumentsEndAsInOneProcess()
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

        Assert.Equal(
            (SyncEnd.Completed, 1, 1, 1, 1, 3),
            (
                outcome.End,
                outcome.Counts.Skipped,
                outcome.Counts.Updated,
                outcome.Counts.Created,
                outcome.Counts.Deleted,
                outcome.TotalDocuments
            )
        );
        Assert.Equal(["a", "b", "d"], _fixture.Index.Documents.Keys.Order());
    }

    [Fact]
    public async Task OfDuplicatesInAPartitionTheLastOneWinsAndIsCountedOnceOnAnyMachine()
    {
        var source = new MemorySource
        {
            PageSize = 1,
            Partitions =
            [
                [new("a", "1"), new("a", "2"), new("b", "1"), new("c", "1"), new("a", "3"), new("c", "2"), .. Many(10)],
            ],
        };
        _fixture.Limits = _fixture.Limits with { MaxDocuments = 1 };
        _fixture.Runner = new EachOnAnotherMachine(3);

        var outcome = await _fixture.RunAsync(source);

        Assert.Equal((16, 13, 3), (outcome.Counts.Read, outcome.Counts.Created, outcome.Counts.Duplicates));
        Assert.Equal(["3", "1", "2"], new[] { "a", "b", "c" }.Select(id => _fixture.Index.Documents[id]["text"]!.GetValue<string>()));
    }

    [Fact]
    public async Task ALongPartitionIsGatheredOverItsTrailByAMachineThatHasNotSeenIt()
    {
        var ids = Enumerable.Range(0, 200).Select(number => $"id-{number:000}").ToArray();
        _fixture.Limits = _fixture.Limits with { MaxDocuments = 1 };
        await _fixture.RunAsync(
            new MemorySource
            {
                PageSize = 1,
                Partitions =
                [
                    [.. ids.Select(id => new MemoryDocument(id, "v1"))],
                ],
            }
        );
        Assert.Equal(200, _fixture.Memory.Contents.Keys.Count(name => name.EndsWith(".batches", StringComparison.Ordinal)));
        _fixture.Index.Deleted.Clear();

        _fixture.Runner = new EachOnAnotherMachine(2);
        var outcome = await _fixture.RunNextAsync(
            new MemorySource
            {
                PageSize = 1,
                Partitions =
                [
                    [.. ids[..^1].Select(id => new MemoryDocument(id, "v1"))],
                ],
            }
        );

        Assert.Equal((199L, 1L, ids[^1]), (outcome.Counts.Skipped, outcome.Counts.Deleted, Assert.Single(_fixture.Index.Deleted)));
    }

    [Fact]
    public async Task DocumentsThatSeveralPartitionsListAreCountedOnce()
    {
        await _fixture.RunAsync(MemorySource.Holding("same", "changed", "locked"));
        var source = new MemorySource
        {
            Partitions =
            [
                [new("same", "v1"), new("changed", "v2"), new("new", "v1")],
                [new("same", "v1"), new("changed", "v2"), new("new", "v1"), new("locked", "v1")],
            ],
            Unreadable = ["locked"],
        };

        var outcome = await _fixture.RunNextAsync(source);

        Assert.Equal(
            (7, 2, 1, 1, 3, 1),
            (
                outcome.Counts.Read,
                outcome.Counts.Skipped,
                outcome.Counts.Updated,
                outcome.Counts.Created,
                outcome.Counts.Duplicates,
                outcome.Counts.Unreadable
            )
        );
        Assert.Equal(0, outcome.Counts.Deleted);
    }

    [Fact]
    public async Task AnExecutionThatWasTakenForDeadOverwritesNothingThatTheOtherOneAnswered()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d"));
        _fixture.Request = _fixture.Request with { JobId = "job-2" };
        var source = new MemorySource
        {
            PageSize = 10,
            Partitions =
            [
                [new("a", "v2"), new("b", "v1"), new("c", "v1"), new("d", "v1")],
            ],
        };
        var begin = await _fixture.Machine().BeginAsync(_fixture.Request, source, null, Token);
        var page = await _fixture.Machine().ReadPageAsync(_fixture.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token);
        var staged = _fixture.Memory.Contents.ToDictionary();

        // The late one meets a source that has become empty, as one would that lost its permissions meanwhile.
        source.Partitions[0].Clear();
        var late = await _fixture.Machine(1).ReadPageAsync(_fixture.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token);

        Assert.NotEqual(page.Page, late.Page);
        Assert.Empty(_fixture.Memory.Overwritten);
        Assert.All(staged, pair => Assert.Same(pair.Value, _fixture.Memory.Contents[pair.Key]));
        var deletes = await _fixture.Machine(1).PlanDeletesAsync(_fixture.Request, new PlanDeletesInput(begin.Plan!, [page.Page]), Token);
        Assert.Equal((0L, 0), (deletes.Count, deletes.Parts));
    }

    [Fact]
    public async Task WhatAStepThatDiedHasSeenIsNotRemembered()
    {
        var source = new MemorySource
        {
            PageSize = 2,
            Partitions =
            [
                [new("a", "v1"), new("b", "v1"), new("c", "v1"), new("d", "v1")],
            ],
        };
        _fixture.Limits = _fixture.Limits with { MaxDocuments = 2 };
        var begin = await _fixture.Machine().BeginAsync(_fixture.Request, source, null, Token);
        _fixture.Memory.OnCall = name =>
            _ = name.EndsWith(".batches", StringComparison.Ordinal) ? throw new ConnectorException(FailureKind.Retry, "storage") : 0;
        await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture.Machine().ReadPageAsync(_fixture.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token)
        );
        _fixture.Memory.OnCall = null;

        var page = await _fixture.Machine().ReadPageAsync(_fixture.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token);
        var written = await _fixture.Machine().WritePageAsync(_fixture.Request, new WritePageInput(begin.Plan!, page.Page, null, 0), Token);

        Assert.Equal((2L, 0L), (written.Counts.Created, written.Counts.Duplicates));
    }

    [Theory]
    [InlineData(
        "/ids.entries",
        "The snapshot of this sync is missing from staging. Nothing was deleted because of it. Start the sync again."
    )]
    [InlineData(
        "/ids.texts",
        "The snapshot of this sync is missing from staging. Nothing was deleted because of it. Start the sync again."
    )]
    [InlineData("/plan", "The plan of this sync is missing from staging. Nothing was deleted because of it. Start the sync again.")]
    [InlineData("/000/000000-", "A page of this sync is missing from staging. Nothing was deleted because of it. Start the sync again.")]
    [InlineData("/000/000001-", "A page of this sync is missing from staging. Nothing was deleted because of it. Start the sync again.")]
    [InlineData("/000/000002-", "A page of this sync is missing from staging. Nothing was deleted because of it. Start the sync again.")]
    public async Task AMissingBlobIsReportedAndNothingIsDeleted(string part, string message)
    {
        foreach (var isDamaged in new[] { false, true })
        {
            using var fixture = new StagedFixture { Limits = _fixture.Limits with { MaxDocuments = 2 } };
            await fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e", "f"));
            var (plan, last) = await ReadAllAsync(
                fixture,
                new MemorySource
                {
                    PageSize = 2,
                    Partitions =
                    [
                        [new("a", "v2"), new("b", "v2"), new("c", "v1"), new("d", "v1"), new("e", "v1")],
                    ],
                }
            );
            foreach (
                var name in fixture.Memory.Contents.Keys.Where(name =>
                    name.Contains(part, StringComparison.Ordinal) && !name.EndsWith(".batches", StringComparison.Ordinal)
                )
            )
            {
                var content = fixture.Memory.Contents[name];
                fixture.Memory.Contents.Remove(name, out _);
                if (isDamaged)
                {
                    fixture.Memory.Contents[name] = content[..(content.Length / 2)];
                }
            }

            Assert.Empty(fixture.Index.Deleted);
            if (isDamaged && part == "/ids.texts")
            {
                // The sync begins again.
                Assert.NotNull(
                    (await fixture.Machine(1).PlanDeletesAsync(fixture.Request, new PlanDeletesInput(plan, [last]), Token)).Damaged
                );
                continue;
            }

            var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
                fixture.Machine(1).PlanDeletesAsync(fixture.Request, new PlanDeletesInput(plan, [last]), Token)
            );
            Assert.Equal((FailureKind.Fatal, message), (failure.Kind, failure.Message));
        }
    }

    [Fact]
    public async Task MissingBatchesEndTheJob()
    {
        var source = MemorySource.Holding("a");
        var begin = await _fixture.Machine().BeginAsync(_fixture.Request, source, null, Token);
        var page = await _fixture.Machine().ReadPageAsync(_fixture.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token);
        _fixture.Memory.Contents.Remove(page.Page + ".batches", out _);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture.Machine().WritePageAsync(_fixture.Request, new WritePageInput(begin.Plan!, page.Page, null, 0), Token)
        );

        Assert.Equal(
            "A page's batches of this sync is missing from staging. Nothing was deleted because of it. Start the sync again.",
            failure.Message
        );
    }

    [Fact]
    public async Task APartitionThatWasNotReadToItsEndDeletesNothingWhateverTheCallerSays()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e", "f"));
        _fixture.Request = _fixture.Request with { JobId = "job-2" };
        var source = MemorySource.Holding("a", "b", "c", "d", "e", "f");
        _fixture.Limits = _fixture.Limits with { MaxDocuments = 1 };
        var begin = await _fixture.Machine(1).BeginAsync(_fixture.Request, source, null, Token);
        var page = await _fixture.Machine(1).ReadPageAsync(_fixture.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token);
        Assert.False(page.IsLast);

        var cutOff = await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture.Machine().PlanDeletesAsync(_fixture.Request, new PlanDeletesInput(begin.Plan!, [page.Page]), Token)
        );
        var missing = await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture.Machine().PlanDeletesAsync(_fixture.Request, new PlanDeletesInput(begin.Plan!, []), Token)
        );

        Assert.Equal("Partition 'p0' was not read to its end. Nothing was deleted. Start the sync again.", cutOff.Message);
        Assert.Equal("Not every partition was read. Nothing was deleted. Start the sync again.", missing.Message);
    }

    [Fact]
    public async Task ThePageOfAnotherPartitionIsNotTakenForTheRightOne()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c"));
        _fixture.Request = _fixture.Request with { JobId = "job-2" };
        var source = new MemorySource
        {
            Partitions =
            [
                [new("a", "v1")],
                [new("b", "v1"), new("c", "v1")],
            ],
        };
        var begin = await _fixture.Machine().BeginAsync(_fixture.Request, source, null, Token);
        var page = await _fixture.Machine().ReadPageAsync(_fixture.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture.Machine().PlanDeletesAsync(_fixture.Request, new PlanDeletesInput(begin.Plan!, [page.Page, page.Page]), Token)
        );

        Assert.Contains("is not the one that was expected in partition 1. Nothing was deleted", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeletesThatAreSentAgainAfterACrashAreCountedAsOurs()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d"));
        var (plan, last) = await ReadAllAsync(_fixture, MemorySource.Holding("a"));
        var deletes = await _fixture.Machine().PlanDeletesAsync(_fixture.Request, new PlanDeletesInput(plan, [last]), Token);
        var input = new WriteDeletesInput(plan, deletes.Deletes!, 0, deletes.Parts, null, 0);

        await _fixture.Machine().WriteDeletesAsync(_fixture.Request, input, Token);
        var again = await _fixture.Machine(1).WriteDeletesAsync(_fixture.Request, input, Token);

        Assert.Equal((3L, 0L), (again.Counts.Deleted, again.Counts.AlreadyGone));
        Assert.Equal(["a"], _fixture.Index.Documents.Keys);
    }

    [Fact]
    public async Task TooManyDeletesAreRefusedAndUpsertsStand()
    {
        var ids = Enumerable.Range(0, 200).Select(number => $"id-{number:000}").ToArray();
        _fixture.Options = _fixture.Options with { DeleteGuard = new DeleteGuardOptions() };
        await _fixture.RunAsync(MemorySource.Holding(ids));

        var outcome = await _fixture.RunNextAsync(MemorySource.Holding([.. ids.Take(160), "new"]));

        Assert.Equal(SyncEnd.Refused, outcome.End);
        Assert.StartsWith("Nothing was deleted: 40 of the index's 200 documents (20 %)", outcome.Message, StringComparison.Ordinal);
        Assert.Equal((1L, 0L, 201), (outcome.Counts.Created, outcome.Counts.Deleted, _fixture.Index.Documents.Count));
    }

    [Fact]
    public async Task AGapInTheListingWithholdsAllDeletes()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b"));

        var outcome = await _fixture.RunNextAsync(MemorySource.WithGap("permission denied.", "a"));

        Assert.Equal((SyncEnd.Refused, 2), (outcome.End, _fixture.Index.Documents.Count));
        Assert.Contains("folder: permission denied.", outcome.Message, StringComparison.Ordinal);
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
    public async Task RejectedDocumentsAreReportedOverAllPagesAndTooManyFailTheJob()
    {
        _fixture.Index.Reject = id => id.StartsWith("bad", StringComparison.Ordinal);
        var source = new MemorySource
        {
            PageSize = 2,
            Partitions =
            [
                [new("bad-1", "x"), new("a", "x"), new("bad-2", "x"), new("b", "x"), new("bad-3", "x")],
            ],
            Unreadable = ["locked"],
        };
        _fixture.Limits = _fixture.Limits with { MaxDocuments = 2 };

        var outcome = await _fixture.RunAsync(source);
        Assert.Equal((3L, 2L, 4L), (outcome.Counts.Rejected, outcome.Counts.Created, outcome.Rejections.Total));
        Assert.Equal(["bad-1", "bad-2", "bad-3", "locked"], outcome.Rejections.Samples.Select(sample => sample.Id).Order());

        using var strict = new StagedFixture { Limits = _fixture.Limits };
        strict.Options = strict.Options with
        {
            Rejections = new RejectionLimits
            {
                MaxTotal = 2,
                MaxConsecutive = 100,
                MaxRate = 1,
            },
        };
        strict.Index.Reject = _fixture.Index.Reject;
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => strict.RunAsync(source));
        Assert.StartsWith(
            "Too many documents were rejected: 3 documents in all (max_total_errors 2).",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task RejectionsInARowAreCountedAcrossPages()
    {
        _fixture.Index.Reject = _ => true;
        _fixture.Limits = _fixture.Limits with { MaxDocuments = 1 };
        _fixture.Options = _fixture.Options with
        {
            Rejections = new RejectionLimits
            {
                MaxTotal = 100,
                MaxConsecutive = 3,
                MaxRate = 1,
            },
        };

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture.RunAsync(
                new MemorySource
                {
                    PageSize = 1,
                    Partitions =
                    [
                        [.. Many(6)],
                    ],
                }
            )
        );

        Assert.Contains("4 in a row (max_consecutive_errors 3)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADryRunWritesNothingAndTellsWhatItWould()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c"));
        _fixture.Index.Written.Clear();
        _fixture.Request = _fixture.Request with { DryRun = true };

        var outcome = await _fixture.RunNextAsync(
            new MemorySource
            {
                PageSize = 1,
                Partitions =
                [
                    [new("a", "v1")],
                    [new("b", "v2"), new("d", "v1")],
                ],
            }
        );

        Assert.Equal((1, 1, 1, 1), (outcome.Counts.Skipped, outcome.Counts.Updated, outcome.Counts.Created, outcome.Counts.Deleted));
        Assert.Equal(
            ("d", "b", "c"),
            (Assert.Single(outcome.Preview!.Added), Assert.Single(outcome.Preview.Updated), Assert.Single(outcome.Preview.Deleted))
        );
        Assert.Empty(_fixture.Index.Written);
        Assert.Empty(_fixture.Index.Deleted);
    }

    [Fact]
    public async Task AnUnchangedSourceIsNotReadAndAnIndexThatWasMadeAgainIsNotTouched()
    {
        var source = MemorySource.Holding("a", "b");
        source.Change = new ChangeCheckResult(true, "mark-1");
        await _fixture.RunAsync(source);
        source.Change = new ChangeCheckResult(false, "mark-1");
        Assert.Equal(SyncEnd.Unchanged, (await _fixture.RunNextAsync(source)).End);

        var (plan, last) = await ReadAllAsync(_fixture, MemorySource.Holding("a"));
        _fixture.Index.MakeAgain();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture.Machine().PlanDeletesAsync(_fixture.Request, new PlanDeletesInput(plan, [last]), Token)
        );
        Assert.Contains("was deleted or recreated during the sync", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AJobThatAsksForSomethingElseThanItsPlanIsStopped()
    {
        var source = MemorySource.Holding("a");
        var begin = await _fixture.Machine().BeginAsync(_fixture.Request, source, null, Token);

        var other = await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture
                .Machine()
                .ReadPageAsync(_fixture.Request with { Fingerprint = "f2" }, source, new ReadPageInput(begin.Plan!, 0, null), Token)
        );
        var foreign = await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture
                .Machine()
                .ReadPageAsync(_fixture.Request with { JobId = "job-9" }, source, new ReadPageInput(begin.Plan!, 0, null), Token)
        );

        Assert.Equal("The sync's settings were changed while it ran. Start the sync again.", other.Message);
        Assert.Contains("is not one of job 'job-9'", foreign.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AReadThatBreaksOffKeepsWhatItHasAndTheNextOneMeetsTheFailure()
    {
        var source = MemorySource.Holding("a", "b", "c", "d");
        source.OnPage = page => page == 2 ? throw new ConnectorException(FailureKind.Retry, "reset") : Task.CompletedTask;
        var begin = await _fixture.Machine().BeginAsync(_fixture.Request, source, null, Token);

        var page = await _fixture.Machine().ReadPageAsync(_fixture.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token);

        Assert.Equal((3L, false), (page.Counts.Read, page.IsLast));
    }

    [Fact]
    public async Task WhatIsStagedIsListedByJobAndForgottenWithIt()
    {
        _fixture.Request = _fixture.Request with { JobId = "a job/with a name" };
        await _fixture.RunAsync(MemorySource.Holding("a"));

        Assert.Equal(["a job/with a name"], await _fixture.Machine().StagedJobsAsync(Token).ToListAsync(Token));
        await _fixture.Machine().ForgetAsync("a job/with a name", Token);
        Assert.Empty(_fixture.Memory.Contents);
        Assert.Empty(Directory.EnumerateFiles(_fixture.Folder.Path, "ids.*", SearchOption.AllDirectories));
    }

    private static async Task<(PlanName Plan, PageName LastPage)> ReadAllAsync(StagedFixture fixture, MemorySource source)
    {
        fixture.Request = fixture.Request with { JobId = Guid.NewGuid().ToString("N") };
        var begin = await fixture.Machine().BeginAsync(fixture.Request, source, null, Token);
        ReadPageResult? page = null;
        do
        {
            page = await fixture.Machine().ReadPageAsync(fixture.Request, source, new ReadPageInput(begin.Plan!, 0, page?.Page), Token);
        } while (!page.IsLast);
        return (begin.Plan!, page.Page);
    }

    private static IEnumerable<MemoryDocument> Many(int count) =>
        Enumerable.Range(0, count).Select(number => new MemoryDocument("many-" + number, "x"));

    private sealed class EachOnAnotherMachine(int machines) : IStepRunner
    {
        private int _steps;

        public Task<T> RunAsync<T>(StagedFixture fixture, Func<StagedSync, CancellationToken, Task<T>> step) =>
            step(fixture.Machine(Interlocked.Increment(ref _steps) % machines), Token);
    }
}
