using Connectors.LocalHost.Durable.Activities;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Xunit;

namespace Connectors.Tests.LocalHost.Durable;

public sealed class DeliveryTests
{
    [Theory]
    [InlineData(ActivityDelivery.Once, 1)]
    [InlineData(ActivityDelivery.TwiceInTurn, 2)]
    [InlineData(ActivityDelivery.TwiceAtOnce, 2)]
    public async Task AnActivityThatIsDeliveredTwiceAnswersOnce(ActivityDelivery delivery, int runs)
    {
        await using var fixture = await HostFixture.StartAsync(options => options with { Delivery = delivery }, typeof(App));
        var end = await fixture.RunAsync("Adding", 20);
        await fixture.QuietAsync();
        Assert.Equal(190, end.ReadOutputAs<int>());
        Assert.Equal(20 * runs, fixture.Diary.Entries.Count(entry => entry.StartsWith("ran", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task OfTwoInTurnTheSecondResultCounts()
    {
        await using var fixture = await HostFixture.StartAsync(
            options => options with { Delivery = ActivityDelivery.TwiceInTurn },
            typeof(App)
        );
        Assert.Equal(2, (await fixture.RunAsync("CountingRuns")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task AResultOrderComesFromItsSeed()
    {
        var orders = new List<string>();
        foreach (var seed in (int[])[1, 1, 2])
        {
            await using var fixture = await HostFixture.StartAsync(
                options => options with { ShuffleResults = new Random(seed) },
                typeof(App)
            );
            orders.Add((await fixture.RunAsync("Racing", 12)).ReadOutputAs<string>()!);
        }

        Assert.Equal(orders[0], orders[1]);
        Assert.NotEqual(orders[0], orders[2]);
        Assert.All(orders, order => Assert.Equal(Enumerable.Range(0, 12), order.Split(' ').Select(int.Parse).Order()));
        Assert.NotEqual(string.Join(' ', Enumerable.Range(0, 12)), orders[0]);
    }

    public sealed class App(Diary diary)
    {
        [Function("Adding")]
        public static async Task<int> Adding([OrchestrationTrigger] TaskOrchestrationContext context, int count) =>
            (await Task.WhenAll(Enumerable.Range(0, count).Select(item => context.CallActivityAsync<int>("Run", item)))).Sum();

        [Function("CountingRuns")]
        public static Task<int> CountingRuns([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallActivityAsync<int>("CountRuns");

        [Function("Racing")]
        public static async Task<string> Racing([OrchestrationTrigger] TaskOrchestrationContext context, int count)
        {
            var running = Enumerable.Range(0, count).Select(item => context.CallActivityAsync<int>("Run", item)).ToList();
            var order = new List<int>();
            while (running.Count > 0)
            {
                var first = await Task.WhenAny(running);
                running.Remove(first);
                order.Add(await first);
            }

            return string.Join(' ', order);
        }

        [Function("Run")]
        public int Run([ActivityTrigger] int number)
        {
            diary.Write($"ran {number}");
            return number;
        }

        [Function("CountRuns")]
        public int CountRuns([ActivityTrigger] string? input)
        {
            diary.Write("ran");
            return diary.Entries.Count;
        }
    }
}
