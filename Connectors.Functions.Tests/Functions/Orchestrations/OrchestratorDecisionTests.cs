using Connectors.Functions.Activities;
using Connectors.Functions.Orchestrations;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Testing;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using Xunit;

namespace Connectors.Tests.Functions.Orchestrations;

/// <summary>What the orchestrators decide, by what they call in which order; the answers are the tests'.</summary>
public sealed class OrchestratorDecisionTests
{
    private static readonly SyncJobInput Target = new("j1", "c1");
    private static readonly PlanName Plan = new("j1/plan");
    private readonly Mock<TaskOrchestrationContext> _context = new() { CallBase = true };
    private readonly List<string> _calls = [];
    private readonly RecordingLoggerFactory _log = new();
    private object? _continuedWith;

    public OrchestratorDecisionTests()
    {
        _context.Setup(item => item.InstanceId).Returns("j1");
        _context.Setup(item => item.CurrentUtcDateTime).Returns(new DateTime(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc));
        _context.Setup(item => item.CreateReplaySafeLogger(It.IsAny<string>())).Returns(NullLogger.Instance);
        _context
            .Setup(item => item.CreateTimer(It.IsAny<DateTime>(), It.IsAny<CancellationToken>()))
            .Returns(new TaskCompletionSource().Task);
        _context
            .Setup(item => item.ContinueAsNew(It.IsAny<object?>(), It.IsAny<bool>()))
            .Callback((object? input, bool _) => _continuedWith = input);
        Answer(nameof(JobActivities.ClaimJob), true);
        Answer(nameof(JobActivities.EndJob), true);
        Answer(nameof(SourceActivities.PingSource), true);
        Answer(nameof(StagingActivities.CleanStaging), true);
        Answer(nameof(SourceActivities.BeginSync), new BeginSyncResult(new BeginResult(Plan, 2, 10, null), 2));
        Answer(nameof(IndexActivities.PlanDeletes), new PlanDeletesResult(new DeletesName("j1/plan/deletes"), 7, 70, null, false, default));
        Answer(nameof(IndexActivities.WriteDeletes), new WriteResult(new SyncCounts(Deleted: 30), null));
        Answer(nameof(IndexActivities.CompleteSync), new SyncSummary("completed", default, 5));
        Answer(nameof(IndexActivities.WritePage), new WriteResult(new SyncCounts(Created: 1), null));
        _context
            .Setup(item =>
                item.CallSubOrchestratorAsync<StepResult<PartitionState>>(
                    new TaskName(nameof(SyncPartition)),
                    It.IsAny<object>(),
                    It.IsAny<TaskOptions>()
                )
            )
            .Returns(
                (TaskName _, object input, TaskOptions options) =>
                {
                    var order = (SyncPartitionInput)input;
                    _calls.Add($"{nameof(SyncPartition)} {order.State.Number}");
                    Assert.NotNull(options.Retry);
                    return Task.FromResult(new StepResult<PartitionState>(order.State with { Page = new PageName("last"), IsRead = true }));
                }
            );
    }

    [Fact]
    public async Task TheStepsComeInOrderAndDeletesAfterAllPartitions()
    {
        var summary = await RunAsync();

        Assert.Equal("completed", summary!.Status);
        Assert.Equal(
            [
                "ClaimJob",
                "PingSource",
                "BeginSync",
                "SyncPartition 0",
                "SyncPartition 1",
                "PlanDeletes",
                "WriteDeletes 0+3",
                "WriteDeletes 3+3",
                "WriteDeletes 6+1",
                "CompleteSync",
                "CleanStaging",
            ],
            _calls
        );
    }

    [Fact]
    public async Task WhenWhatIsStagedIsDamagedTheSyncBeginsAgainOnceAndKeepsItsCounts()
    {
        Answer(
            nameof(IndexActivities.PlanDeletes),
            new PlanDeletesResult(null, 0, 0, null, false, new SyncCounts(Updated: 4, Read: 9), Damaged: "The ids are damaged.")
        );

        var summary = await RunAsync();

        Assert.Equal(
            ("error", "The ids are damaged. Nothing was deleted because of it. Check the storage account, then start the sync again."),
            (summary!.Status, summary.Message)
        );
        Assert.Equal((8L, 9L), (summary.Counts.Updated, summary.Counts.Read));
        Assert.Equal(
            [
                "ClaimJob",
                "PingSource",
                "BeginSync",
                "SyncPartition 0",
                "SyncPartition 1",
                "PlanDeletes",
                "BeginSync",
                "SyncPartition 0",
                "SyncPartition 1",
                "PlanDeletes",
                "EndJob Failed",
                "CleanStaging",
            ],
            _calls
        );
    }

