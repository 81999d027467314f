using System.Net;
using Connectors.LocalHost.Hosting;
using Connectors.Tests.LocalHost.Durable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Connectors.Tests.LocalHost.Hosting;

public sealed class TimerFunctionTests
{
    private static readonly KeyValuePair<string, string?>[] Settings = [new("PollSchedule", "*/30 * * * * *")];

    [Theory]
    [InlineData("0 */5 * * * *", "12:00:00", "12:05:00")]
    [InlineData("*/30 * * * * *", "12:00:10", "12:00:30")]
    [InlineData("0 30 9 * * 0", "12:00:00", "1.09:30:00")]
    [InlineData("0 0 9 * * 1-5", "12:00:00", "2.09:00:00")]
    [InlineData("*/5 * * * *", "12:00:00", "12:05:00")]
    [InlineData("00:00:20", "12:00:10", "12:00:30")]
    [InlineData("%PollSchedule%", "12:00:10", "12:00:30")]
    public void ASchedulesNextTime(string schedule, string after, string next)
    {
        // A Saturday.
        var day = new DateTime(2026, 1, 31, 0, 0, 0, DateTimeKind.Utc);
        var read = TimerSchedule.Parse("Timer", schedule, new ConfigurationBuilder().AddInMemoryCollection(Settings).Build());
        Assert.Equal(day + TimeSpan.Parse(next), read.Next(day + TimeSpan.Parse(after)));
    }

    [Theory]
    [InlineData("%Missing%", "'Missing', which is not set")]
    [InlineData("every day", "'every day' is no schedule")]
    [InlineData("00:00:00", "'00:00:00' is no schedule")]
    [InlineData("0 0 9 ? * *", "is no schedule")]
    [InlineData("99999999999 * * * * *", "is no schedule")]
    public void AScheduleThatCantBeReadIsNamed(string schedule, string sentence)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() =>
            TimerSchedule.Parse("Poll", schedule, new ConfigurationBuilder().Build())
        );
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'Poll'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATimerRunsAtItsStartAndByItsSchedule()
    {
        await using var fixture = await HostFixture.StartAsync(
            builder => builder.Configuration.AddInMemoryCollection(Settings),
            typeof(Timers)
        );
        await fixture.QuietAsync();
        Assert.Equal(["eager 12:00:00 False"], fixture.Diary.Entries);
        await fixture.PassAsync(TimeSpan.FromSeconds(29));
        Assert.Single(fixture.Diary.Entries);
        await fixture.PassAsync(TimeSpan.FromSeconds(1));
        await fixture.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(
            ["poll 12:00:30 False", "poll 12:01:00 False"],
            fixture.Diary.Entries.Where(entry => entry.StartsWith("poll", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task ARunThatLastsTooLongIsFollowedByOneMoreAndNeverOverlapped()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(Slow));
        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        await fixture.Diary.SeenAsync("begin 12:01:00 False");
        fixture.Time.Advance(TimeSpan.FromMinutes(3));
        Assert.True(fixture.Host.FireTimer("slow"));
        Assert.Equal(["begin 12:01:00 False"], fixture.Diary.Entries);
        fixture.Diary.Open("door");
        await fixture.QuietAsync();
        Assert.Equal(["begin", "end", "begin", "end", "begin", "end"], fixture.Diary.Entries.Select(entry => entry.Split(' ')[0]));
        Assert.Contains("begin 12:04:00 True", fixture.Diary.Entries);
    }

    [Fact]
    public async Task ATimerIsFiredByHand()
    {
        await using var fixture = await HostFixture.StartAsync(options => options with { RunsTimers = false }, typeof(Slow));
        fixture.Diary.Open("door");
        using var http = new HttpClient { BaseAddress = fixture.Host.Uri };
        using var body = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsync("admin/functions/Slow", body, HostFixture.Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync("admin/functions/Nobody", body, HostFixture.Token)).StatusCode);
        await fixture.PassAsync(TimeSpan.FromHours(1));
        Assert.Equal(["begin 12:00:00 False", "end"], fixture.Diary.Entries);
    }

    [Fact]
    public async Task ATimerThatFailsRunsTheNextTime()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(Failing));
        await fixture.PassAsync(TimeSpan.FromMinutes(1));
        await fixture.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(["failing", "failing"], fixture.Diary.Entries);
    }

    public sealed class Timers(Diary diary, TimeProviderOfTests time)
    {
        [Function("Eager")]
        public void Eager([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer) =>
            diary.Write($"eager {time.Now} {timer.IsPastDue}");

        [Function("Poll")]
        public void Poll([TimerTrigger("%PollSchedule%")] TimerInfo timer) => diary.Write($"poll {time.Now} {timer.IsPastDue}");
    }

    public sealed class Slow(Diary diary, TimeProviderOfTests time)
    {
        [Function("Slow")]
        public async Task Run([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken)
        {
            diary.Write($"begin {time.Now} {timer.IsPastDue}");
            await diary.PassAsync("door").WaitAsync(cancellationToken);
            diary.Write("end");
        }
    }

    public sealed class Failing(Diary diary)
    {
        [Function("Failing")]
        public void Run([TimerTrigger("0 * * * * *")] TimerInfo timer)
        {
            diary.Write("failing");
            throw new InvalidOperationException("no");
        }
    }
}
