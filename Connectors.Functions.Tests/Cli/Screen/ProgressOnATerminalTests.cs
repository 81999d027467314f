using System.Text;
using Connectors.Cli;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Screen;
using Connectors.Cli.Output.Syncs;
using Connectors.Sync.Engine;
using Connectors.Sync.Retries;
using Connectors.Sync.Service.Jobs;
using Connectors.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Cli.Screen;

/// <summary>What a person sees of running syncs, frame by frame.</summary>
public sealed class ProgressOnATerminalTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.Zero));
    private readonly List<int> _exits = [];
    private readonly ShutdownSignals _shutdown;

    public ProgressOnATerminalTests() => _shutdown = new ShutdownSignals(_exits.Add);

    public void Dispose() => _shutdown.Dispose();

    [Theory]
    [InlineData(80)]
    [InlineData(50)]
    public async Task LogLinesGoAboveTheTableAndNothingOfItIsLeft(int columns)
    {
        var frames = new StringBuilder();
        using var screen = new TerminalScreen(columns, 24);
        var environment = On(screen);
        using var log = new LogOutput(environment, LogLevel.Information, json: false);
        var logger = log.Factory.CreateLogger("service");
        void Frame(string what)
        {
            environment.Live!.Refresh();
            frames.Append($"== {what}\n{screen.Text}\n");
        }

        await using (var display = new LiveProgress(environment, environment.Live!))
        {
            logger.LogInformation("The service starts as worker-1 and serves service types dir, mongodb, postgresql and servicenow");
            var orders = Sync("orders", "mongodb");
            display.SyncStarted(orders);
            orders.Progress.Phase = SyncPhase.Snapshot;
            Frame("A sync that has just begun is not in the table yet");

            _time.Advance(TimeSpan.FromSeconds(2));
            Frame("It reads the ids of the index, and there is nothing to count");

            orders.Progress.Phase = SyncPhase.Pages;
            orders.Progress.EstimatedDocuments = 100_000;
            environment.Live!.Refresh();
            _time.Advance(TimeSpan.FromSeconds(60));
            orders.Progress.Add(new SyncCounts(Read: 60_000, Skipped: 50_000, Created: 8_000, Updated: 2_000));
            Frame("Its pages");

            var until = _time.GetUtcNow() + TimeSpan.FromSeconds(45);
            orders.Progress.Waits = () => new SourceWait(until);
            Frame("Its source waits");
            var limit = _time.GetUtcNow() + TimeSpan.FromSeconds(280);
            orders.Progress.Waits = () => new SourceWait(until, "MongoDB server db.example:27017: nothing listens there", limit);
            Frame("Its source can't be asked, and is asked again later");
            orders.Progress.Waits = null;

            logger.LogWarning("Short");
            logger.LogWarning("The source of connector orders did not answer within 00:00:30 and is asked again; 4 attempts are left");
            var notes = Sync("notes of the northern sales region", "dir");
            display.SyncStarted(notes);
            notes.Progress.Phase = SyncPhase.Pages;
            _time.Advance(TimeSpan.FromSeconds(1.5));
            notes.Progress.Add(new SyncCounts(Read: 12, Created: 12));
            Frame("Log lines, and a second sync");

            display.SyncEnded(
                orders,
                new SyncResult(SyncResultEnd.Failed, null, null, "MongoDB at db.example:27017 refuses the password.")
            );
            Frame("The first one fails");

            var quick = Sync("quick", "dir");
            display.SyncStarted(quick);
            quick.Progress.Add(new SyncCounts(Read: 3, Created: 1, Updated: 2));
            display.SyncEnded(quick, new SyncResult(SyncResultEnd.Completed, null, null, null));
            Frame("One that is over at once says its end");

            display.SyncEnded(notes, new SyncResult(SyncResultEnd.Suspended, null, null, null));
        }

        Frame("The end");
        Approved.Verify(frames.ToString(), $"Connectors.Functions.Tests/Cli/Screen/progress-{columns}.approved.txt");
    }

    [Fact]
    public async Task ManySyncsDoNotMakeTheTableHigherThanTheTerminal()
    {
        using var screen = new TerminalScreen(80, 10);
        var environment = On(screen);
        await using var display = new LiveProgress(environment, environment.Live!);
        foreach (var i in Enumerable.Range(1, 12))
        {
            display.SyncStarted(Sync($"c{i:00}", "dir"));
        }

        _time.Advance(TimeSpan.FromSeconds(2));
        environment.Live!.Refresh();
        display.Say("a line");

        var seen = screen.Text.Split('\n');
        Assert.Equal(12, seen.Count(line => line.Contains("started", StringComparison.Ordinal)));
        Assert.Single(seen, "a line");
        Assert.Single(seen, line => line.Contains("doing", StringComparison.Ordinal));
        Assert.Equal("  ... and 6 more", seen[^2]);
    }

    [Fact]
    public async Task ASecondCtrlCLeavesNoTable()
    {
        using var screen = new TerminalScreen(80, 24);
        var environment = On(screen);
        await using var display = new LiveProgress(environment, environment.Live!);
        display.SyncStarted(Sync("orders", "mongodb"));
        _time.Advance(TimeSpan.FromSeconds(2));
        environment.Live!.Refresh();
        Assert.Contains("doing", screen.Text, StringComparison.Ordinal);
        await screen.WriteAsync("^C");

        _shutdown.Signal();
        _shutdown.Signal();

        Assert.Equal("orders: sync of mongodb into search-orders started\n", screen.Text);
        Assert.Equal([ExitCode.Interrupted], _exits);
    }

    private RunningSync Sync(string name, string serviceType) =>
        new($"job-{name}", $"id-{name}", name, $"search-{name.Split(' ')[0]}", serviceType, _time.GetUtcNow());

    private CliEnvironment On(TerminalScreen screen)
    {
        var live = new LiveRegion(screen, () => screen.Told);
        return new CliEnvironment
        {
            Out = live.Over(screen),
            Error = live.Over(screen),
            Variables = new Dictionary<string, string>(),
            IsTerminal = true,
            Live = live,
            TimeProvider = _time,
            Shutdown = _shutdown,
        };
    }
}