    [Theory]
    [InlineData(StopReason.Canceled, "canceled", "EndJob Canceled")]
    [InlineData(StopReason.Failed, "error", "EndJob Failed")]
    [InlineData(StopReason.TakenOver, "lost", null)]
    public async Task WhatStopsAStepEndsTheJobAndCleansUp(StopReason stop, string status, string? end)
    {
        Answer(nameof(IndexActivities.PlanDeletes), new StepResult<PlanDeletesResult>(null, stop, "why"));

        var summary = await RunAsync();

        Assert.Equal((status, "why"), (summary!.Status, summary.Message));
        Assert.DoesNotContain(_calls, call => call.StartsWith("WriteDeletes", StringComparison.Ordinal));
        Assert.Equal([.. end is null ? Array.Empty<string>() : [end], "CleanStaging"], _calls[(_calls.IndexOf("PlanDeletes") + 1)..]);
    }

    [Fact]
    public async Task AStepThatKeepsFailingEndsTheJobWithItsSentenceOnly()
    {
        var details = new TaskFailureDetails(
            "RpcException",
            "Result: Failure\nException: Connectors.Abstractions.ConnectorException: The backend is away.\n   at secret",
            null,
            null,
            null
        );
        Throw(nameof(SourceActivities.PingSource), new TaskFailedException("PingSource", 3, details));
        Assert.Equal("The backend is away.", (await RunAsync())!.Message);

        Throw(
            nameof(SourceActivities.PingSource),
            new TaskFailedException("PingSource", 3, new TaskFailureDetails("X", "password=hunter2", null, null, null))
        );
        _context.Setup(item => item.CreateReplaySafeLogger(It.IsAny<string>())).Returns(_log.CreateLogger("log"));
        var message = (await RunAsync())!.Message!;
        Assert.Matches(
            "^The step 'PingSource' failed repeatedly: its host ended, or an unexpected error occurred. See the log of the app under "
                + "error id [0-9a-f]{8}\\.$",
            message
        );
        Assert.Contains(
            $"The step PingSource of j1 failed repeatedly (error id {message[^9..^1]}): X: ",
            _log.Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task APartitionThatFailsIsTheEndOnlyAfterTheOthersHaveStopped()
    {
        var other = new TaskCompletionSource<StepResult<PartitionState>>();
        _context
            .Setup(item =>
                item.CallSubOrchestratorAsync<StepResult<PartitionState>>(
                    new TaskName(nameof(SyncPartition)),
                    It.IsAny<object>(),
                    It.IsAny<TaskOptions>()
                )
            )
            .Returns(
                (TaskName _, object input, TaskOptions _) =>
                    ((SyncPartitionInput)input).State.Number == 0
                        ? Task.FromResult(new StepResult<PartitionState>(((SyncPartitionInput)input).State, StopReason.Failed, "first"))
                        : other.Task
            );

        var run = RunAsync();
        Assert.False(run.IsCompleted);
        Assert.DoesNotContain("EndJob Failed", _calls);
        other.SetResult(new StepResult<PartitionState>(new PartitionState(1, Counts: new SyncCounts(Created: 4))));

        Assert.Equal(("error", "first", 4L), ((await run)!.Status, (await run)!.Message, (await run)!.Counts.Created));
    }

    [Fact]
    public async Task ManyPartsOfDeletesContinueAsNewWithAllThatCounts()
    {
        Answer(
            nameof(IndexActivities.PlanDeletes),
            new PlanDeletesResult(new DeletesName("j1/plan/deletes"), 1_000, 10_000, null, false, default)
        );

        Assert.Null(await RunAsync());

        var state = Assert.IsType<SyncJobState>(_continuedWith);
        Assert.InRange(state.NextPart, 3, SyncJobRun.MaxTurns * SyncJobRun.PartsAtOnce);
        Assert.Equal(state.NextPart / SyncJobRun.PartsAtOnce * 30, state.DeleteCounts.Deleted);
        _calls.Clear();
        await RunAsync(state);
        Assert.Equal($"WriteDeletes {state.NextPart}+3", _calls[0]);
    }

    [Fact]
    public async Task APageIsReadWhileTheOneBeforeItIsWritten()
    {
        var pages = 0;
        _context.Setup(item => item.GetInput<SyncPartitionInput>()).Returns(new SyncPartitionInput(Target, Plan, new PartitionState(0), 0));
        Setup<ReadPageResult>(nameof(SourceActivities.ReadPage), input => new StepResult<ReadPageResult>(
            new ReadPageResult(new PageName("p" + ++pages), pages == 3, true, new SyncCounts(Read: 2))
        ));

        var result = await SyncPartition.RunAsync(_context.Object);

        Assert.Equal(["ReadPage after ", "WritePage p1", "ReadPage after p1", "WritePage p2", "ReadPage after p2", "WritePage p3"], _calls);
        Assert.Equal((true, 6L, 3L), (result.Value!.IsDone(), result.Value.Counts.Read, result.Value.Counts.Created));
    }

    [Fact]
    public async Task ALongPartitionContinuesAsNewWithOnePageStillToBeWritten()
    {
        var pages = 0;
        var begun = new DateTime(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc);
        _context
            .Setup(item => item.GetInput<SyncPartitionInput>())
            .Returns(new SyncPartitionInput(Target, Plan, new PartitionState(0), 5, begun));
        Setup<ReadPageResult>(nameof(SourceActivities.ReadPage), _ => new StepResult<ReadPageResult>(
            new ReadPageResult(new PageName("p" + ++pages), false, true, new SyncCounts(Read: 2))
        ));
        Answer(nameof(IndexActivities.WritePage), new WriteResult(new SyncCounts(Created: 1, Rejected: 1), new ReportName("report")));

        await SyncPartition.RunAsync(_context.Object);

        var next = Assert.IsType<SyncPartitionInput>(_continuedWith);
        Assert.Equal(
            (SyncPartition.MaxPages, new PageName($"p{pages}"), 7L, 12L, (DateTime?)begun),
            (pages, next.State.Unwritten, next.State.Counts.Rejected, next.Rejected, next.StartedAt)
        );
        _calls.Clear();
        _context.Setup(item => item.GetInput<SyncPartitionInput>()).Returns(next);
        await SyncPartition.RunAsync(_context.Object);
        Assert.Equal(["WritePage p8", "ReadPage after p8"], _calls[..2]);
        Assert.Equal(20L, Assert.IsType<SyncPartitionInput>(_continuedWith).Rejected);
    }

    [Fact]
    public async Task APartitionThatTakesLongerThanAMinuteTellsItsJobHowFarItIs()
    {
        var now = new DateTime(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc);
        _context.Setup(item => item.CurrentUtcDateTime).Returns(() => now);
        _context.Setup(item => item.GetInput<SyncPartitionInput>()).Returns(new SyncPartitionInput(Target, Plan, new PartitionState(0), 0));
        Setup<ReadPageResult>(nameof(SourceActivities.ReadPage), _ =>
        {
            now += TimeSpan.FromSeconds(25);
            return new StepResult<ReadPageResult>(new ReadPageResult(new PageName("p" + now.Second), false, true, new SyncCounts(Read: 2)));
        });

        var result = await SyncPartition.RunAsync(_context.Object);

        Assert.Equal((6L, false, StopReason.None), (result.Value!.Counts.Read, result.Value.IsDone(), result.Stop));
        Assert.Null(_continuedWith);
    }

    [Fact]
    public async Task APartitionThatWaitedLongInTheQueueStillReadsItsPages()
    {
        SyncPartitionInput? order = null;
        _context
            .Setup(item =>
                item.CallSubOrchestratorAsync<StepResult<PartitionState>>(
                    new TaskName(nameof(SyncPartition)),
                    It.IsAny<object>(),
                    It.IsAny<TaskOptions>()
                )
            )
            .Returns(
                (TaskName _, object input, TaskOptions _) =>
                {
                    order = (SyncPartitionInput)input;
                    return Task.FromResult(new StepResult<PartitionState>(order.State with { Page = new PageName("last"), IsRead = true }));
                }
            );
        await RunAsync();
        _calls.Clear();
        _context.Setup(item => item.CurrentUtcDateTime).Returns(new DateTime(2026, 1, 31, 12, 5, 0, DateTimeKind.Utc));
        _context.Setup(item => item.GetInput<SyncPartitionInput>()).Returns(order!);
        Setup<ReadPageResult>(nameof(SourceActivities.ReadPage), _ => new StepResult<ReadPageResult>(
            new ReadPageResult(new PageName("p1"), true, true, new SyncCounts(Read: 2))
        ));

        var result = await SyncPartition.RunAsync(_context.Object);

        Assert.Equal(["ReadPage after ", "WritePage p1"], _calls);
        Assert.True(result.Value!.IsDone());
    }

    [Fact]
    public async Task APartitionThatIsNotDoneIsBegunAgainWithWhatItAnswered()
    {
        _context
            .Setup(item =>
                item.CallSubOrchestratorAsync<StepResult<PartitionState>>(
                    new TaskName(nameof(SyncPartition)),
                    It.IsAny<object>(),
                    It.IsAny<TaskOptions>()
                )
            )
            .Returns(
                (TaskName _, object input, TaskOptions _) =>
                {
                    var state = ((SyncPartitionInput)input).State;
                    _calls.Add($"{nameof(SyncPartition)} {state.Number} {state.Page}");
                    return Task.FromResult(
                        new StepResult<PartitionState>(
                            state with
                            {
                                Page = new PageName($"{state.Page}p"),
                                IsRead = state.Page?.Value == "p",
                            }
                        )
                    );
                }
            );

        await RunAsync();

        Assert.Equal(
            ["SyncPartition 0 ", "SyncPartition 1 ", "SyncPartition 0 p", "SyncPartition 1 p"],
            _calls.Where(call => call.StartsWith("SyncPartition", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task OfChangesNothingIsDeletedThatTheyDoNotTellOf()
    {
        Answer(nameof(SourceActivities.BeginSync), new BeginSyncResult(new BeginResult(Plan, 1, 0, null, SyncKind.Incremental), 4));

        Assert.Equal("completed", (await RunAsync())!.Status);
        Assert.Equal(["ClaimJob", "PingSource", "BeginSync", "SyncPartition 0", "CompleteSync last", "CleanStaging"], _calls);
    }

    [Fact]
    public async Task ChangesThatCantBeHadAreFollowedByAFullSyncFromNothing()
    {
        Setup<BeginSyncResult>(nameof(SourceActivities.BeginSync), input => new StepResult<BeginSyncResult>(
            ((SyncJobInput)input).FullBecause is null
                ? new BeginSyncResult(new BeginResult(new PlanName("j1/changes"), 1, 0, null, SyncKind.Incremental), 2)
                : new BeginSyncResult(new BeginResult(Plan, 2, 10, null), 2)
        ));
        _context
            .Setup(item =>
                item.CallSubOrchestratorAsync<StepResult<PartitionState>>(
                    new TaskName(nameof(SyncPartition)),
                    It.IsAny<object>(),
                    It.IsAny<TaskOptions>()
                )
            )
            .Returns(
                (TaskName _, object input, TaskOptions _) =>
                {
                    var order = (SyncPartitionInput)input;
                    _calls.Add($"{nameof(SyncPartition)} {order.State.Number} of {order.Plan}");
                    return Task.FromResult(
                        new StepResult<PartitionState>(
                            order.Plan.Value == "j1/changes"
                                ? order.State with
                                {
                                    Page = new PageName("p"),
                                    Counts = new SyncCounts(Created: 7),
                                    ExpiredReason = "too short.",
                                }
                                : order.State with
                                {
                                    Page = new PageName("last"),
                                    IsRead = true,
                                    Counts = new SyncCounts(Skipped: 1),
                                }
                        )
                    );
                }
            );
        SyncCounts? told = null;
        Setup<SyncSummary>(nameof(IndexActivities.CompleteSync), input =>
        {
            told = ((StepInput<CompleteSyncInput>)input).Input.Counts;
            return new StepResult<SyncSummary>(new SyncSummary("completed", default, 5));
        });

        await RunAsync();

        Assert.Equal(
            [
                "ClaimJob",
                "PingSource",
                "BeginSync",
                "SyncPartition 0 of j1/changes",
                "BeginSync",
                "SyncPartition 0 of j1/plan",
                "SyncPartition 1 of j1/plan",
                "PlanDeletes",
            ],
            _calls[..8]
        );

        // What the changes had written before they were lost stays written by this job.
        Assert.Equal(new SyncCounts(Skipped: 2, Created: 7, Deleted: 90), told);
    }

    [Fact]
    public void WhatAFormerVersionHandedOnIsStillUnderstood()
    {
        var web = new System.Text.Json.JsonSerializerOptions(System.Text.Json.JsonSerializerDefaults.Web);
        var state = System.Text.Json.JsonSerializer.Deserialize<SyncJobState>(
            """{"Target":{"JobId":"j1","ConnectorId":"c1","DryRun":false,"AllowMassDelete":false,"Reindex":false},"Plan":"j1/plan","Parallel":4,"Partitions":[{"Number":0,"Page":"p","IsRead":true,"Unwritten":null,"Report":null,"Counts":{"Read":3}}],"NextPart":0,"DeleteCounts":{}}""",
            web
        )!;
        var order = System.Text.Json.JsonSerializer.Deserialize<SyncPartitionInput>(
            """{"Target":{"JobId":"j1","ConnectorId":"c1"},"Plan":"j1/plan","State":{"Number":1,"Page":"p","IsRead":false,"Unwritten":"p","Counts":{"Rejected":2}},"Rejected":2}""",
            web
        )!;
        var begun = System.Text.Json.JsonSerializer.Deserialize<StepResult<BeginSyncResult>>(
            """{"Value":{"Result":{"Plan":null,"Partitions":0,"IndexedDocuments":3,"EstimatedDocuments":null},"Parallel":4},"Stop":0,"Message":null}""",
            web
        )!;
        var finish = System.Text.Json.JsonSerializer.Deserialize<StepInput<CompleteSyncInput>>(
            """{"Target":{"JobId":"j1","ConnectorId":"c1"},"Order":{"Complete":{"Plan":"j1/plan","Reports":[],"IsListed":true},"Counts":{"Read":3},"Refusal":null,"IndexedDocuments":0}}""",
            web
        )!;

        Assert.Equal(
            (SyncKind.Full, true, 3L, null),
            (state.Kind, state.Partitions[0].IsDone(), state.Counts().Read, state.ExpiredReason())
        );
        Assert.Equal((null, new PageName("p"), null), (order.StartedAt, order.State.Unwritten, order.Target.FullBecause));
        Assert.Equal((SyncKind.Full, null), (begun.Value!.Result.Kind, begun.Value.Result.Cursor));
        Assert.Equal((Plan, null, null), (finish.Input.Complete!.Plan, finish.Input.Complete.LastPage, finish.Input.Cursor));
    }

    private Task<SyncSummary?> RunAsync(SyncJobState? state = null)
    {
        _context.Setup(item => item.GetInput<SyncJobState>()).Returns(state ?? new SyncJobState { Target = Target });
        return SyncJob.RunAsync(_context.Object);
    }

    private void Answer<T>(string activity, T result) => Setup<T>(activity, _ => new StepResult<T>(result));

    private void Answer<T>(string activity, StepResult<T> result) => Setup<T>(activity, _ => result);

    private void Throw(string activity, Exception failure) => Setup<bool>(activity, _ => throw failure);

    private void Setup<T>(string activity, Func<object, StepResult<T>> result) =>
        _context
            .Setup(item => item.CallActivityAsync<StepResult<T>>(new TaskName(activity), It.IsAny<object>(), It.IsAny<TaskOptions>()))
            .Returns(
                (TaskName _, object input, TaskOptions options) =>
                {
                    _calls.Add(
                        activity
                            + input switch
                            {
                                StepInput<WriteDeletesInput> { Input: var order } => $" {order.FirstPart}+{order.Parts}",
                                StepInput<EndJobInput> { Input: var order } => $" {order.Stop}",
                                StepInput<ReadPageInput> { Input: var order } => $" after {order.After}",
                                StepInput<WritePageInput> { Input: var order } => $" {order.Page}",
                                StepInput<CompleteSyncInput> { Input.Complete.LastPage: { } page } => $" {page}",
                                _ => string.Empty,
                            }
                    );
                    Assert.NotNull(options.Retry);
                    try
                    {
                        return Task.FromResult(result(input));
                    }
                    catch (TaskFailedException failure)
                    {
                        return Task.FromException<StepResult<T>>(failure);
                    }
                }
            );
}
