using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Emulator.Faults;
using Connectors.Sync.Protocol;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Processes;
using Xunit;

namespace Connectors.Tests.Process;

/// <summary>The service as a process, in trouble of all kinds but its own death.</summary>
public sealed class ProcessFaultTests : IDisposable
{
    private const string Index = "search-weather";
    private const int Files = 400;
    private readonly TemporaryFolder _tree = TemporaryFolder.With(Enumerable.Range(0, Files).Select(Name));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Completed(int indexed, int deleted, int total) =>
        $"Completed: indexed {indexed}, deleted {deleted}, total {total}";

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task AStormOf429IsWaitedOutAndEveryDocumentCountsOnce()
    {
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(server.Uri);
        var (config, job) = await PrepareAsync(fixture, server.Uri);
        var calls = server.Faults.Add(FaultRule.RefuseCall(429) with { Probability = 0.3, Random = new Random(1), Times = 20 });
        var items = server.Faults.Add(FaultRule.RefuseItem(429) with { Probability = 0.2, Random = new Random(2), Times = 100 });

        await using var service = IngestProcess.OneSync(config);
        await service.ExitsWithAsync(0, Token);

        Assert.True(calls.Hits > 5 && items.Hits > 50, $"{calls.Hits} calls and {items.Hits} items were refused.");
        await AssertMirroredAsync(fixture, job, Completed(Files, 0, Files));
    }

    [Fact]
    public async Task AServerThatIsKilledAndComesBackOnTheSamePortEndsNoSync()
    {
        using var data = new TemporaryFolder();
        await using var first = await EmulatorProcess.StartAsync(data.Path, Token);
        await using var proxy = await ElasticsearchProxy.StartAsync(first.Uri, Token);
        using var fixture = new ProcessFixture(first.Uri);
        var (config, job) = await PrepareAsync(fixture, proxy.Uri);
        var down = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var bulks = 0;
        proxy.Done = request =>
        {
            if (request.IsBulk && Interlocked.Increment(ref bulks) == 5)
            {
                // It has written the batch, and nobody hears of it.
                first.Kill();
                down.TrySetResult();
                return Task.FromResult(false);
            }

            return Task.FromResult(true);
        };

        await using var service = IngestProcess.OneSync(config);
        await down.Task.WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System, Token);
        await first.ExitAsync(Token);
        await using var second = await EmulatorProcess.StartAsync(data.Path, Token, first.Uri.Port);
        await service.ExitsWithAsync(0, Token);

