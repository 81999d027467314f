using Connectors.Tests.LocalHost.Durable;
using DurableTask.Core.Exceptions;
using Grpc.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Connectors.Tests.LocalHost.Hosting;

/// <summary>What the client does with instances, and what it refuses.</summary>
public sealed class LifeCycleTests
{
    private static CancellationToken Cancellation => HostBench.Cancellation;

    [Fact]
    public async Task ASuspendedInstanceKeepsWhatArrivesUntilItIsResumed()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        var id = await StartAsync(bench, "Waiting");
        await bench.Client.SuspendInstanceAsync(id, "lunch", Cancellation);
        await bench.Client.RaiseEventAsync(id, "go", "x", Cancellation);
        await bench.QuietAsync();
        var suspended = await bench.Client.GetInstanceAsync(id, getInputsAndOutputs: true, Cancellation);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, suspended!.RuntimeStatus);
        Assert.Equal("lunch", suspended.SerializedOutput);
        await bench.Client.ResumeInstanceAsync(id, null, Cancellation);
        Assert.Equal("x", (await bench.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task ATerminatedInstanceEndsAtOnceEvenWhileSuspended()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        var id = await StartAsync(bench, "Waiting");
        await bench.Client.SuspendInstanceAsync(id, null, Cancellation);
        await bench.Client.TerminateInstanceAsync(id, "enough", Cancellation);
        var end = await bench.EndOfAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal("enough", end.ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(true, OrchestrationRuntimeStatus.Terminated)]
    [InlineData(false, OrchestrationRuntimeStatus.Running)]
    public async Task TerminationReachesChildrenWhenAskedTo(bool recursive, OrchestrationRuntimeStatus child)
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        var id = await StartAsync(bench, "WaitingForAChild");
        await bench.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions(null, recursive), Cancellation);
        await bench.QuietAsync();
        Assert.Equal(child, (await bench.Client.GetInstanceAsync("child", Cancellation))!.RuntimeStatus);
    }

    [Fact]
    public async Task AnIdThatRunsCantBeStartedAgain()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        await bench.Client.ScheduleNewOrchestrationInstanceAsync("Waiting", "first", new StartOrchestrationOptions("one"), Cancellation);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() =>
            bench.Client.ScheduleNewOrchestrationInstanceAsync("Waiting", "second", new StartOrchestrationOptions("one"), Cancellation)
        );
        Assert.Equal("\"first\"", (await bench.Client.GetInstanceAsync("one", true, Cancellation))!.SerializedInput);
    }

    [Fact]
    public async Task AnIdThatHasEndedIsReplacedUnlessItsStatusIsNamed()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        var options = new StartOrchestrationOptions("one");
        for (var i = 0; i < 2; i++)
        {
            await bench.Client.ScheduleNewOrchestrationInstanceAsync("Echo", i, options, Cancellation);
            Assert.Equal(i, (await bench.EndOfAsync("one")).ReadOutputAs<int>());
        }

        await bench.Client.ScheduleNewOrchestrationInstanceAsync(
            "Echo",
            2,
            options.WithDedupeStatuses(OrchestrationRuntimeStatus.Failed),
            Cancellation
        );
        await bench.EndOfAsync("one");
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() =>
            bench.Client.ScheduleNewOrchestrationInstanceAsync(
                "Echo",
                3,
                options.WithDedupeStatuses(OrchestrationRuntimeStatus.Completed),
                Cancellation
            )
        );
    }

    [Fact]
    public async Task AnAnswerToTheOldExecutionOfAnIdDoesNotReachTheNewOne()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        var options = new StartOrchestrationOptions("one");
        await bench.Client.ScheduleNewOrchestrationInstanceAsync("AtTheDoor", "old", options, Cancellation);
        await bench.Diary.SeenAsync("old at the door");
        await bench.Client.TerminateInstanceAsync("one", Cancellation);
        await bench.EndOfAsync("one");
        await bench.Client.ScheduleNewOrchestrationInstanceAsync("AtTheDoor", "new", options, Cancellation);
        await bench.Diary.SeenAsync("new at the door");
        bench.Diary.Open("old");
        await bench.Diary.SeenAsync("old through the door");
        bench.Diary.Open("new");
        Assert.Equal("new", (await bench.EndOfAsync("one")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task AStartMayBeForLater()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        var start = bench.Time.GetUtcNow().AddHours(1);
        await bench.Client.ScheduleNewOrchestrationInstanceAsync("Echo", 1, new StartOrchestrationOptions("one", start), Cancellation);
        await bench.PassAsync(TimeSpan.FromMinutes(59));
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await bench.Client.GetInstanceAsync("one", Cancellation))!.RuntimeStatus);
        await bench.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await bench.Client.GetInstanceAsync("one", Cancellation))!.RuntimeStatus);
    }

    [Fact]
    public async Task AnUnknownOrEndedInstanceCantBeTold()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        var ended = (await bench.RunAsync("Echo", 1)).InstanceId;
        Func<string, Task>[] calls =
        [
            id => bench.Client.RaiseEventAsync(id, "go", null, Cancellation),
            id => bench.Client.TerminateInstanceAsync(id, Cancellation),
            id => bench.Client.SuspendInstanceAsync(id, null, Cancellation),
            id => bench.Client.ResumeInstanceAsync(id, null, Cancellation),
        ];
        foreach (var call in calls)
        {
            Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => call("nobody"))).StatusCode);
            Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(() => call(ended))).StatusCode);
        }

        Assert.Null(await bench.Client.GetInstanceAsync("nobody", Cancellation));
        Assert.Equal(0, (await bench.Client.PurgeInstanceAsync("nobody", Cancellation)).PurgedInstanceCount);
    }

    [Theory]
    [InlineData("")]
    [InlineData("@entity")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    public async Task SomeIdsAreNone(string id)
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        await Assert.ThrowsAsync<RpcException>(() =>
            bench.Client.ScheduleNewOrchestrationInstanceAsync("Echo", 1, new StartOrchestrationOptions(id), Cancellation)
        );
    }

    [Fact]
    public async Task OnlyWhatHasEndedIsPurged()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        var running = await StartAsync(bench, "Waiting");
        var ended = (await bench.RunAsync("Echo", 1)).InstanceId;
        Assert.Equal(0, (await bench.Client.PurgeInstanceAsync(running, Cancellation)).PurgedInstanceCount);
        Assert.Equal(1, (await bench.Client.PurgeInstanceAsync(ended, Cancellation)).PurgedInstanceCount);
        Assert.Null(await bench.Client.GetInstanceAsync(ended, Cancellation));
        Assert.NotNull(await bench.Client.GetInstanceAsync(running, Cancellation));
    }

    [Fact]
    public async Task OldInstancesArePurgedByTimeAndStatus()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        for (var i = 0; i < 3; i++)
        {
            await bench.Client.ScheduleNewOrchestrationInstanceAsync("Echo", i, new StartOrchestrationOptions($"echo-{i}"), Cancellation);
            await bench.PassAsync(TimeSpan.FromHours(1));
        }

        var until = bench.Time.GetUtcNow().AddHours(-2);
        Assert.Equal(
            0,
            (
                await bench.Client.PurgeAllInstancesAsync(
                    new PurgeInstancesFilter(null, until, [OrchestrationRuntimeStatus.Failed]),
                    Cancellation
                )
            ).PurgedInstanceCount
        );
        Assert.Equal(
            2,
            (
                await bench.Client.PurgeAllInstancesAsync(
                    new PurgeInstancesFilter(null, until, [OrchestrationRuntimeStatus.Completed]),
                    Cancellation
                )
            ).PurgedInstanceCount
        );
        await bench.Host.KillAsync();
        await bench.RestartAsync();
        Assert.Equal(["echo-2"], await IdsAsync(bench, null));
    }

    [Fact]
    public async Task QueriesFilterAndComeInPages()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        for (var i = 0; i < 7; i++)
        {
            await bench.Client.ScheduleNewOrchestrationInstanceAsync("Echo", i, new StartOrchestrationOptions($"echo-{i}"), Cancellation);
        }

        await bench.Client.ScheduleNewOrchestrationInstanceAsync("Waiting", null, new StartOrchestrationOptions("waiting"), Cancellation);
        await bench.QuietAsync();
        Assert.Equal(["waiting"], await IdsAsync(bench, new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Running])));
        Assert.Equal(7, (await IdsAsync(bench, new OrchestrationQuery(InstanceIdPrefix: "echo-"))).Count);

        var sizes = new List<int>();
        string? token = null;
        await foreach (
            var page in bench.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "echo-", PageSize: 3)).AsPages()
        )
        {
            sizes.Add(page.Values.Count);
            token ??= page.ContinuationToken;
            Assert.All(page.Values, item => Assert.Null(item.SerializedOutput));
        }

        Assert.Equal([3, 3, 1], sizes);
        Assert.Equal(
            ["echo-3", "echo-4", "echo-5", "echo-6"],
            await IdsAsync(bench, new OrchestrationQuery(InstanceIdPrefix: "echo-", ContinuationToken: token))
        );
    }

    private static async Task<string> StartAsync(HostBench bench, string orchestrator)
    {
        var id = await bench.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, Cancellation);
        await bench.QuietAsync();
        return id;
    }

    private static async Task<List<string>> IdsAsync(HostBench bench, OrchestrationQuery? query)
    {
        var ids = new List<string>();
        await foreach (var item in bench.Client.GetAllInstancesAsync(query))
        {
            ids.Add(item.InstanceId);
        }

        return ids;
    }

    public sealed class App(Diary diary)
    {
        [Function("Waiting")]
        public static Task<string> Waiting([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.WaitForExternalEvent<string>("go");

        [Function("WaitingForAChild")]
        public static Task WaitingForAChild([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallSubOrchestratorAsync("Waiting", null, new TaskOptions().WithInstanceId("child"));

        [Function("Echo")]
        public static int Echo([OrchestrationTrigger] TaskOrchestrationContext context, int number) => number;

        [Function("AtTheDoor")]
        public static Task<string> AtTheDoor([OrchestrationTrigger] TaskOrchestrationContext context, string who) =>
            context.CallActivityAsync<string>("LifeCycleDoor", who);

        [Function("LifeCycleDoor")]
        public async Task<string> Door([ActivityTrigger] string who)
        {
            diary.Write($"{who} at the door");
            await diary.PassAsync(who);
            diary.Write($"{who} through the door");
            return who;
        }
    }
}
