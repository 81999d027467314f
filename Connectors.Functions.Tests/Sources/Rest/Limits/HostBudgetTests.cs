using Connectors.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Limits;

public sealed class HostBudgetTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SoManyRequestsAtATimeAndNoMore()
    {
        var budget = new HostBudget(2, _time);
        var first = await budget.EnterAsync(TimeSpan.Zero, Cancellation);
        await budget.EnterAsync(TimeSpan.Zero, Cancellation);
        var third = budget.EnterAsync(TimeSpan.Zero, Cancellation);
        Assert.False(third.IsCompleted);
        first.Dispose();
        first.Dispose();
        await third;
        Assert.False(budget.EnterAsync(TimeSpan.Zero, Cancellation).IsCompleted);
    }

    [Fact]
    public async Task AHostThatAskedToWaitIsLeftAloneByAll()
    {
        var budget = new HostBudget(5, _time);
        budget.CloseFor(TimeSpan.FromSeconds(30));
        budget.CloseFor(TimeSpan.FromSeconds(10));
        var (item, other) = (budget.EnterAsync(TimeSpan.Zero, Cancellation), budget.EnterAsync(TimeSpan.Zero, Cancellation));
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(item.IsCompleted || other.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(item, other);
    }

    [Fact]
    public async Task AHostMayAskForMoreTimeThanAClockTakesAtOnce()
    {
        var budget = new HostBudget(1, _time);
        budget.CloseFor(TimeSpan.FromDays(60));
        var waiting = budget.EnterAsync(TimeSpan.Zero, Cancellation);
        _time.Advance(TimeSpan.FromDays(59));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromDays(1));
        await waiting;
    }

    [Fact]
    public async Task RequestsBeginAtADistance()
    {
        var budget = new HostBudget(5, _time);
        var third = TimeSpan.FromMilliseconds(300);
        await budget.EnterAsync(third, Cancellation);
        var second = budget.EnterAsync(third, Cancellation);
        Assert.False(second.IsCompleted);
        _time.Advance(third);
        await second;
    }

    [Fact]
    public async Task APartOfAMillisecondIsWaitedForToo()
    {
        var budget = new HostBudget(5, _time);
        var third = TimeSpan.FromSeconds(1) / 3;
        await budget.EnterAsync(third, Cancellation);
        _time.Advance(TimeSpan.FromMilliseconds(333));
        var second = budget.EnterAsync(third, Cancellation);
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await second;
    }

    [Fact]
    public async Task ACancelledWaitEndsAtOnceAndGivesItsPlaceBack()
    {
        var budget = new HostBudget(1, _time);
        budget.CloseFor(TimeSpan.FromHours(1));
        using var stop = new CancellationTokenSource();
        var waiting = budget.EnterAsync(TimeSpan.Zero, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _time.Advance(TimeSpan.FromHours(1));
        (await budget.EnterAsync(TimeSpan.Zero, Cancellation)).Dispose();
    }
}
