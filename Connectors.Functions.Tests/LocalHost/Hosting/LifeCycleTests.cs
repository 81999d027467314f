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
    private static CancellationToken Cancellation => HostFixture.Token;

    [Fact]
    public async Task ASuspendedInstanceKeepsWhatArrivesUntilItIsResumed()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await StartAsync(fixture, "Waiting");
        await fixture.Client.SuspendInstanceAsync(id, "lunch", Cancellation);
        await fixture.Client.RaiseEventAsync(id, "go", "x", Cancellation);
        await fixture.QuietAsync();
        var suspended = await fixture.Client.GetInstanceAsync(id, getInputsAndOutputs: true, Cancellation);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, suspended!.RuntimeStatus);
        Assert.Equal("lunch", suspended.SerializedOutput);
        await fixture.Client.ResumeInstanceAsync(id, null, Cancellation);
        Assert.Equal("x", (await fixture.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task ATerminatedInstanceEndsAtOnceEvenWhileSuspended()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await StartAsync(fixture, "Waiting");
        await fixture.Client.SuspendInstanceAsync(id, null, Cancellation);
        await fixture.Client.TerminateInstanceAsync(id, "enough", Cancellation);
        var end = await fixture.EndOfAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal("enough", end.ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(true, OrchestrationRuntimeStatus.Terminated)]
    [InlineData(false, OrchestrationRuntimeStatus.Running)]
    public async Task TerminationReachesChildrenWhenAskedTo(bool recursive, OrchestrationRuntimeStatus child)
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await StartAsync(fixture, "WaitingForAChild");
        await fixture.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions(null, recursive), Cancellation);
        await fixture.QuietAsync();
        Assert.Equal(child, (await fixture.Client.GetInstanceAsync("child", Cancellation))!.RuntimeStatus);
    }

    [Fact]
    public async Task AnIdThatRunsCantBeStartedAgain()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Waiting", "first", new StartOrchestrationOptions("one"), Cancellation);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() =>
            fixture.Client.ScheduleNewOrchestrationInstanceAsync("Waiting", "second", new StartOrchestrationOptions("one"), Cancellation)
        );
        Assert.Equal("\"first\"", (await fixture.Client.GetInstanceAsync("one", true, Cancellation))!.SerializedInput);
    }

    [Fact]
    public async Task AnIdThatHasEndedIsReplacedUnlessItsStatusIsNamed()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var options = new StartOrchestrationOptions("one");
        for (var i = 0; i < 2; i++)
        {
            await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Echo", i, options, Cancellation);
            Assert.Equal(i, (await fixture.EndOfAsync("one")).ReadOutputAs<int>());
        }

        await fixture.Client.ScheduleNewOrchestrationInstanceAsync(
            "Echo",
            2,
            options.WithDedupeStatuses(OrchestrationRuntimeStatus.Failed),
            Cancellation
        );
        await fixture.EndOfAsync("one");
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() =>
            fixture.Client.ScheduleNewOrchestrationInstanceAsync(
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
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var options = new StartOrchestrationOptions("one");
        await fixture.Client.ScheduleNewOrchestrationInstanceAsync("AtTheDoor", "old", options, Cancellation);
        await fixture.Diary.SeenAsync("old at the door");
        await fixture.Client.TerminateInstanceAsync("one", Cancellation);
        await fixture.EndOfAsync("one");
        await fixture.Client.ScheduleNewOrchestrationInstanceAsync("AtTheDoor", "new", options, Cancellation);
        await fixture.Diary.SeenAsync("new at the door");
        fixture.Diary.Open("old");
        await fixture.Diary.SeenAsync("old through the door");
        fixture.Diary.Open("new");
        Assert.Equal("new", (await fixture.EndOfAsync("one")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task AStartMayBeForLater()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var start = fixture.Time.GetUtcNow().AddHours(1);
        await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Echo", 1, new StartOrchestrationOptions("one", start), Cancellation);
        await fixture.PassAsync(TimeSpan.FromMinutes(59));
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await fixture.Client.GetInstanceAsync("one", Cancellation))!.RuntimeStatus);
        await fixture.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await fixture.Client.GetInstanceAsync("one", Cancellation))!.RuntimeStatus);
    }

    [Fact]
    public async Task AnUnknownOrEndedInstanceCantBeTold()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var ended = (await fixture.RunAsync("Echo", 1)).InstanceId;
        Func<string, Task>[] calls =
        [
            id => fixture.Client.RaiseEventAsync(id, "go", null, Cancellation),
            id => fixture.Client.TerminateInstanceAsync(id, Cancellation),
            id => fixture.Client.SuspendInstanceAsync(id, null, Cancellation),
            id => fixture.Client.ResumeInstanceAsync(id, null, Cancellation),
        ];
        foreach (var call in calls)
        {
            Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => call("nobody"))).StatusCode);
            Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(() => call(ended))).StatusCode);
        }

        Assert.Null(await fixture.Client.GetInstanceAsync("nobody", Cancellation));
        Assert.Equal(0, (await fixture.Client.PurgeInstanceAsync("nobody", Cancellation)).PurgedInstanceCount);
    }

    [Theory]
    [InlineData("")]
    [InlineData("@entity")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    public async Task SomeIdsAreNone(string id)
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        await Assert.ThrowsAsync<RpcException>(() =>
            fixture.Client.ScheduleNewOrchestrationInstanceAsync("Echo", 1, new StartOrchestrationOptions(id), Cancellation)
        );
    }

    [Fact]
    public async Task OnlyWhatHasEndedIsPurged()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var running = await StartAsync(fixture, "Waiting");
        var ended = (await fixture.RunAsync("Echo", 1)).InstanceId;
        Assert.Equal(0, (await fixture.Client.PurgeInstanceAsync(running, Cancellation)).PurgedInstanceCount);
        Assert.Equal(1, (await fixture.Client.PurgeInstanceAsync(ended, Cancellation)).PurgedInstanceCount);
        Assert.Null(await fixture.Client.GetInstanceAsync(ended, Cancellation));
        Assert.NotNull(await fixture.Client.GetInstanceAsync(running, Cancellation));
    }

    [Fact]
    public async Task OldInstancesArePurgedByTimeAndStatus()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        for (var i = 0; i < 3; i++)
        {
            await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Echo", i, new StartOrchestrationOptions($"echo-{i}"), Cancellation);
            await fixture.PassAsync(TimeSpan.FromHours(1));
        }

        var until = fixture.Time.GetUtcNow().AddHours(-2);
        Assert.Equal(
            0,
            (
                await fixture.Client.PurgeAllInstancesAsync(
                    new PurgeInstancesFilter(null, until, [OrchestrationRuntimeStatus.Failed]),
                    Cancellation
                )
            ).PurgedInstanceCount
        );
        Assert.Equal(
            2,
            (
                await fixture.Client.PurgeAllInstancesAsync(
                    new PurgeInstancesFilter(null, until, [OrchestrationRuntimeStatus.Completed]),
                    Cancellation
                )
            ).PurgedInstanceCount
        );
        await fixture.Host.KillAsync();
        await fixture.RestartAsync();
        Assert.Equal(["echo-2"], await IdsAsync(fixture, null));
    }

    [Fact]
    public async Task QueriesFilterAndComeInPages()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        for (var i = 0; i < 7; i++)
        {
            await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Echo", i, new StartOrchestrationOptions($"echo-{i}"), Cancellation);
        }

        await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Waiting", null, new StartOrchestrationOptions("waiting"), Cancellation);
        await fixture.QuietAsync();
        Assert.Equal(["waiting"], await IdsAsync(fixture, new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Running])));
        Assert.Equal(7, (await IdsAsync(fixture, new OrchestrationQuery(InstanceIdPrefix: "echo-"))).Count);

        var sizes = new List<int>();
        string? token = null;
        await foreach (
            var page in fixture.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "echo-", PageSize: 3)).AsPages()
        )
        {
            sizes.Add(page.Values.Count);
            token ??= page.ContinuationToken;
            Assert.All(page.Values, item => Assert.Null(item.SerializedOutput));
        }

        Assert.Equal([3, 3, 1], sizes);
        Assert.Equal(
            ["echo-3", "echo-4", "echo-5", "echo-6"],
            await IdsAsync(fixture, new OrchestrationQuery(InstanceIdPrefix: "echo-", ContinuationToken: token))
        );
    }

    private static async Task<string> StartAsync(HostFixture fixture, string orchestrator)
    {
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, Cancellation);
        await fixture.QuietAsync();
        return id;
    }

    private static async Task<List<string>> IdsAsync(HostFixture fixture, OrchestrationQuery? query)
    {
        var ids = new List<string>();
        await foreach (var item in fixture.Client.GetAllInstancesAsync(query))
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
