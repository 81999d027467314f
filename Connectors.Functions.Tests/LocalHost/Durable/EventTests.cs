using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Connectors.Tests.LocalHost.Durable;

public sealed class EventTests
{
    [Fact]
    public async Task EventsWaitUntilTheyAreWaitedForFirstInFirstOutByName()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Collecting", HostFixture.Token);
        await fixture.QuietAsync();
        foreach (var (name, value) in new[] { ("b", 1), ("b", 2), ("A", 3) })
        {
            await fixture.Client.RaiseEventAsync(id, name, value, HostFixture.Token);
        }

        Assert.Equal("3, 1, 2", string.Join(", ", (await fixture.EndOfAsync(id)).ReadOutputAs<int[]>()!));
    }

    [Fact]
    public async Task TheLastOneToWaitIsServedFirst()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("TwoWaiters", HostFixture.Token);
        await fixture.Client.RaiseEventAsync(id, "a", 1, HostFixture.Token);
        await fixture.Client.RaiseEventAsync(id, "a", 2, HostFixture.Token);
        Assert.Equal("2, 1", string.Join(", ", (await fixture.EndOfAsync(id)).ReadOutputAs<int[]>()!));
    }

    [Fact]
    public async Task AnEventThatDoesNotComeInTimeIsCancelled()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Impatient", HostFixture.Token);
        await fixture.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal("too late", (await fixture.EndOfAsync(id)).ReadOutputAs<string>());

        id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Impatient", HostFixture.Token);
        await fixture.PassAsync(TimeSpan.FromMinutes(4));
        await fixture.Client.RaiseEventAsync(id, "a", 1, HostFixture.Token);
        Assert.Equal("in time", (await fixture.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task OrchestratorsSendEachOtherEvents()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Collecting", HostFixture.Token);
        await fixture.RunAsync("Sending", id);
        Assert.Equal("1, 2, 3", string.Join(", ", (await fixture.EndOfAsync(id)).ReadOutputAs<int[]>()!));
    }

    [Fact]
    public async Task ContinueAsNewBeginsWithAFreshHistoryAndTheNewInput()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var end = await fixture.RunAsync("Counting", 0);
        Assert.Equal(50, end.ReadOutputAs<int>());
        Assert.InRange(fixture.Host.StatisticsOf(end.InstanceId)!.MostEvents, 3, 12);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
    }

    [Theory]
    [InlineData(true, "3,1,2")]
    [InlineData(false, "3")]
    public async Task ContinueAsNewKeepsUnreadEventsWhenToldTo(bool keeps, string seen)
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Renewing", new Renewal(keeps, []), HostFixture.Token);
        await fixture.QuietAsync();
        await fixture.Client.RaiseEventAsync(id, "b", 1, HostFixture.Token);
        await fixture.QuietAsync();
        await fixture.Client.RaiseEventAsync(id, "b", 2, HostFixture.Token);
        await fixture.QuietAsync();
        await fixture.Client.RaiseEventAsync(id, "a", 3, HostFixture.Token);
        await fixture.PassAsync(TimeSpan.FromHours(1));
        Assert.Equal(seen, (await fixture.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task CustomStatusIsSeenFromOutsideAndEndsWithTheGeneration()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Telling", 1, HostFixture.Token);
        await fixture.QuietAsync();
        Assert.Equal(
            "half",
            (await fixture.Client.GetInstanceAsync(id, getInputsAndOutputs: true, HostFixture.Token))!.ReadCustomStatusAs<string>()
        );
        await fixture.Client.RaiseEventAsync(id, "a", 1, HostFixture.Token);
        await fixture.QuietAsync();
        Assert.Null((await fixture.Client.GetInstanceAsync(id, getInputsAndOutputs: true, HostFixture.Token))!.SerializedCustomStatus);
    }

    public sealed record Renewal(bool Keeps, int[] Seen);

    public sealed class App
    {
        [Function("Collecting")]
        public static async Task<int[]> Collecting([OrchestrationTrigger] TaskOrchestrationContext context) =>
            [
                await context.WaitForExternalEvent<int>("a"),
                await context.WaitForExternalEvent<int>("B"),
                await context.WaitForExternalEvent<int>("b"),
            ];

        [Function("TwoWaiters")]
        public static async Task<int[]> TwoWaiters([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            var first = context.WaitForExternalEvent<int>("a");
            var second = context.WaitForExternalEvent<int>("a");
            return await Task.WhenAll(first, second);
        }

        [Function("Impatient")]
        public static async Task<string> Impatient([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            try
            {
                await context.WaitForExternalEvent<int>("a", TimeSpan.FromMinutes(5));
                return "in time";
            }
            catch (OperationCanceledException)
            {
                return "too late";
            }
        }

        [Function("Sending")]
        public static void Sending([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            context.SendEvent(context.GetInput<string>()!, "a", 1);
            context.SendEvent(context.GetInput<string>()!, "b", 2);
            context.SendEvent(context.GetInput<string>()!, "b", 3);
        }

        [Function("Counting")]
        public static async Task<int> Counting([OrchestrationTrigger] TaskOrchestrationContext context, int count)
        {
            count = await context.CallActivityAsync<int>("NextCount", count);
            if (count < 50)
            {
                context.ContinueAsNew(count);
            }

            return count;
        }

        [Function("Renewing")]
        public static async Task<string> Renewing([OrchestrationTrigger] TaskOrchestrationContext context, Renewal renewal)
        {
            if (renewal.Seen.Length == 0)
            {
                context.ContinueAsNew(renewal with { Seen = [await context.WaitForExternalEvent<int>("a")] }, renewal.Keeps);
                return string.Empty;
            }

            var seen = renewal.Seen.ToList();
            try
            {
                while (true)
                {
                    seen.Add(await context.WaitForExternalEvent<int>("b", TimeSpan.FromHours(1)));
                }
            }
            catch (OperationCanceledException)
            {
                return string.Join(',', seen);
            }
        }

        [Function("Telling")]
        public static async Task Telling([OrchestrationTrigger] TaskOrchestrationContext context, int generation)
        {
            context.SetCustomStatus(generation == 1 ? "half" : null);
            await context.WaitForExternalEvent<int>("a");
            context.ContinueAsNew(2);
        }

        [Function("NextCount")]
        public static int Next([ActivityTrigger] int number) => number + 1;
    }
}
