using Connectors.LocalHost.Durable.Activities;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Connectors.Tests.LocalHost.Durable;

public sealed class CrashTests
{
    private static CancellationToken Cancellation => HostFixture.Token;

    [Fact]
    public async Task AnActivityThatDiedWithItsProcessRunsAgain()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("AtTheDoor", Cancellation);
        await fixture.Diary.SeenAsync("at the door");
        await fixture.Host.KillAsync();
        fixture.Diary.Open("door");
        await fixture.RestartAsync();
        Assert.Equal("through", (await fixture.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Equal(2, fixture.Diary.Entries.Count(entry => entry == "at the door"));
    }

    [Fact]
    public async Task AStopLetsActivitiesEndAndTheNextStartGoesOn()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("AtTheDoor", Cancellation);
        await fixture.Diary.SeenAsync("at the door");
        await fixture.Host.DisposeAsync();
        Assert.Contains("called back from the door", fixture.Diary.Entries);
        fixture.Diary.Open("door");
        await fixture.RestartAsync();
        Assert.Equal("through", (await fixture.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task EventsAndSuspensionSurviveTheProcess()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Waiting", Cancellation);
        await fixture.QuietAsync();
        await fixture.Client.SuspendInstanceAsync(id, "pause", Cancellation);
        await fixture.Client.RaiseEventAsync(id, "go", 5, Cancellation);
        await fixture.Host.KillAsync();
        await fixture.RestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await fixture.Client.GetInstanceAsync(id, Cancellation))!.RuntimeStatus);
        await fixture.Client.ResumeInstanceAsync(id, null, Cancellation);
        Assert.Equal(5, (await fixture.EndOfAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task ATimerThatWasDueWhileNobodyRanFiresAtTheNextStart()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Sleeping", Cancellation);
        await fixture.QuietAsync();
        await fixture.Host.KillAsync();
        fixture.Time.Advance(TimeSpan.FromDays(2));
        await fixture.RestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await fixture.EndOfAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task AnUpdateThatChangesARunningOrchestratorIsFoundOutAtTheNextStart()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Sleeping", Cancellation);
        await fixture.QuietAsync();
        await fixture.Host.KillAsync();
        fixture.Time.Advance(TimeSpan.FromDays(2));
        await fixture.RestartAsync(typeof(NextVersion));
        Assert.Contains(
            "is not deterministic: its call 1 is activity 'Nap'",
            (await fixture.EndOfAsync(id)).SerializedOutput,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(ActivityDelivery.Once)]
    [InlineData(ActivityDelivery.TwiceAtOnce)]
    public async Task WhereverTheProcessWasKilledTheOrchestrationEndsTheSame(ActivityDelivery delivery)
    {
        await using var whole = await HostFixture.StartAsync(typeof(App));
        var id = await whole.Client.ScheduleNewOrchestrationInstanceAsync(
            "Everything",
            3,
            new StartOrchestrationOptions("one"),
            Cancellation
        );
        var output = await EndAsync(whole, id);
        await whole.Host.DisposeAsync();
        var log = await File.ReadAllBytesAsync(LogOf(whole, "one"), Cancellation);

        var cuts = Enumerable
            .Range(0, log.Length)
            .Where(at => log[at] == '\n')
            .SelectMany(at => (int[])[at + 1, Math.Min(log.Length, at + 20)])
            .Distinct()
            .ToList();
        Assert.InRange(cuts.Count, 20, 200);
        foreach (var cut in cuts)
        {
            await using var fixture = await HostFixture.StartAsync(options => options with { Delivery = delivery }, typeof(App));
            await fixture.Host.KillAsync();
            await File.WriteAllBytesAsync(LogOf(fixture, "one"), log[..cut], Cancellation);
            await fixture.RestartAsync();
            Assert.Equal(output, await EndAsync(fixture, id));
        }

        string LogOf(HostFixture fixture, string instance) =>
            Path.Combine(fixture.Folder, Path.GetFileName(Directory.GetFiles(whole.Folder, instance + ".*.jsonl").Single()));
    }

    [Theory]
    [InlineData(ActivityDelivery.Once)]
    [InlineData(ActivityDelivery.TwiceInTurn)]
    [InlineData(ActivityDelivery.TwiceAtOnce)]
    public async Task HoweverOftenTheProcessIsKilledNothingIsLostAndNothingCountsTwice(ActivityDelivery delivery)
    {
        await using var fixture = await HostFixture.StartAsync(
            options => options with { Delivery = delivery, ShuffleResults = new Random(1) },
            typeof(App)
        );
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Family", new Generation(i, 0, 0), Cancellation));
        }

        foreach (var killedAt in (int[])[1, 4, 9, 15, 22, 30, 33, 41])
        {
            await fixture.Diary.SeenAsync($"work {killedAt}");
            await fixture.Host.KillAsync();
            await fixture.RestartAsync();
        }

        for (var i = 0; i < 3; i++)
        {
            // Generations 0 to 3 with two children each, and a child makes of n the sum of n + 1 and n + 2.
            Assert.Equal(4 * 2 * ((2 * i) + 3), (await fixture.EndOfAsync(ids[i])).ReadOutputAs<int>());
        }
    }

    [Fact]
    public async Task AnEventThatIsSentAgainAfterACrashArrivesOnce()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var to = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("CountingEvents", Cancellation);
        await fixture.RunAsync("Sending", to);
        await fixture.QuietAsync();
        for (var i = 0; i < 3; i++)
        {
            await fixture.Host.KillAsync();
            await fixture.RestartAsync();
            await fixture.QuietAsync();
        }

        await fixture.Client.RaiseEventAsync(to, "end", null, Cancellation);
        Assert.Equal(2, (await fixture.EndOfAsync(to)).ReadOutputAs<int>());
    }

    private static async Task<string> EndAsync(HostFixture fixture, string id)
    {
        for (var i = 0; i < 20; i++)
        {
            await fixture.PassAsync(TimeSpan.FromMinutes(1));
            if (await fixture.Client.GetInstanceAsync(id, getInputsAndOutputs: true, Cancellation) is { IsCompleted: true } end)
            {
                return $"{end.RuntimeStatus} {end.SerializedOutput}";
            }
        }

        return "no end";
    }

    public sealed record Generation(int Number, int Index, int Sum);

    public sealed class App(Diary diary)
    {
        [Function("AtTheDoor")]
        public static Task<string> AtTheDoor([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallActivityAsync<string>("CrashDoor");

        [Function("Waiting")]
        public static Task<int> Waiting([OrchestrationTrigger] TaskOrchestrationContext context) => context.WaitForExternalEvent<int>("go");

        [Function("Sleeping")]
        public static Task Sleeping([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);

        [Function("Everything")]
        public static async Task<int> Everything([OrchestrationTrigger] TaskOrchestrationContext context, int number)
        {
            var sum = 0;
            for (var i = 0; i < number; i++)
            {
                sum += (await Task.WhenAll(Enumerable.Range(0, 3).Select(item => context.CallActivityAsync<int>("Next", item)))).Sum();
                await context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
                sum += await context.CallSubOrchestratorAsync<int>("Child", i);
            }

            return sum;
        }

        [Function("Child")]
        public static async Task<int> Child([OrchestrationTrigger] TaskOrchestrationContext context, int number) =>
            await context.CallActivityAsync<int>("Next", number, TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMinutes(1))));

        [Function("Family")]
        public static async Task<int> Family([OrchestrationTrigger] TaskOrchestrationContext context, Generation now)
        {
            var sums = await Task.WhenAll(
                context.CallSubOrchestratorAsync<int>("Pair", now.Number),
                context.CallSubOrchestratorAsync<int>("Pair", now.Number)
            );
            var next = now with { Index = now.Index + 1, Sum = now.Sum + sums.Sum() };
            if (next.Index < 4)
            {
                context.ContinueAsNew(next);
            }

            return next.Sum;
        }

        [Function("Pair")]
        public static async Task<int> Pair([OrchestrationTrigger] TaskOrchestrationContext context, int number) =>
            (
                await Task.WhenAll(
                    context.CallActivityAsync<int>("CountedNext", number),
                    context.CallActivityAsync<int>("CountedNext", number + 1)
                )
            ).Sum();

        [Function("CountedNext")]
        public int CountedNext([ActivityTrigger] int number)
        {
            diary.Count("work");
            return number + 1;
        }

        [Function("Sending")]
        public static void Sending([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            context.SendEvent(context.GetInput<string>()!, "one", 1);
            context.SendEvent(context.GetInput<string>()!, "one", 2);
        }

        [Function("CountingEvents")]
        public static async Task<int> CountingEvents([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            var end = context.WaitForExternalEvent<object?>("end");
            for (var count = 0; ; count++)
            {
                if (await Task.WhenAny(context.WaitForExternalEvent<int>("one"), end) == end)
                {
                    return count;
                }
            }
        }

        [Function("CrashDoor")]
        public async Task<string> Door([ActivityTrigger] string? input, CancellationToken cancellationToken)
        {
            diary.Write("at the door");
            try
            {
                await diary.PassAsync("door").WaitAsync(cancellationToken);
                return "through";
            }
            catch (OperationCanceledException)
            {
                diary.Write("called back from the door");
                throw;
            }
        }

        [Function("Next")]
        public static int Next([ActivityTrigger] int number) => number + 1;
    }

    public sealed class NextVersion
    {
        [Function("Sleeping")]
        public static Task Sleeping([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync("Nap");

        [Function("Nap")]
        public static void Nap([ActivityTrigger] string? input) { }
    }
}
