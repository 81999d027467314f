using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.Jobs;
using Connectors.Tests.Functions;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

/// <summary>A worker that was judged dead, or that repeats what was done, after another one has taken its job: it changes nothing of the
/// other's run.</summary>
public sealed class TakenOverJobTests
{
    private const string ByAnother =
        """{"status": "in_progress", "worker_hostname": "host-2", "started_at": "2026-11-23T23:00:00Z", "metadata": {"worker": "2"}}""";

    private readonly ServiceFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>How the document looks when it was taken by another one of ours, by a service on the same host that has no id, or by this
    /// very worker, started again.</summary>
    public static TheoryData<string> Takers =>
        [
            ByAnother,
            """{"status": "in_progress", "started_at": "2026-11-23T23:00:00Z"}""",
            """{"status": "in_progress", "metadata": {"worker": "2"}}""",
        ];

    [Theory]
    [MemberData(nameof(Takers))]
    public async Task ALateEndOfAnySortLeavesTheNextRunAlone(string taken)
    {
        var job = await ClaimAsync();
        var steps = _fixture.Service.Steps;
        var claim = JobClaim.Of(job);
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, job.Id, taken);
        var before = _fixture.Job(job.Id).ToJsonString();

        Assert.Null(await steps.SuspendAsync(claim, new JobResult(), Token));
        Assert.Null(await steps.CompleteAsync(claim, new JobResult(), Token));
        Assert.Null(await steps.CancelAsync(claim, new JobResult(), Token));
        Assert.Null(await steps.FailAsync(claim, new JobResult { Error = "late" }, Token));
        Assert.Null(await steps.ProgressAsync(claim, new SyncCounts(Created: 9), wait: null, Token));

        Assert.Equal(before, _fixture.Job(job.Id).ToJsonString());
        Assert.Equal("in_progress", _fixture.Connector(job.ConnectorId)["last_sync_status"]!.GetValue<string>());
    }

    [Fact]
    public async Task ASuspensionThatIsRepeatedDoesNotSuspendTheRunThatCameAfterIt()
    {
        var job = await ClaimAsync();
        var claim = JobClaim.Of(job);
        Assert.NotNull(await _fixture.Service.Steps.SuspendAsync(claim, new JobResult(), Token));
        Assert.NotNull(await _fixture.Service.Steps.SuspendAsync(claim, new JobResult(), Token));

        _fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await ClaimAsync(job.Id, new JobWorker("host-2", "worker-2")));

        Assert.Null(await _fixture.Service.Steps.SuspendAsync(claim, new JobResult(), Token));
        Assert.Equal("in_progress", _fixture.Status(job.Id));
    }

    [Fact]
    public async Task ElasticIngestGivesUpAJobThatAnotherOneTookInMidRun()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        _fixture.Engine.RunUntilStopped(new SyncCounts(Created: 7500), () => _fixture.Store.Edit(ProtocolIndices.SyncJobs, job, ByAnother));

        // Nobody asks it to stop: it sees at its next look that the job is not its own.
        _fixture.Engine.Script = StopOnCancel(_fixture.Engine.Script);
        var result = Assert.Single(await _fixture.PassTimeAsync(_fixture.RunOnceAsync()));

        Assert.Equal(SyncResultEnd.Lost, result.End);
        Assert.Equal(("in_progress", "host-2"), (_fixture.Status(job), _fixture.Job(job)["worker_hostname"]!.GetValue<string>()));
        Assert.Equal(0, _fixture.Job(job)["indexed_document_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task AnOrchestrationStopsWhenAnotherWorkerTookItsJob()
    {
        await using var app = await new MemoryAppFixture { Source = MemorySource.Numbered(1, 9) }.StartAsync();
        app.AddConnector();
        var job = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Source.OnPage = async page =>
        {
            if (page == 2)
            {
                app.Store.Edit(ProtocolIndices.SyncJobs, await job.Task, ByAnother);
            }
        };

        job.SetResult(await app.StartSyncAsync());
        var id = await job.Task;
        await app.EndOfAsync(id);

        Assert.Equal(("in_progress", "host-2"), (app.Status(id), app.Job(id)["worker_hostname"]!.GetValue<string>()));
        Assert.Equal(2, app.Source.PagesRead);
        Assert.InRange(app.Index.Documents.Count, 0, 3);
    }

    private static Func<SyncRequest, SyncProgress, CancellationToken, CancellationToken, Task<SyncOutcome>> StopOnCancel(
        Func<SyncRequest, SyncProgress, CancellationToken, CancellationToken, Task<SyncOutcome>> script
    ) => (request, progress, _, cancel) => script(request, progress, CancellationToken.None, cancel);

    private async Task<SyncJobRecord> ClaimAsync()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        return (await ClaimAsync(job, _fixture.Worker))!;
    }

    private async Task<SyncJobRecord?> ClaimAsync(string job, JobWorker worker) =>
        await _fixture.Service.Steps.ClaimAsync((await _fixture.Service.Jobs.FindAsync(job, Token))!, worker, adopt: false, Token);
}
