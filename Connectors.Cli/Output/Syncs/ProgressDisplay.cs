using System.Collections.Concurrent;
using Connectors.Cli.Hosting;
using Connectors.Sync.Service.Jobs;

namespace Connectors.Cli.Output.Syncs;

/// <summary>Shows running syncs: a live table on a terminal, lines when piped, JSON lines for scripts.</summary>
internal abstract class ProgressDisplay(CliEnvironment environment) : IServiceObserver, IAsyncDisposable
{
    private readonly ConcurrentDictionary<RunningSync, SyncPace> _running = new(ReferenceEqualityComparer.Instance);
    private readonly CancellationTokenSource _ended = new();
    private Task _loop = Task.CompletedTask;
    private bool _isWayOutTold;

    /// <summary>The world outside.</summary>
    protected CliEnvironment Environment => environment;

    /// <summary>The syncs that run now, the oldest first.</summary>
    protected IReadOnlyList<SyncPace> Running =>
        [.. _running.Values.OrderBy(pace => pace.Sync.StartedAt).ThenBy(pace => pace.Sync.JobId, StringComparer.Ordinal)];

    /// <summary>The display that suits where the output goes.</summary>
    /// <param name="session">The command.</param>
    /// <param name="endsWith">What Ctrl-C ends on a terminal: <c>the sync</c>.</param>
    public static ProgressDisplay Start(CommandSession session, string endsWith = "the sync")
    {
        ProgressDisplay display =
            session.IsJson ? new JsonProgress(session.Environment)
            : session.Environment.Live is { } live ? new LiveProgress(session.Environment, live, $"Ctrl-C ends {endsWith}")
            : new LineProgress(session.Environment);
        display.TellsFaults = !session.IsLogWatched;
        display._loop = Task.Run(() => display.LoopAsync(display._ended.Token));
        return display;
    }

    /// <inheritdoc/>
    public bool TellsFaults { get; private set; }

    /// <inheritdoc/>
    public void SyncStarted(RunningSync sync)
    {
        _running[sync] = new SyncPace(sync, environment.TimeProvider);
        ShowStart(sync);
    }

    /// <inheritdoc/>
    public void SyncResumed(RunningSync sync) => ShowResumed(sync);

    /// <inheritdoc/>
    public void SyncEnded(RunningSync sync, SyncResult result)
    {
        _running.TryRemove(sync, out _);
        ShowEnd(sync, result, environment.TimeProvider.GetUtcNow() - sync.StartedAt + sync.EarlierTime);
    }

    /// <summary>Says something in between, in its place among the other lines.</summary>
    public abstract void Say(string line);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Shows that a sync began.</summary>
    protected abstract void ShowStart(RunningSync sync);

    /// <summary>Shows that a sync goes on from an earlier run.</summary>
    protected virtual void ShowResumed(RunningSync sync)
    {
        if (SyncMessages.Resumed(sync) is { } line)
        {
            Say(line);
        }
    }

    /// <summary>Shows how a sync ended.</summary>
    /// <param name="sync">The sync.</param>
    /// <param name="result">How it ended.</param>
    /// <param name="elapsed">How long it took, in all its parts.</param>
    protected abstract void ShowEnd(RunningSync sync, SyncResult result, TimeSpan elapsed);

    /// <summary>Says of each sync that begins to wait for its source why, and for how long.</summary>
    /// <param name="wayOut">How to end a wait; said once.</param>
    protected void SayNewWaits(string wayOut = "")
    {
        foreach (var pace in Running)
        {
            if (pace.NewWait() is { } wait)
            {
                Say(SyncMessages.Waits(pace.Sync, wait, _isWayOutTold ? "" : wayOut));
                _isWayOutTold = true;
            }
        }
    }

    /// <summary>Shows progress until cancelled.</summary>
    protected abstract Task LoopAsync(CancellationToken cancellationToken);
}

/// <summary>Lines: when a sync begins, every ten seconds, when it ends.</summary>
internal sealed class LineProgress(CliEnvironment environment) : ProgressDisplay(environment)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    protected override void ShowStart(RunningSync sync) => Say(SyncMessages.Started(sync));

    protected override void ShowEnd(RunningSync sync, SyncResult result, TimeSpan elapsed) =>
        Say(SyncMessages.Ended(sync, result, elapsed));

    protected override async Task LoopAsync(CancellationToken cancellationToken)
    {
        var last = Environment.TimeProvider.GetTimestamp();
        while (true)
        {
            await Task.Delay(Look, Environment.TimeProvider, cancellationToken);
            SayNewWaits();
            if (Environment.TimeProvider.GetElapsedTime(last) < Every)
            {
                continue;
            }

            last = Environment.TimeProvider.GetTimestamp();
            foreach (var pace in Running)
            {
                Say(SyncMessages.Running(pace));
            }
        }
    }

    public override void Say(string line)
    {
        lock (Environment.Out)
        {
            Environment.Out.WriteLine(line);
            Environment.Out.Flush();
        }
    }
}
