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
        await using var bench = await HostBench.StartAsync(typeof(App));
        var id = await bench.Client.ScheduleNewOrchestrationInstanceAsync("Collecting", HostBench.Cancellation);
        await bench.QuietAsync();
        foreach (var (name, value) in new[] { ("b", 1), ("b", 2), ("A", 3) })
        {
            await bench.Client.RaiseEventAsync(id, name, value, HostBench.Cancellation);
        }

        Assert.Equal("3, 1, 2", string.Join(", ", (await bench.EndOfAsync(id)).ReadOutputAs<int[]>()!));
    }

    [Fact]
    public async Task TheLastOneToWaitIsServedFirst()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        var id = await bench.Client.ScheduleNewOrchestrationInstanceAsync("TwoWaiters", HostBench.Cancellation);
        await bench.Client.RaiseEventAsync(id, "a", 1, HostBench.Cancellation);
        await bench.Client.RaiseEventAsync(id, "a", 2, HostBench.Cancellation);
        Assert.Equal("2, 1", string.Join(", ", (await bench.EndOfAsync(id)).ReadOutputAs<int[]>()!));
    }

    [Fact]
    public async Task AnEventThatDoesNotComeInTimeIsCancelled()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        var id = await bench.Client.ScheduleNewOrchestrationInstanceAsync("Impatient", HostBench.Cancellation);
        await bench.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal("too late", (await bench.EndOfAsync(id)).ReadOutputAs<string>());

        id = await bench.Client.ScheduleNewOrchestrationInstanceAsync("Impatient", HostBench.Cancellation);
        await bench.PassAsync(TimeSpan.FromMinutes(4));
        await bench.Client.RaiseEventAsync(id, "a", 1, HostBench.Cancellation);
        Assert.Equal("in time", (await bench.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task OrchestratorsSendEachOtherEvents()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        var id = await bench.Client.ScheduleNewOrchestrationInstanceAsync("Collecting", HostBench.Cancellation);
        await bench.RunAsync("Sending", id);
        Assert.Equal("1, 2, 3", string.Join(", ", (await bench.EndOfAsync(id)).ReadOutputAs<int[]>()!));
    }

    [Fact]
    public async Task ContinueAsNewBeginsWithAFreshHistoryAndTheNewInput()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        var end = await bench.RunAsync("Counting", 0);
        Assert.Equal(50, end.ReadOutputAs<int>());
        Assert.InRange(bench.Host.StatisticsOf(end.InstanceId)!.MostEvents, 3, 12);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
    }

    [Theory]
    [InlineData(true, "3,1,2")]
    [InlineData(false, "3")]
    public async Task ContinueAsNewKeepsUnreadEventsWhenToldTo(bool keeps, string seen)
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        var id = await bench.Client.ScheduleNewOrchestrationInstanceAsync("Renewing", new Renewal(keeps, []), HostBench.Cancellation);
        await bench.QuietAsync();
        await bench.Client.RaiseEventAsync(id, "b", 1, HostBench.Cancellation);
        await bench.QuietAsync();
        await bench.Client.RaiseEventAsync(id, "b", 2, HostBench.Cancellation);
        await bench.QuietAsync();
        await bench.Client.RaiseEventAsync(id, "a", 3, HostBench.Cancellation);
        await bench.PassAsync(TimeSpan.FromHours(1));
        Assert.Equal(seen, (await bench.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task CustomStatusIsSeenFromOutsideAndEndsWithTheGeneration()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        var id = await bench.Client.ScheduleNewOrchestrationInstanceAsync("Telling", 1, HostBench.Cancellation);
        await bench.QuietAsync();
        Assert.Equal(
            "half",
            (await bench.Client.GetInstanceAsync(id, getInputsAndOutputs: true, HostBench.Cancellation))!.ReadCustomStatusAs<string>()
        );
        await bench.Client.RaiseEventAsync(id, "a", 1, HostBench.Cancellation);
        await bench.QuietAsync();
        Assert.Null((await bench.Client.GetInstanceAsync(id, getInputsAndOutputs: true, HostBench.Cancellation))!.SerializedCustomStatus);
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
