using System.Collections.Concurrent;
using Connectors.Cli.Output.Listings;
using Connectors.Sync.Service.Jobs;
using Spectre.Console;
using static Connectors.Cli.Output.Syncs.SyncPace;

namespace Connectors.Cli.Output.Syncs;

/// <summary>A table of the running syncs that is drawn again and again; what else is said, log lines too, appears above it.</summary>
internal sealed class LiveProgress : ProgressDisplay
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);
    private readonly LogOutput _log;
    private readonly IAnsiConsole _console;
    private readonly ConcurrentQueue<string> _lines = new();

    public LiveProgress(CliEnvironment environment, LogOutput log)
        : base(environment)
    {
        _log = log;
        _console = TableOutput.Console(environment);
    }

    public override void Say(string line) => _lines.Enqueue(line);

    protected override void ShowStart(RunningSync sync) => Say(SyncMessages.Started(sync));

    protected override void ShowEnd(RunningSync sync, SyncResult result, TimeSpan elapsed) =>
        Say(SyncMessages.Ended(sync, result, elapsed));

    protected override async Task LoopAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                if (Running.Count > 0)
                {
                    await ShowTableAsync(cancellationToken);
                }

                Flush();
                await Task.Delay(Every, Environment.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            Flush();
            _log.Release();
        }
    }

    private async Task ShowTableAsync(CancellationToken cancellationToken)
    {
        _log.Hold();
        await _console
            .Live(Draw())
            .AutoClear(true)
            .StartAsync(async live =>
            {
                while (Running.Count > 0 && !cancellationToken.IsCancellationRequested)
                {
                    Flush();
                    live.UpdateTarget(Draw());
                    await Task.Delay(Every, Environment.TimeProvider, cancellationToken)
                        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            });
        Flush();
        _log.Release();
    }

    // Only this loop writes to the console: Spectre's live display is not made for several threads.
    private void Flush()
    {
        foreach (var line in _log.TakeHeld())
        {
            _console.WriteLine(line);
        }

        while (_lines.TryDequeue(out var line))
        {
            _console.WriteLine(line);
        }
    }

    private Table Draw()
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("connector");
        table.AddColumn(new TableColumn("doing").NoWrap());
        foreach (var column in new[] { "read", "skipped", "written", "deleted", "docs/s", "left" })
        {
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        }

        foreach (var pace in Running)
        {
            var now = pace.Now();
            var about = now.IsGuess ? "~" : "";
            var of = now.Estimated is { } all ? $" of {about}{Number(all)}" : "";
            table.AddRow(
                new Text(pace.Sync.ConnectorName),
                new Text(Word(now.Phase)),
                new Text($"{Number(now.Counts.Read)}{of}"),
                new Text(Number(now.Counts.Skipped)),
                new Text(Number(now.Counts.Indexed)),
                new Text(Number(now.Counts.Deleted)),
                new Text(now.Rate is { } rate ? Number((long)rate) : ""),
                new Text(now.Left is { } left ? $"{about}{Clock(left)}" : "")
            );
        }

        return table;
    }
}
