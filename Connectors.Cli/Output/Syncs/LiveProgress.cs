using Connectors.Cli.Output.Listings;
using Connectors.Cli.Output.Screen;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine;
using Connectors.Sync.Service.Jobs;
using static Connectors.Cli.Output.Syncs.SyncPace;

namespace Connectors.Cli.Output.Syncs;

/// <summary>A table of the running syncs below everything else that is said; a sync that takes less than a second does not appear in
/// it.</summary>
internal sealed class LiveProgress : ProgressDisplay
{
    private const int LongestName = 24;
    private const string WaitIndent = "    ";
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private static readonly ListingColumn[] Columns =
    [
        new("connector", 0, ColumnFallback.LeftOut),
        new("doing", 1, ColumnFallback.LeftOut),
        new("read", 2, ColumnFallback.LeftOut),
        new("skipped", 6, ColumnFallback.LeftOut),
        new("written", 4, ColumnFallback.LeftOut),
        new("deleted", 5, ColumnFallback.LeftOut),
        new("docs/s", 7, ColumnFallback.LeftOut),
        new("left", 3, ColumnFallback.LeftOut),
    ];

    private readonly LiveRegion _live;
    private readonly string _wayOut;
    private readonly CancellationTokenRegistration _atOnce;

    /// <param name="environment">The world outside.</param>
    /// <param name="live">Where the table is.</param>
    /// <param name="wayOut">How a person ends a wait, as a clause.</param>
    public LiveProgress(CliEnvironment environment, LiveRegion live, string wayOut = "Ctrl-C ends the sync")
        : base(environment)
    {
        _live = live;
        _wayOut = wayOut;
        live.Show(Lines);

        // The second Ctrl-C ends the process without coming back here.
        _atOnce = environment.Shutdown.Now.Register(live.Remove);
    }

    public override void Say(string line) =>
        EscapingWriter.WriteLines(
            Environment.Out,
            string.Join(Environment.Out.NewLine, WordWrap.HangingLines(VisibleText.Of(line), _live.Size.Columns))
        );

    protected override void ShowStart(RunningSync sync) => Say(SyncMessages.Started(sync));

    protected override void ShowEnd(RunningSync sync, SyncResult result, TimeSpan elapsed) =>
        Say(SyncMessages.Ended(sync, result, elapsed));

    protected override async Task LoopAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Every, Environment.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            SayNewWaits(_wayOut);
            _live.Refresh();
        }

        await _atOnce.DisposeAsync();
        _live.Remove();
    }

    /// <summary>The table as it is now: a rule, the names of the columns, a line for each sync.</summary>
    private IReadOnlyList<string> Lines(ScreenSize size)
    {
        var now = Environment.TimeProvider.GetUtcNow();
        var shown = Running.Where(pace => now - pace.Sync.StartedAt >= Short).ToList();
        if (shown.Count == 0)
        {
            return [];
        }

        // The whole block has to fit, or the terminal would move it out of reach.
        var room = Math.Max(1, size.Rows - 4);
        var waits = shown.Select(pace => Wait(pace, size.Columns)).ToList();
        var fitting = Enumerable.Range(1, shown.Count).TakeWhile(rows => rows + waits.Take(rows).Sum(lines => lines.Count) <= room);
        room = fitting.LastOrDefault(1);
        var layout = new ListingLayout(Columns, [.. shown.Take(room).Select(Row)], size.Columns);
        List<string> lines = [.. layout.Lines().SelectMany((line, row) => waits[row].Prepend(line))];
        var rule = Environment.Out.Encoding.CodePage == System.Text.Encoding.UTF8.CodePage ? '─' : '-';
        var width = lines.Append(layout.Header).Max(CellWidth.Of);
        return
        [
            new string(rule, Math.Min(width, size.Columns)),
            layout.Header,
            .. lines,
            .. shown.Count > room ? [$"  ... and {Number(shown.Count - room)} more"] : (string[])[],
        ];
    }

    /// <summary>Why a sync waits and how long, below its row; nothing when it does not, or its row says all of it.</summary>
    private static List<string> Wait(SyncPace pace, int width) =>
        pace.Now().Waits is { Reason: { } reason } wait
            ? [.. WordWrap.Lines($"asked {wait.Times}: {reason}", width - WaitIndent.Length).Take(2).Select(line => WaitIndent + line)]
            : [];

    private static string[] Row(SyncPace pace)
    {
        var now = pace.Now();
        var name = pace.Sync.ConnectorName;
        string Count(long count) => now.Phase < SyncPhase.Pages && count == 0 ? "" : Number(count);
        var about = now.IsGuess ? "~" : "";
        var of = now.Estimated is { } all ? $" of {about}{Number(all)}" : "";
        return
        [
            name.Length > LongestName ? $"{name[..(LongestName - 3)]}..." : name,
            now.Waits is not { } wait ? Word(now.Phase)
            : wait.Again > TimeSpan.Zero ? $"waits {Clock(wait.Again)}"
            : "waits",
            Count(now.Counts.Read) is { Length: > 0 } read ? read + of : "",
            Count(now.Counts.Skipped),
            Count(now.Counts.Indexed),
            Count(now.Counts.Deleted),
            now.Rate is { } rate ? Number((long)rate) : "",
            now.Left is { } left ? $"{about}{Clock(left)}" : "",
        ];
    }
}