        await AssertMirroredAsync(fixture, job, Completed(Files, 0, Files));
    }

    [Fact]
    public async Task WhenTheFolderIsReplacedInMidListingTheJobFailsNothingIsDeletedAndTheNextSyncIsFine()
    {
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(server.Uri);
        var (config, firstJob) = await PrepareAsync(fixture, server.Uri);
        await using var filled = IngestProcess.OneSync(config);
        await filled.ExitsWithAsync(0, Token);
        await AssertMirroredAsync(fixture, firstJob, Completed(Files, 0, Files));
        Touch(Enumerable.Range(0, Files));
        var gate = new RequestGate();
        server.Faults.Add(FaultRule.Hold(gate) with { Route = "_bulk" });

        var job = await fixture.StartSyncAsync((await fixture.JobAsync(firstJob)).ConnectorId);
        await using var service = IngestProcess.OneSync(config);
        await gate.WaitForAsync(1, Token).WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System, Token);
        Directory.Move(_tree.Path, _tree.Path + ".away");
        Directory.CreateDirectory(_tree.Path);
        gate.Open();
        await service.ExitsWithAsync(1, Token);
        Directory.Delete(_tree.Path);
        Directory.Move(_tree.Path + ".away", _tree.Path);

        var failed = await fixture.JobAsync(job);
        Assert.Equal((JobStatus.Error, 0L, (long)Files), (failed.Status, failed.DeletedDocumentCount, failed.TotalDocumentCount));
        Assert.Equal(
            $"directory: '{_tree.Path}' is not the folder that this sync began with; it was unmounted or replaced. Mount it if it should "
                + "be, then sync again.",
            failed.Error
        );
        Assert.Equal(Files, server.Count(Index));
        Assert.Empty(fixture.KeptState);
        var next = await fixture.StartSyncAsync(failed.ConnectorId);
        await using var again = IngestProcess.OneSync(config);
        await again.ExitsWithAsync(0, Token);

        // Files that were listed, but not there any more when they were to be read, are written again too.
        var end = await fixture.JobAsync(next);
        Assert.InRange(end.IndexedDocumentCount, Files - failed.IndexedDocumentCount, Files);
        await AssertMirroredAsync(fixture, next, Completed((int)end.IndexedDocumentCount, 0, Files));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Files)]
    public async Task AFullDiskFailsTheJobByNameOfTheSettingAndDeletesNothing(int before)
    {
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(server.Uri);
        var (config, job) = await PrepareAsync(fixture, server.Uri);
        if (before > 0)
        {
            await using var filled = IngestProcess.OneSync(config);
            await filled.ExitsWithAsync(0, Token);
            job = await fixture.StartSyncAsync((await fixture.JobAsync(job)).ConnectorId);
            File.Delete(_tree[Name(1)]);
        }

        await using var service = IngestProcess.OneSyncWithSmallFiles(config, maxKibibytes: 4);
        await service.ExitsWithAsync(1, Token);

        var failed = await fixture.JobAsync(job);
        Assert.Equal((JobStatus.Error, 0L), (failed.Status, failed.DeletedDocumentCount));
        Assert.Contains("service.state_dir", failed.Error, StringComparison.Ordinal);
        Assert.Empty(fixture.KeptState);
        var next = await fixture.StartSyncAsync(failed.ConnectorId);
        await using var again = IngestProcess.OneSync(config);
        await again.ExitsWithAsync(0, Token);
        var end = await fixture.JobAsync(next);
        Assert.Equal((JobStatus.Completed, before > 0 ? 1L : 0L), (end.Status, end.DeletedDocumentCount));
        Assert.Equal(_tree.Files.Count(), server.Count(Index));
    }

    [Fact]
    public async Task DoctorFindsAFullDisk()
    {
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(server.Uri);

        await using var doctor = IngestProcess.WithSmallFiles(fixture.Configure(server.Uri), maxKibibytes: 1, ["doctor"]);
        await doctor.ExitsWithAsync(1, Token);

        Assert.Contains(
            $"FAIL  state folder: {fixture.StateFolder} can't be made: a file has reached the largest size that is allowed\n"
                + "      Mend that, or set service.state_dir to another folder. No sync runs without it.\n",
            doctor.Output,
            StringComparison.Ordinal
        );
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(fixture.StateFolder)!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TwoServicesOverTheSameIndicesRunEachJobOnce(bool sharedState)
    {
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(server.Uri);
        string[] configs = [fixture.Configure(server.Uri), fixture.Configure(server.Uri, sharedState ? null : fixture.StateFolder + "-2")];
        var jobs = new List<string>();
        for (var number = 0; number < 4; number++)
        {
            var connector = await fixture.ConnectAsync("dir", $"{Index}-{number}", new() { ["directory"] = _tree.Path });
            jobs.Add(await fixture.StartSyncAsync(connector.Id));
        }

        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Requests.Done = _ =>
        {
            if (jobs.TrueForAll(job => IsOver(server, job)))
            {
                over.TrySetResult();
            }
        };
        await using var item = IngestProcess.Poll(configs[0]);
        await using var other = IngestProcess.Poll(configs[1]);
        await over.Task.WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System, Token);
        item.Interrupt();
        other.Interrupt();
        await item.ExitsWithAsync(130, Token);
        await other.ExitsWithAsync(130, Token);

        for (var number = 0; number < 4; number++)
        {
            Assert.Equal(Completed(Files, 0, Files), ProcessFixture.Counts(await fixture.JobAsync(jobs[number])));

            // Each document was written once.
            Assert.Equal(Files - 1, server.LastSeqNo($"{Index}-{number}"));
        }

        Assert.Empty(ProcessFixture.KeptIn(fixture.StateFolder).Concat(ProcessFixture.KeptIn(fixture.StateFolder + "-2")));
    }

    [Fact]
    public async Task CtrlCSuspendsAndTheNextStartGoesOnWhereItWas()
    {
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(server.Uri);
        var (config, job) = await PrepareAsync(fixture, server.Uri);
        var gate = new RequestGate();
        server.Faults.Add(FaultRule.Hold(gate) with { Route = "_bulk", After = 4 });

        await using var service = IngestProcess.Poll(config);
        await gate.WaitForAsync(1, Token).WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System, Token);
        service.Interrupt();
        await service.WritesAsync("The service stops", Token);
        gate.Open();
        await service.ExitsWithAsync(130, Token);

        var suspended = await fixture.JobAsync(job);
        Assert.Equal(JobStatus.Suspended, suspended.Status);
        Assert.InRange(suspended.IndexedDocumentCount, 1, Files - 1);
        await using var next = IngestProcess.OneSync(config);
        await next.ExitsWithAsync(0, Token);
        await AssertMirroredAsync(fixture, job, Completed(Files, 0, Files));
        Assert.Equal(Files - 1, server.LastSeqNo(Index));
    }

    [Fact]
    public async Task ASecondCtrlCStopsAtOnceAndTheNextStartGoesOn()
    {
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(server.Uri);
        var (config, job) = await PrepareAsync(fixture, server.Uri);
        var gate = new RequestGate();
        server.Faults.Add(FaultRule.Hold(gate) with { Route = "_bulk", After = 4 });

        await using var service = IngestProcess.Poll(config);
        await gate.WaitForAsync(1, Token).WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System, Token);
        service.Interrupt();
        await service.WritesAsync("The service stops", Token);
        service.Interrupt();
        await service.ExitsWithAsync(130, Token);

        Assert.Equal(JobStatus.InProgress, (await fixture.JobAsync(job)).Status);
        gate.Open();
        await using var next = IngestProcess.OneSync(config);
        await next.ExitsWithAsync(0, Token);
        await AssertMirroredAsync(fixture, job, Completed(Files, 0, Files));
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"{number % 5}/{number:0000}.txt");

    private static bool IsOver(EmulatorServer server, string job) =>
        server
            .IndexNames.Where(index => index.StartsWith(".elastic-connectors-sync-jobs", StringComparison.Ordinal))
            .Select(index => server.Get(index, job))
            .OfType<string>()
            .Any(source => JsonNode.Parse(source)!["status"]!.GetValue<string>() is "completed" or "error" or "canceled");

    private void Touch(IEnumerable<int> numbers)
    {
        foreach (var number in numbers)
        {
            File.SetLastWriteTimeUtc(_tree[Name(number)], new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }
    }

    /// <summary>A configuration, a connector for the tree, and a job that waits.</summary>
    private async Task<(string Config, string Job)> PrepareAsync(ProcessFixture fixture, Uri elasticsearch)
    {
        var config = fixture.Configure(elasticsearch, pageDocuments: 40, chunkSize: 20, partitions: 1);
        var connector = await fixture.ConnectAsync("dir", Index, new() { ["directory"] = _tree.Path });
        return (config, await fixture.StartSyncAsync(connector.Id));
    }

    private async Task AssertMirroredAsync(ProcessFixture fixture, string job, string counts)
    {
        Assert.Equal(counts, ProcessFixture.Counts(await fixture.JobAsync(job)));
        var documents = await fixture.DocumentsAsync(Index);
        Assert.Equal(_tree.Files.Select(_tree.IdOf).Order(StringComparer.Ordinal), documents.Keys);
        Assert.All(documents.Values, document =>
            Assert.Equal(File.ReadAllText(document["path"]!.GetValue<string>()), document["body"]!.GetValue<string>())
        );
        Assert.Empty(fixture.KeptState);
    }
}
