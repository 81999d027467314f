using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Connectors.Tests.LocalHost.Durable;

/// <summary>What an orchestrator may not do, and how it is told.</summary>
public sealed class ReplayTests
{
    [Theory]
    [InlineData("OtherActivity", "its call 1 is activity 'B', but its history has activity 'A' there")]
    [InlineData("OtherKind", "its call 1 is a timer, but its history has activity 'A' there")]
    [InlineData("OtherOrder", "its call 1 is activity 'B', but its history has activity 'A' there")]
    [InlineData("OneMore", "its call 2 is activity 'B', but its history has no call there")]
    [InlineData("OneLess", "its call 2 is missing, but its history has activity 'B' there")]
    [InlineData("OtherChild", "sub-orchestration 'Child' as instance 'child-")]
    public async Task AnOrchestratorThatCallsSomethingElseInItsReplayFailsWithTheCallThatDiffers(string orchestrator, string sentence)
    {
        await using var fixture = await HostFixture.StartAsync(typeof(Wavering));
        var end = await fixture.RunAsync(orchestrator);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("is not deterministic", end.SerializedOutput, StringComparison.Ordinal);
        Assert.Contains(sentence, end.SerializedOutput, StringComparison.Ordinal);
        Assert.Equal("DurableTask.Core.Exceptions.NonDeterministicOrchestrationException", end.FailureDetails!.ErrorType);
    }

