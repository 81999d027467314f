using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Tests.LocalHost.Durable;

public sealed class OrchestrationTests
{
    [Fact]
    public async Task ActivitiesInTurnSeeWhatTheOrchestratorPassesOn()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var end = await fixture.RunAsync("Chain", new Order("a", 2));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(new Order("a!!", 8), end.ReadOutputAs<Order>());
        Assert.Equal("""{"Name":"a","Count":2}""", end.SerializedInput);
    }

    [Fact]
    public async Task TheOrchestratorRunsAgainFromItsStartForEveryTurnAndOnlyTheNewPartIsLive()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var end = await fixture.RunAsync("Telling");
        Assert.Equal(["start False", "start True", "middle False", "start True", "middle True", "end False"], fixture.Diary.Entries);
        Assert.Equal(3, fixture.Host.StatisticsOf(end.InstanceId)!.Runs);
    }

    [Fact]
    public async Task ALogOfAReplayIsWrittenOnce()
    {
        using var log = new ListLoggerProvider();
        await using var fixture = await HostFixture.StartAsync(builder => builder.Logging.AddProvider(log), typeof(App));
        await fixture.RunAsync("Logging");
        Assert.Equal(["one", "two"], log.Lines("Tests.Orchestrator"));
    }

    [Fact]
    public async Task ManyActivitiesAtOnceComeTogether()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var end = await fixture.RunAsync("FanOut", 200);
        Assert.Equal(199 * 200, end.ReadOutputAs<int>());
        Assert.InRange(fixture.Host.StatisticsOf(end.InstanceId)!.Events, 401, 1000);
    }

    [Fact]
    public async Task NoMoreActivitiesRunThanAllowed()
    {
        await using var fixture = await HostFixture.StartAsync(options => options with { MaxConcurrentActivities = 2 }, typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Doors", HostFixture.Token);
        await fixture.Diary.SeenAsync("2 are at work");
        fixture.Diary.Open("door");
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await fixture.EndOfAsync(id)).RuntimeStatus);
        Assert.Equal(20, fixture.Diary.Entries.Count);
        Assert.All(fixture.Diary.Entries, entry => Assert.Contains(entry, (string[])["1 are at work", "2 are at work"]));
    }

    [Fact]
    public async Task AFailedActivityTellsTypeMessageAndCause()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var end = await fixture.RunAsync("Catching");
        Assert.Equal("System.InvalidOperationException|no 7|True|False|System.FormatException|Fail", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task AFailureThatNobodyCatchesFailsTheInstanceWithItsMessageAsPlainText()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var end = await fixture.RunAsync("NotCatching");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("Task 'Fail' (#0) failed with an unhandled exception: no 7", end.SerializedOutput);
        Assert.Equal("Microsoft.DurableTask.TaskFailedException", end.FailureDetails!.ErrorType);
        Assert.Equal("System.InvalidOperationException", end.FailureDetails.InnerFailure!.ErrorType);
        Assert.Throws<JsonException>(() => end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task NamesThatNoFunctionHasFailTheInstance()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        Assert.Equal("There is no orchestrator 'Nobody' in this app.", (await fixture.RunAsync("Nobody")).SerializedOutput);
        var end = await fixture.RunAsync("CallingNobody");
        Assert.Contains("There is no activity 'Nobody' in this app.", end.SerializedOutput, StringComparison.Ordinal);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
    }

    [Fact]
    public async Task ASubOrchestrationAnswersItsParent()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var end = await fixture.RunAsync("Parent");
        Assert.Equal(
            "child-1 of Parent|Task 'FailingChild' (#1) failed with an unhandled exception: Task 'Fail' (#0) failed with an unhandled "
                + "exception: no 7",
            end.ReadOutputAs<string>()
        );
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await fixture.EndOfAsync("child-1")).RuntimeStatus);
    }

    [Fact]
    public async Task TheFactsOfAnInstanceTellItsLargestPayload()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var end = await fixture.RunAsync("Chain", new Order(new string('x', 5000), 1));
        Assert.InRange(fixture.Host.StatisticsOf(end.InstanceId)!.LargestPayload, 5000, 5100);
    }

    public sealed record Order(string Name, int Count);

    public sealed class App(Diary diary)
    {
        private static int _atWork;

        [Function("Chain")]
        public static async Task<Order> Chain([OrchestrationTrigger] TaskOrchestrationContext context, Order order)
        {
            var same = context.GetInput<Order>();
            for (var i = 0; i < 2; i++)
            {
                order = await context.CallActivityAsync<Order>("Grow", order);
            }

            return same is { Count: > 0 } ? order : new Order("no input", 0);
        }

        [Function("Telling")]
        public async Task Telling([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            diary.Write($"start {context.IsReplaying}");
            await context.CallActivityAsync<Order>("Grow", new Order("x", 1));
            diary.Write($"middle {context.IsReplaying}");
            await context.CallActivityAsync<Order>("Grow", new Order("x", 1));
            diary.Write($"end {context.IsReplaying}");
        }

        [Function("Logging")]
        public static async Task Logging([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            var logger = context.CreateReplaySafeLogger("Tests.Orchestrator");
            logger.LogInformation("one");
            await context.CallActivityAsync<Order>("Grow", new Order("x", 1));
            logger.LogInformation("two");
        }

#pragma warning disable DURABLE2002 // The analyzer does not look into the ValueTask that the activity returns.
        [Function("FanOut")]
        public static async Task<int> FanOut([OrchestrationTrigger] TaskOrchestrationContext context) =>
            (
                await Task.WhenAll(Enumerable.Range(0, context.GetInput<int>()).Select(i => context.CallActivityAsync<int>("Double", i)))
            ).Sum();
#pragma warning restore DURABLE2002

        [Function("Doors")]
        public static Task Doors([OrchestrationTrigger] TaskOrchestrationContext context) =>
            Task.WhenAll(Enumerable.Range(0, 20).Select(i => context.CallActivityAsync<int>("CountingDoor", i)));

        [Function("Catching")]
        public static async Task<string> Catching([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            try
            {
                return await context.CallActivityAsync<string>("Fail", 7);
            }
            catch (TaskFailedException e)
            {
                var details = e.FailureDetails;
                return string.Join(
                    '|',
                    details.ErrorType,
                    details.ErrorMessage,
                    details.IsCausedBy<InvalidOperationException>(),
                    details.IsCausedBy<ArgumentException>(),
                    details.InnerFailure!.ErrorType,
                    e.TaskName
                );
            }
        }

        [Function("NotCatching")]
        public static Task NotCatching([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallActivityAsync<string>("Fail", 7);

#pragma warning disable DURABLE2003 // The test is about an activity that does not exist.
        [Function("CallingNobody")]
        public static Task CallingNobody([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallActivityAsync("Nobody", null, TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromHours(1))));
#pragma warning restore DURABLE2003

        [Function("Parent")]
        public static async Task<string> Parent([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            var name = await context.CallSubOrchestratorAsync<string>("Child", null, new TaskOptions().WithInstanceId("child-1"));
            try
            {
                await context.CallSubOrchestratorAsync("FailingChild");
                return "no failure";
            }
            catch (TaskFailedException e)
            {
                return $"{name}|{e.Message}";
            }
        }

        [Function("Child")]
        public static async Task<string> Child([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            await context.CallActivityAsync<Order>("Grow", new Order("x", 1));
            return $"{context.InstanceId} of {context.Parent!.Name}";
        }

        [Function("FailingChild")]
        public static Task FailingChild([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallActivityAsync<string>("Fail", 7);

        [Function("Grow")]
        public static Order Grow([ActivityTrigger] Order order) => new(order.Name + "!", order.Count * 2);

        [Function("Double")]
        public static async ValueTask<int> Double([ActivityTrigger] int number)
        {
            await Task.Yield();
            return number * 2;
        }

        [Function("CountingDoor")]
        public async Task<int> Door([ActivityTrigger] int number, FunctionContext context)
        {
            diary.Write($"{Interlocked.Increment(ref _atWork)} are at work");
            await diary.PassAsync("door").WaitAsync(context.CancellationToken);
            Interlocked.Decrement(ref _atWork);
            return number;
        }

        [Function("Fail")]
        public static string Fail([ActivityTrigger] int number) =>
            throw new InvalidOperationException($"no {number}", new FormatException("inner"));
    }
}
