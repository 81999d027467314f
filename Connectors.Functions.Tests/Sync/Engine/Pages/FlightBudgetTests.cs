using Connectors.Sync.Engine.Pages;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Pages;

public sealed class FlightBudgetTests
{
    private readonly FlightBudget _budget = new(100);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhoeverDoesNotFitWaitsUntilAShareIsGivenBack()
    {
        var first = await _budget.TakeAsync(60, held: null, Token);
        var second = _budget.TakeAsync(50, held: null, Token).AsTask();
        Assert.False(second.IsCompleted);

        first.Set(50);

        Assert.Equal(50, (await second).Bytes);
        Assert.Equal((100L, 100L), (_budget.Used, _budget.Peak));
    }

    [Fact]
    public async Task SharesAreGivenInTheOrderTheyWereAskedFor()
    {
        using var held = await _budget.TakeAsync(90, held: null, Token);
        var large = _budget.TakeAsync(50, held: null, Token).AsTask();
        var small = _budget.TakeAsync(5, held: null, Token).AsTask();
        Assert.False(small.IsCompleted);

        held.Dispose();

        Assert.Equal((50, 5), ((await large).Bytes, (await small).Bytes));
    }

    [Fact]
    public async Task WhatIsLargerThanAllOfItHasItAlone()
    {
        var small = await _budget.TakeAsync(1, held: null, Token);
        var large = _budget.TakeAsync(500, held: null, Token).AsTask();
        Assert.False(large.IsCompleted);
        small.Dispose();

        using var alone = await large;
        var next = _budget.TakeAsync(1, held: null, Token).AsTask();
        Assert.False(next.IsCompleted);
        alone.Dispose();

        Assert.Equal(1, (await next).Bytes);
    }

    [Fact]
    public async Task AShareThatTurnsOutLargerIsCountedInFullAndTheNextOnesWait()
    {
        var grown = await _budget.TakeAsync(10, held: null, Token);
        grown.Set(130);
        var next = _budget.TakeAsync(1, held: null, Token).AsTask();
        Assert.False(next.IsCompleted);

        grown.Set(20);

        Assert.Equal(1, (await next).Bytes);
        Assert.Equal((21L, 130L), (_budget.Used, _budget.Peak));
    }

    [Fact]
    public async Task WhenAllWhoHoldSomethingWaitTheFirstOfThemGoesOn()
    {
        var a = await _budget.TakeAsync(50, held: null, Token);
        using var b = await _budget.TakeAsync(50, held: null, Token);
        var forA = _budget.TakeAsync(30, a, Token).AsTask();
        Assert.False(forA.IsCompleted);

        var forB = _budget.TakeAsync(30, b, Token).AsTask();

        using (await forA)
        {
            Assert.False(forB.IsCompleted);
        }

        a.Dispose();
        Assert.Equal(30, (await forB).Bytes);
    }

    [Fact]
    public async Task AShareWhoseOwnerWaitsForOthersDoesNotStandInTheirWay()
    {
        using var share = await _budget.TakeAsync(90, held: null, Token);
        var other = _budget.TakeAsync(30, held: null, Token).AsTask();
        Assert.False(other.IsCompleted);

        share.Park();

        (await other).Dispose();
        share.Resume();
        share.Dispose();
        Assert.Equal(0, _budget.Used);
    }

    [Fact]
    public async Task WhoeverGivesUpWaitingTakesNothingAndLetsTheNextOnePass()
    {
        using var held = await _budget.TakeAsync(90, held: null, Token);
        using var stop = new CancellationTokenSource();
        var large = _budget.TakeAsync(50, held: null, stop.Token).AsTask();
        var small = _budget.TakeAsync(5, held: null, Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        Assert.Equal(5, (await small).Bytes);
        Assert.Equal(95, _budget.Used);
    }

    [Fact]
    public async Task AShareIsGivenBackOnce()
    {
        using var other = await _budget.TakeAsync(10, held: null, Token);
        var share = await _budget.TakeAsync(20, held: null, Token);
        share.Park();

        share.Dispose();
        share.Dispose();

        Assert.Equal(10, _budget.Used);
    }
}
