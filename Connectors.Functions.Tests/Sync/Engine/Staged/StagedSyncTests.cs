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
    private readonly StagedBench _bench = new();

    private static CancellationToken Token => StagedBench.Token;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task AddedChangedAndVanishedDocumentsEndAsInOneProcess()
    {
        await _bench.RunAsync(MemorySource.Holding("a", "b", "c"));
        var source = new MemorySource
        {
            Partitions =
            [
                [new("a", "v1"), new("b", "v2"), new("d", "v1")],
            ],
        };

        var outcome = await _bench.RunNextAsync(source);

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
        Assert.Equal(["a", "b", "d"], _bench.Index.Documents.Keys.Order());
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
        _bench.Limits = _bench.Limits with { MaxDocuments = 1 };
        _bench.Runner = new EachOnAnotherMachine(3);

        var outcome = await _bench.RunAsync(source);

        Assert.Equal((16, 13, 3), (outcome.Counts.Read, outcome.Counts.Created, outcome.Counts.Duplicates));
        Assert.Equal(["3", "1", "2"], new[] { "a", "b", "c" }.Select(id => _bench.Index.Documents[id]["text"]!.GetValue<string>()));
    }

    [Fact]
    public async Task ALongPartitionIsGatheredOverItsTrailByAMachineThatHasNotSeenIt()
    {
        var ids = Enumerable.Range(0, 200).Select(number => $"id-{number:000}").ToArray();
        _bench.Limits = _bench.Limits with { MaxDocuments = 1 };
        await _bench.RunAsync(
            new MemorySource
            {
                PageSize = 1,
                Partitions =
                [
                    [.. ids.Select(id => new MemoryDocument(id, "v1"))],
                ],
            }
        );
        Assert.Equal(200, _bench.Memory.Contents.Keys.Count(name => name.EndsWith(".batches", StringComparison.Ordinal)));
        _bench.Index.Deleted.Clear();

        _bench.Runner = new EachOnAnotherMachine(2);
        var outcome = await _bench.RunNextAsync(
            new MemorySource
            {
                PageSize = 1,
                Partitions =
                [
                    [.. ids[..^1].Select(id => new MemoryDocument(id, "v1"))],
                ],
            }
        );

        Assert.Equal((199L, 1L, ids[^1]), (outcome.Counts.Skipped, outcome.Counts.Deleted, Assert.Single(_bench.Index.Deleted)));
    }

    [Fact]
    public async Task DocumentsThatSeveralPartitionsListAreCountedOnce()
    {
        await _bench.RunAsync(MemorySource.Holding("same", "changed", "locked"));
        var source = new MemorySource
        {
            Partitions =
            [
                [new("same", "v1"), new("changed", "v2"), new("new", "v1")],
                [new("same", "v1"), new("changed", "v2"), new("new", "v1"), new("locked", "v1")],
            ],
            Unreadable = ["locked"],
        };

        var outcome = await _bench.RunNextAsync(source);

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
        await _bench.RunAsync(MemorySource.Holding("a", "b", "c", "d"));
        _bench.Request = _bench.Request with { JobId = "job-2" };
        var source = new MemorySource
        {
            PageSize = 10,
            Partitions =
            [
                [new("a", "v2"), new("b", "v1"), new("c", "v1"), new("d", "v1")],
            ],
        };
        var begin = await _bench.Machine().BeginAsync(_bench.Request, source, null, Token);
        var page = await _bench.Machine().ReadPageAsync(_bench.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token);
        var staged = _bench.Memory.Contents.ToDictionary();

        // The late one meets a source that has become empty, as one would that lost its permissions meanwhile.
        source.Partitions[0].Clear();
        var late = await _bench.Machine(1).ReadPageAsync(_bench.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token);

        Assert.NotEqual(page.Page, late.Page);
        Assert.Empty(_bench.Memory.Overwritten);
        Assert.All(staged, pair => Assert.Same(pair.Value, _bench.Memory.Contents[pair.Key]));
        var deletes = await _bench.Machine(1).PlanDeletesAsync(_bench.Request, new PlanDeletesInput(begin.Plan!, [page.Page]), Token);
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
        _bench.Limits = _bench.Limits with { MaxDocuments = 2 };
        var begin = await _bench.Machine().BeginAsync(_bench.Request, source, null, Token);
        _bench.Memory.OnCall = name =>
            _ = name.EndsWith(".batches", StringComparison.Ordinal) ? throw new ConnectorException(FailureKind.Retry, "storage") : 0;
        await Assert.ThrowsAsync<ConnectorException>(() =>
            _bench.Machine().ReadPageAsync(_bench.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token)
        );
        _bench.Memory.OnCall = null;

        var page = await _bench.Machine().ReadPageAsync(_bench.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token);
        var written = await _bench.Machine().WritePageAsync(_bench.Request, new WritePageInput(begin.Plan!, page.Page, null, 0), Token);

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
            using var bench = new StagedBench { Limits = _bench.Limits with { MaxDocuments = 2 } };
            await bench.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e", "f"));
            var (plan, last) = await ReadAllAsync(
                bench,
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
                var name in bench.Memory.Contents.Keys.Where(name =>
                    name.Contains(part, StringComparison.Ordinal) && !name.EndsWith(".batches", StringComparison.Ordinal)
                )
            )
            {
                var content = bench.Memory.Contents[name];
                bench.Memory.Contents.Remove(name, out _);
                if (isDamaged)
                {
                    bench.Memory.Contents[name] = content[..(content.Length / 2)];
                }
            }

            Assert.Empty(bench.Index.Deleted);
            if (isDamaged && part == "/ids.texts")
            {
                // The sync begins again.
                Assert.NotNull((await bench.Machine(1).PlanDeletesAsync(bench.Request, new PlanDeletesInput(plan, [last]), Token)).Damaged);
                continue;
            }

            var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
                bench.Machine(1).PlanDeletesAsync(bench.Request, new PlanDeletesInput(plan, [last]), Token)
            );
            Assert.Equal((FailureKind.Fatal, message), (failure.Kind, failure.Message));
        }
    }

    [Fact]
    public async Task MissingBatchesEndTheJob()
    {
        var source = MemorySource.Holding("a");
        var begin = await _bench.Machine().BeginAsync(_bench.Request, source, null, Token);
        var page = await _bench.Machine().ReadPageAsync(_bench.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token);
        _bench.Memory.Contents.Remove(page.Page + ".batches", out _);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            _bench.Machine().WritePageAsync(_bench.Request, new WritePageInput(begin.Plan!, page.Page, null, 0), Token)
        );

        Assert.Equal(
            "A page's batches of this sync is missing from staging. Nothing was deleted because of it. Start the sync again.",
            failure.Message
        );
    }

    [Fact]
    public async Task APartitionThatWasNotReadToItsEndDeletesNothingWhateverTheCallerSays()
    {
        await _bench.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e", "f"));
        _bench.Request = _bench.Request with { JobId = "job-2" };
        var source = MemorySource.Holding("a", "b", "c", "d", "e", "f");
        _bench.Limits = _bench.Limits with { MaxDocuments = 1 };
        var begin = await _bench.Machine(1).BeginAsync(_bench.Request, source, null, Token);
        var page = await _bench.Machine(1).ReadPageAsync(_bench.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token);
        Assert.False(page.IsLast);

        var cutOff = await Assert.ThrowsAsync<ConnectorException>(() =>
            _bench.Machine().PlanDeletesAsync(_bench.Request, new PlanDeletesInput(begin.Plan!, [page.Page]), Token)
        );
        var missing = await Assert.ThrowsAsync<ConnectorException>(() =>
            _bench.Machine().PlanDeletesAsync(_bench.Request, new PlanDeletesInput(begin.Plan!, []), Token)
        );

        Assert.Equal("Partition 'p0' was not read to its end. Nothing was deleted. Start the sync again.", cutOff.Message);
        Assert.Equal("Not every partition was read. Nothing was deleted. Start the sync again.", missing.Message);
    }

    [Fact]
    public async Task ThePageOfAnotherPartitionIsNotTakenForTheRightOne()
    {
        await _bench.RunAsync(MemorySource.Holding("a", "b", "c"));
        _bench.Request = _bench.Request with { JobId = "job-2" };
        var source = new MemorySource
        {
            Partitions =
            [
                [new("a", "v1")],
                [new("b", "v1"), new("c", "v1")],
            ],
        };
        var begin = await _bench.Machine().BeginAsync(_bench.Request, source, null, Token);
        var page = await _bench.Machine().ReadPageAsync(_bench.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            _bench.Machine().PlanDeletesAsync(_bench.Request, new PlanDeletesInput(begin.Plan!, [page.Page, page.Page]), Token)
        );

        Assert.Contains("is not the one that was expected in partition 1. Nothing was deleted", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeletesThatAreSentAgainAfterACrashAreCountedAsOurs()
    {
        await _bench.RunAsync(MemorySource.Holding("a", "b", "c", "d"));
        var (plan, last) = await ReadAllAsync(_bench, MemorySource.Holding("a"));
        var deletes = await _bench.Machine().PlanDeletesAsync(_bench.Request, new PlanDeletesInput(plan, [last]), Token);
        var input = new WriteDeletesInput(plan, deletes.Deletes!, 0, deletes.Parts, null, 0);

        await _bench.Machine().WriteDeletesAsync(_bench.Request, input, Token);
        var again = await _bench.Machine(1).WriteDeletesAsync(_bench.Request, input, Token);

        Assert.Equal((3L, 0L), (again.Counts.Deleted, again.Counts.AlreadyGone));
        Assert.Equal(["a"], _bench.Index.Documents.Keys);
    }

    [Fact]
    public async Task TooManyDeletesAreRefusedAndUpsertsStand()
    {
        var ids = Enumerable.Range(0, 200).Select(number => $"id-{number:000}").ToArray();
        _bench.Options = _bench.Options with { DeleteGuard = new DeleteGuardOptions() };
        await _bench.RunAsync(MemorySource.Holding(ids));

        var outcome = await _bench.RunNextAsync(MemorySource.Holding([.. ids.Take(160), "new"]));

        Assert.Equal(SyncEnd.Refused, outcome.End);
        Assert.StartsWith("Nothing was deleted: 40 of the index's 200 documents (20 %)", outcome.Message, StringComparison.Ordinal);
        Assert.Equal((1L, 0L, 201), (outcome.Counts.Created, outcome.Counts.Deleted, _bench.Index.Documents.Count));
    }

    [Fact]
    public async Task AGapInTheListingWithholdsAllDeletes()
    {
        await _bench.RunAsync(MemorySource.Holding("a", "b"));

        var outcome = await _bench.RunNextAsync(
            new MemorySource
            {
                Partitions =
                [
                    [new("a", "v1")],
                ],
                Gap = "permission denied.",
            }
        );

        Assert.Equal((SyncEnd.Refused, 2), (outcome.End, _bench.Index.Documents.Count));
        Assert.Contains("folder: permission denied.", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RejectedDocumentsAreReportedOverAllPagesAndTooManyFailTheJob()
    {
        _bench.Index.Reject = id => id.StartsWith("bad", StringComparison.Ordinal);
        var source = new MemorySource
        {
            PageSize = 2,
            Partitions =
            [
                [new("bad-1", "x"), new("a", "x"), new("bad-2", "x"), new("b", "x"), new("bad-3", "x")],
            ],
            Unreadable = ["locked"],
        };
        _bench.Limits = _bench.Limits with { MaxDocuments = 2 };

        var outcome = await _bench.RunAsync(source);
        Assert.Equal((3L, 2L, 4L), (outcome.Counts.Rejected, outcome.Counts.Created, outcome.Rejections.Total));
        Assert.Equal(["bad-1", "bad-2", "bad-3", "locked"], outcome.Rejections.Samples.Select(sample => sample.Id).Order());

        using var strict = new StagedBench { Limits = _bench.Limits };
        strict.Options = strict.Options with
        {
            Rejections = new RejectionLimits
            {
                MaxTotal = 2,
                MaxConsecutive = 100,
                MaxRate = 1,
            },
        };
        strict.Index.Reject = _bench.Index.Reject;
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
        _bench.Index.Reject = _ => true;
        _bench.Limits = _bench.Limits with { MaxDocuments = 1 };
        _bench.Options = _bench.Options with
        {
            Rejections = new RejectionLimits
            {
                MaxTotal = 100,
                MaxConsecutive = 3,
                MaxRate = 1,
            },
        };

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            _bench.RunAsync(
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
        await _bench.RunAsync(MemorySource.Holding("a", "b", "c"));
        _bench.Index.Written.Clear();
        _bench.Request = _bench.Request with { DryRun = true };

        var outcome = await _bench.RunNextAsync(
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
        Assert.Empty(_bench.Index.Written);
        Assert.Empty(_bench.Index.Deleted);
    }

    [Fact]
    public async Task AnUnchangedSourceIsNotReadAndAnIndexThatWasMadeAgainIsNotTouched()
    {
        var source = MemorySource.Holding("a", "b");
        source.Change = new ChangeCheckResult(true, "mark-1");
        await _bench.RunAsync(source);
        source.Change = new ChangeCheckResult(false, "mark-1");
        Assert.Equal(SyncEnd.Unchanged, (await _bench.RunNextAsync(source)).End);

        var (plan, last) = await ReadAllAsync(_bench, MemorySource.Holding("a"));
        _bench.Index.MakeAgain();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            _bench.Machine().PlanDeletesAsync(_bench.Request, new PlanDeletesInput(plan, [last]), Token)
        );
        Assert.Contains("was deleted or recreated during the sync", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AJobThatAsksForSomethingElseThanItsPlanIsStopped()
    {
        var source = MemorySource.Holding("a");
        var begin = await _bench.Machine().BeginAsync(_bench.Request, source, null, Token);

        var other = await Assert.ThrowsAsync<ConnectorException>(() =>
            _bench
                .Machine()
                .ReadPageAsync(_bench.Request with { Fingerprint = "f2" }, source, new ReadPageInput(begin.Plan!, 0, null), Token)
        );
        var foreign = await Assert.ThrowsAsync<ConnectorException>(() =>
            _bench.Machine().ReadPageAsync(_bench.Request with { JobId = "job-9" }, source, new ReadPageInput(begin.Plan!, 0, null), Token)
        );

        Assert.Equal("The sync's settings were changed while it ran. Start the sync again.", other.Message);
        Assert.Contains("is not one of job 'job-9'", foreign.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AReadThatBreaksOffKeepsWhatItHasAndTheNextOneMeetsTheFailure()
    {
        var source = MemorySource.Holding("a", "b", "c", "d");
        source.OnPage = page => page == 2 ? throw new ConnectorException(FailureKind.Retry, "reset") : Task.CompletedTask;
        var begin = await _bench.Machine().BeginAsync(_bench.Request, source, null, Token);

        var page = await _bench.Machine().ReadPageAsync(_bench.Request, source, new ReadPageInput(begin.Plan!, 0, null), Token);

        Assert.Equal((3L, false), (page.Counts.Read, page.IsLast));
    }

    [Fact]
    public async Task WhatIsStagedIsListedByJobAndForgottenWithIt()
    {
        _bench.Request = _bench.Request with { JobId = "a job/with a name" };
        await _bench.RunAsync(MemorySource.Holding("a"));

        Assert.Equal(["a job/with a name"], await _bench.Machine().StagedJobsAsync(Token).ToListAsync(Token));
        await _bench.Machine().ForgetAsync("a job/with a name", Token);
        Assert.Empty(_bench.Memory.Contents);
        Assert.Empty(Directory.EnumerateFiles(_bench.Folder.Path, "ids.*", SearchOption.AllDirectories));
    }

    private static async Task<(PlanName Plan, PageName LastPage)> ReadAllAsync(StagedBench bench, MemorySource source)
    {
        bench.Request = bench.Request with { JobId = Guid.NewGuid().ToString("N") };
        var begin = await bench.Machine().BeginAsync(bench.Request, source, null, Token);
        ReadPageResult? page = null;
        do
        {
            page = await bench.Machine().ReadPageAsync(bench.Request, source, new ReadPageInput(begin.Plan!, 0, page?.Page), Token);
        } while (!page.IsLast);
        return (begin.Plan!, page.Page);
    }

    private static IEnumerable<MemoryDocument> Many(int count) =>
        Enumerable.Range(0, count).Select(number => new MemoryDocument("many-" + number, "x"));

    private sealed class EachOnAnotherMachine(int machines) : IStepRunner
    {
        private int _steps;

        public Task<T> RunAsync<T>(StagedBench bench, Func<StagedSync, CancellationToken, Task<T>> step) =>
            step(bench.Machine(Interlocked.Increment(ref _steps) % machines), Token);
    }
}