    [Fact]
    public async Task AnOrchestratorThatEndsBeforeItsHistoryDoesFails()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(Wavering));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("EndsEarly", HostFixture.Token);
        await fixture.QuietAsync();
        await fixture.Client.RaiseEventAsync(id, "any", 1, HostFixture.Token);
        var sentence = "its call 2 is never made, as the orchestrator ends, but its history has more turns there";
        Assert.Contains(sentence, (await fixture.EndOfAsync(id)).SerializedOutput, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AwaitsYielding")]
    [InlineData("AwaitsATaskOfThePool")]
    [InlineData("LeavesItsThread")]
    [InlineData("AwaitsBoth")]
    public async Task AnOrchestratorThatAwaitsAnythingElseFailsWithASentenceThatSaysSo(string orchestrator)
    {
        await using var fixture = await HostFixture.StartAsync(typeof(Straying));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, HostFixture.Token);
        await fixture.QuietAsync();
        fixture.Diary.Open("outside");
        var end = await fixture.EndOfAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains($"Orchestrator '{orchestrator}'", end.SerializedOutput, StringComparison.Ordinal);
        Assert.Contains("awaits something that is not a task of its context", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheContextRefusesAnotherThread()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(Straying));
        var end = await fixture.RunAsync("UsesItsContextElsewhere");
        Assert.Contains("was used on another thread", end.ReadOutputAs<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TimeAndGuidsAreTheSameInEveryReplay()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(Steady));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Remembering", HostFixture.Token);
        await fixture.PassAsync(TimeSpan.FromMinutes(1));
        await fixture.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await fixture.EndOfAsync(id)).RuntimeStatus);

        // Three runs: 1, 2 and 3 moments seen.
        Assert.Equal(6, fixture.Diary.Entries.Count);
        Assert.Equal(3, fixture.Diary.Entries.Distinct().Count());
    }

    [Fact]
    public async Task ContinuationsStayOnTheOrchestratorsThread()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(Steady));
        Assert.Equal(6, (await fixture.RunAsync("Continuing")).ReadOutputAs<int>());
    }

    public sealed class Wavering(Diary diary)
    {
        [Function("OtherActivity")]
        public Task OtherActivity([OrchestrationTrigger] TaskOrchestrationContext context) =>
            TwoAsync(context, first: () => context.CallActivityAsync(IsFirstRun("x") ? "A" : "B"));

        [Function("OtherKind")]
        public Task OtherKind([OrchestrationTrigger] TaskOrchestrationContext context) =>
            TwoAsync(context, first: () =>
                IsFirstRun("x") ? context.CallActivityAsync("A") : context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None)
            );

        [Function("OtherOrder")]
        public async Task OtherOrder([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            string[] order = IsFirstRun("x") ? ["A", "B"] : ["B", "A"];
            await Task.WhenAll(order.Select(name => context.CallActivityAsync(name)));
        }

        [Function("OneMore")]
        public async Task OneMore([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            string[] names = IsFirstRun("x") ? ["A"] : ["A", "B"];
            await Task.WhenAll(names.Select(name => context.CallActivityAsync(name)));
        }

        [Function("OneLess")]
        public async Task OneLess([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            string[] names = IsFirstRun("x") ? ["A", "B"] : ["A"];
            await Task.WhenAll(names.Select(name => context.CallActivityAsync(name)));
            await context.CallActivityAsync("A");
        }

        [Function("OtherChild")]
        public Task OtherChild([OrchestrationTrigger] TaskOrchestrationContext context) =>
            TwoAsync(context, first: () =>
                context.CallSubOrchestratorAsync("Child", null, new TaskOptions().WithInstanceId(IsFirstRun("x") ? "child-1" : "child-2"))
            );

        [Function("EndsEarly")]
        public async Task EndsEarly([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            await context.CallActivityAsync("A");
            if (IsFirstRun("after A"))
            {
                await context.WaitForExternalEvent<int>("never");
            }
        }

        [Function("Child")]
        public static Task Child([OrchestrationTrigger] TaskOrchestrationContext context) => Task.CompletedTask;

        [Function("A")]
        public static void A([ActivityTrigger] string? input) { }

        [Function("B")]
        public static void B([ActivityTrigger] string? input) { }

        private static async Task TwoAsync(TaskOrchestrationContext context, Func<Task> first)
        {
            await first();
            await context.CallActivityAsync("A");
        }

        private bool IsFirstRun(string where)
        {
            var isFirst = !diary.Entries.Contains(where);
            diary.Write(where);
            return isFirst;
        }
    }

    public sealed class Straying(Diary diary)
    {
        [Function("AwaitsYielding")]
        public async Task AwaitsYielding([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            await diary.PassAsync("outside");
            await context.CallActivityAsync<int>("Work");
        }

        [Function("AwaitsATaskOfThePool")]
        public async Task AwaitsATaskOfThePool([OrchestrationTrigger] TaskOrchestrationContext context)
        {
#pragma warning disable DURABLE0004 // The test is about an orchestrator that leaves its thread.
            await Task.Run(() => diary.PassAsync("outside"));
#pragma warning restore DURABLE0004
            await context.CallActivityAsync<int>("Work");
        }

        [Function("LeavesItsThread")]
        public static async Task LeavesItsThread([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            await context.CallActivityAsync<int>("Work").ConfigureAwait(false);
            await context.CallActivityAsync<int>("Work");
        }

        [Function("AwaitsBoth")]
        public async Task AwaitsBoth([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            await Task.WhenAny(context.WaitForExternalEvent<int>("never"), diary.PassAsync("outside"));
            await context.CallActivityAsync<int>("Work");
        }

        [Function("UsesItsContextElsewhere")]
        public static async Task<string> UsesItsContextElsewhere([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            string? message = null;
            var thread = new Thread(() => message = Record.Exception(() => context.SetCustomStatus("x"))?.Message);
#pragma warning disable DURABLE0004 // The test is about an orchestrator that starts a thread.
            thread.Start();
#pragma warning restore DURABLE0004
            thread.Join();
            await context.CallActivityAsync<int>("Work");
            return message!;
        }

        [Function("Work")]
        public static int Work([ActivityTrigger] string? input) => 1;
    }

    public sealed class Steady(Diary diary)
    {
        [Function("Remembering")]
        public async Task Remembering([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            for (var i = 0; i < 3; i++)
            {
                diary.Write($"{context.CurrentUtcDateTime:O} {context.NewGuid()}");
                if (i < 2)
                {
                    await context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
                }
            }
        }

        [Function("Continuing")]
        public static async Task<int> Continuing([OrchestrationTrigger] TaskOrchestrationContext context)
        {
#pragma warning disable DURABLE0004 // The continuation runs on the orchestrator's own scheduler, and the host must allow it.
            var doubled = context
                .CallActivityAsync<int>("One")
                .ContinueWith(task => context.CallActivityAsync<int>("One"), TaskScheduler.Current)
                .Unwrap();
#pragma warning restore DURABLE0004
            var three = await Task.WhenAll(doubled, TwiceAsync(), context.CallActivityAsync<int>("One"));
            return three.Sum();

            async Task<int> TwiceAsync()
            {
                await context.CallActivityAsync<int>("One");
                await context.CallActivityAsync<int>("One");
                return 4;
            }
        }

        [Function("One")]
        public static int One([ActivityTrigger] string? input) => 1;
    }
}
