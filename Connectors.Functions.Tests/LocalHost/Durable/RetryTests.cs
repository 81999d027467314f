using Connectors.LocalHost.Durable.Replay;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Connectors.Tests.LocalHost.Durable;

public sealed class RetryTests
{
    private static readonly DateTime Start = new(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(3, 40)]
    [InlineData(4, 60)]
    [InlineData(5, null)]
    public void PausesGrowUpToTheirLimitAndEndWithTheAttempts(int attempt, int? seconds)
    {
        var policy = new RetryPolicy(5, TimeSpan.FromSeconds(10), 2, TimeSpan.FromMinutes(1));
        Assert.Equal(seconds is { } pause ? Start.AddSeconds(pause) : null, Retries.NextAttempt(policy, attempt, Start, Start));
    }

    [Theory]
    [InlineData(29, true)]
    [InlineData(30, false)]
    public void NothingIsTriedAgainAfterTheTimeout(int seconds, bool isTried)
    {
        var policy = new RetryPolicy(100, TimeSpan.FromSeconds(1), retryTimeout: TimeSpan.FromSeconds(30));
        Assert.Equal(isTried, Retries.NextAttempt(policy, 1, Start, Start.AddSeconds(seconds)) is not null);
    }

    [Fact]
    public async Task AnActivityIsTriedAgainAfterADurablePause()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Retrying", 3, HostFixture.Token);
        await fixture.QuietAsync();
        Assert.Equal(["attempt 1"], fixture.Diary.Entries);
        await fixture.PassAsync(TimeSpan.FromSeconds(9));
        Assert.Equal(["attempt 1"], fixture.Diary.Entries);
        await fixture.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["attempt 1", "attempt 2"], fixture.Diary.Entries);
        await fixture.PassAsync(TimeSpan.FromSeconds(20));
        var end = await fixture.EndOfAsync(id);
        Assert.Equal("done at 3", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task APauseSurvivesTheProcess()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Retrying", 2, HostFixture.Token);
        await fixture.QuietAsync();
        await fixture.Host.KillAsync();
        fixture.Time.Advance(TimeSpan.FromSeconds(10));
        await fixture.RestartAsync();
        Assert.Equal("done at 2", (await fixture.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Equal(["attempt 1", "attempt 2"], fixture.Diary.Entries);
    }

    [Fact]
    public async Task AfterTheLastAttemptTheLastFailureIsThrown()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("Retrying", 99, HostFixture.Token);
        await fixture.PassAsync(TimeSpan.FromSeconds(10));
        await fixture.PassAsync(TimeSpan.FromSeconds(20));
        var end = await fixture.EndOfAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.EndsWith("not at 3", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASubOrchestrationIsTriedAgainUnderTheSameId()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var id = await fixture.Client.ScheduleNewOrchestrationInstanceAsync("RetryingAChild", HostFixture.Token);
        await fixture.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("done at 2", (await fixture.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await fixture.EndOfAsync("child")).RuntimeStatus);
    }

    [Fact]
    public async Task AHandlerDecidesByWhatFailed()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        var end = await fixture.RunAsync("Handling");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal(["attempt 1", "attempt 2"], fixture.Diary.Entries);
    }

    public sealed class App(Diary diary)
    {
        private static readonly TaskOptions ThreeTimes = TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(10), 2));

        [Function("Retrying")]
        public static Task<string> Retrying([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallActivityAsync<string>("Try", context.GetInput<int>(), ThreeTimes);

        [Function("RetryingAChild")]
        public static Task<string> RetryingAChild([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallSubOrchestratorAsync<string>("Child", 2, ThreeTimes.WithInstanceId("child"));

        [Function("Child")]
        public static Task<string> Child([OrchestrationTrigger] TaskOrchestrationContext context, int succeedsAt) =>
            context.CallActivityAsync<string>("Try", succeedsAt);

        [Function("Handling")]
        public static Task<string> Handling([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallActivityAsync<string>(
                "Try",
                99,
                TaskOptions.FromRetryHandler(retry => retry.LastFailure.IsCausedBy<TimeoutException>() && retry.LastAttemptNumber < 2)
            );

        [Function("Try")]
        public string Try([ActivityTrigger] int succeedsAt)
        {
            var attempt = diary.Entries.Count + 1;
            diary.Write($"attempt {attempt}");
            return attempt >= succeedsAt ? $"done at {attempt}" : throw new TimeoutException($"not at {attempt}");
        }
    }
}
