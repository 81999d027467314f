using Connectors.Cli;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output.Syncs;
using Connectors.Sync.Engine;
using Connectors.Sync.Retries;
using Connectors.Sync.Service.Jobs;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Cli.Output;

public sealed class SyncPaceTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void RateAndTimeLeftCountFromWhenThisProcessBegan()
    {
        var sync = new RunningSync("job", "id", "orders", "search-orders", "mongodb", _time.GetUtcNow());
        var pace = new SyncPace(sync, _time);
        sync.Progress.Add(new SyncCounts(Read: 50_000, Skipped: 50_000));
        sync.Progress.EstimatedDocuments = 100_000;
        sync.Progress.Phase = SyncPhase.Pages;
        Assert.Equal("orders: syncing, 50,000 of 100,000 read, 50,000 skipped, 0 written, 0 deleted", SyncMessages.Running(pace));

        _time.Advance(TimeSpan.FromSeconds(10));
        sync.Progress.Add(new SyncCounts(Read: 10_000, Created: 8_000, Updated: 2_000));

        Assert.Equal(
            "orders: syncing, 60,000 of 100,000 read, 50,000 skipped, 10,000 written, 0 deleted, 1,000/s, 0:40 left",
            SyncMessages.Running(pace)
        );
    }

    [Fact]
    public void ASourceThatWaitsIsSaidToAsLongAsItDoes()
    {
        var sync = new RunningSync("job", "id", "orders", "search-orders", "github", _time.GetUtcNow());
        var pace = new SyncPace(sync, _time);
        var until = _time.GetUtcNow() + TimeSpan.FromSeconds(89.2);
        sync.Progress.Waits = () => new SourceWait(until);
        sync.Progress.Phase = SyncPhase.Pages;
        Assert.Equal("orders: syncing (waits 1:30 for the source), 0 read, 0 skipped, 0 written, 0 deleted", SyncMessages.Running(pace));

        _time.Advance(TimeSpan.FromSeconds(90));
        Assert.Null(pace.Now().Waits);
    }

    [Fact]
    public void WhyASourceCanNotBeAskedIsSaidWhenTheWaitBeginsAndNotAtEachTry()
    {
        var sync = new RunningSync("job", "id", "orders", "search-orders", "mongodb", _time.GetUtcNow());
        var pace = new SyncPace(sync, _time);
        var (began, pause) = (_time.GetUtcNow(), TimeSpan.FromSeconds(4));
        sync.Progress.Waits = () => new SourceWait(began + pause, "nothing listens there", began + TimeSpan.FromMinutes(5));

        Assert.Equal(
            "orders: waits for its source: nothing listens there. It is asked again in 0:04, for 5:00 more; Ctrl-C ends the sync.",
            SyncMessages.Waits(sync, pace.NewWait()!, "Ctrl-C ends the sync")
        );
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(pace.NewWait());
        Assert.Equal(
            "orders: waiting (waits for the source, asked again now, for 4:30 more: nothing listens there), 0 read, 0 skipped, 0 written, "
                + "0 deleted",
            SyncMessages.Running(pace)
        );
        pause = TimeSpan.FromSeconds(45);
        Assert.Equal("again in 0:15, for 4:30 more", pace.Now().Waits!.Times);

        sync.Progress.Waits = null;
        Assert.Null(pace.NewWait());
        sync.Progress.Waits = () => new SourceWait(_time.GetUtcNow() + TimeSpan.FromSeconds(2));
        Assert.Null(pace.NewWait());
        sync.Progress.Waits = () => new SourceWait(_time.GetUtcNow() + TimeSpan.FromSeconds(90));
        Assert.Equal("orders: waits 1:30, because its source asks for a pause.", SyncMessages.Waits(sync, pace.NewWait()!));
    }

    [Fact]
    public void ASourceThatDoesNotKnowItsSizeHasNoTimeLeft()
    {
        var sync = new RunningSync("job", "id", "orders", "search-orders", "mongodb", _time.GetUtcNow());
        var pace = new SyncPace(sync, _time);
        sync.Progress.Phase = SyncPhase.Pages;
        _ = pace.Now();
        _time.Advance(TimeSpan.FromSeconds(2));
        sync.Progress.Add(new SyncCounts(Read: 100));

        Assert.Equal("orders: syncing, 100 read, 0 skipped, 0 written, 0 deleted, 50/s", SyncMessages.Running(pace));
    }

    [Fact]
    public void WhatTheIndexHeldIsAGuessAndNoneOnceItIsExceeded()
    {
        var sync = new RunningSync("job", "id", "orders", "search-orders", "mongodb", _time.GetUtcNow());
        var pace = new SyncPace(sync, _time);
        sync.Progress.Expect(5_000, isGuess: true);
        sync.Progress.Phase = SyncPhase.Pages;
        _ = pace.Now();
        _time.Advance(TimeSpan.FromSeconds(2));
        sync.Progress.Add(new SyncCounts(Read: 2_000, Skipped: 2_000));
        Assert.Equal(
            "orders: syncing, 2,000 of about 5,000 read, 2,000 skipped, 0 written, 0 deleted, 1,000/s, about 0:03 left",
            SyncMessages.Running(pace)
        );

        sync.Progress.Add(new SyncCounts(Read: 4_000, Skipped: 4_000));
        Assert.Equal("orders: syncing, 6,000 read, 6,000 skipped, 0 written, 0 deleted, 3,000/s", SyncMessages.Running(pace));
    }

    [Fact]
    public void ASyncThatGoesOnSaysAfterWhatAndTellsTheTimeOfAllParts()
    {
        var sync = new RunningSync("job", "id", "orders", "search-orders", "mongodb", _time.GetUtcNow())
        {
            EarlierTime = TimeSpan.FromSeconds(12),
        };
        sync.Progress.Resume();
        Assert.Null(SyncMessages.Resumed(sync));

        sync.Progress.Add(new SyncCounts(Read: 3_940, Created: 3_940));
        sync.Progress.Resume();
        Assert.Equal("orders: goes on after 3,940 documents, on which 0:12 were spent", SyncMessages.Resumed(sync));

        var stopped = new SyncResult(SyncResultEnd.Interrupted, null, null, null);
        Assert.Equal(
            "orders: stopped after 14.0 s in all within a page; the next start goes on after the last page that was finished",
            SyncMessages.Ended(sync, stopped, TimeSpan.FromSeconds(14))
        );

        var result = new SyncResult(SyncResultEnd.Completed, null, null, null);
        Assert.Equal(
            "orders: completed in 14.0 s in all, 3,940 read, 0 skipped, 3,940 added, 0 updated, 0 deleted",
            SyncMessages.Ended(sync, result, TimeSpan.FromSeconds(14))
        );
    }

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(true, "1", false)]
    [InlineData(true, "", true)]
    [InlineData(false, null, false)]
    public void ColoursAreForTerminalsUnlessNoColorIsSet(bool isTerminal, string? noColor, bool expected)
    {
        using var shutdown = new ShutdownSignals(_ => { });
        var variables = new Dictionary<string, string>();
        if (noColor is not null)
        {
            variables["NO_COLOR"] = noColor;
        }

        var environment = new CliEnvironment
        {
            Out = TextWriter.Null,
            Error = TextWriter.Null,
            Variables = variables,
            IsTerminal = isTerminal,
            Shutdown = shutdown,
        };

        Assert.Equal(expected, environment.WantsColor);
    }
}
