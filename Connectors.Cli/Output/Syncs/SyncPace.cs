using System.Globalization;
using Connectors.Sync.Engine;
using Connectors.Sync.Service.Jobs;

namespace Connectors.Cli.Output.Syncs;

/// <summary>The numbers of a running sync: counts, rate, time left. The rate counts from when this process started it.</summary>
/// <param name="sync">The sync.</param>
/// <param name="time">The clock.</param>
internal sealed class SyncPace(RunningSync sync, TimeProvider time)
{
    // Services with a limit ask for many waits of a second or two, which need no line of their own.
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(10);

    private long? _readBefore;
    private bool _isWaitTold;
    private DateTimeOffset _pagesSince;

    /// <summary>The sync.</summary>
    public RunningSync Sync => sync;

    /// <summary>The numbers now.</summary>
    public Snapshot Now()
    {
        var progress = sync.Progress;
        var counts = progress.Counts;
        var now = time.GetUtcNow();
        if (progress.Phase >= SyncPhase.Pages && _readBefore is null)
        {
            // A job that is taken up again begins with the counts of its earlier runs.
            (_readBefore, _pagesSince) = (counts.Read, now);
        }

        var seconds = _readBefore is null ? 0 : (now - _pagesSince).TotalSeconds;
        var rate = seconds < 0.5 ? (double?)null : (counts.Read - _readBefore!.Value) / seconds;
        var left =
            rate > 0 && progress is { Phase: SyncPhase.Pages, EstimatedDocuments: { } all } && all > counts.Read
                ? TimeSpan.FromSeconds((all - counts.Read) / rate.Value)
                : (TimeSpan?)null;
        return new Snapshot(progress.Phase, counts, progress.EstimatedDocuments, rate, left, now - sync.StartedAt)
        {
            IsGuess = progress.IsEstimateGuess,
            Waits = progress.Wait is { } wait && wait.IsOn(now) ? WaitPace.Of(wait, now) : null,
        };
    }

    /// <summary>The wait for the source, if it is one that was not told yet: the next one is asked about when this one is over.</summary>
    public WaitPace? NewWait()
    {
        var wait = Now().Waits;
        var isNew = !_isWaitTold && wait is not null && (wait.Reason is not null || wait.Again >= LongWait);
        _isWaitTold = wait is not null && (_isWaitTold || isNew);
        return isNew ? wait : null;
    }

    /// <summary>The phase in a word.</summary>
    public static string Word(SyncPhase phase) =>
        phase switch
        {
            SyncPhase.Waiting => "waiting",
            SyncPhase.Preparing => "preparing",
            SyncPhase.Snapshot => "reading ids",
            SyncPhase.Pages => "syncing",
            SyncPhase.Deletes => "deleting",
            SyncPhase.Finishing => "finishing",
            _ => "ended",
        };

    /// <summary>A number with separators.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Minutes and seconds, with hours when there are any.</summary>
    public static string Clock(TimeSpan time) =>
        time.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");

    /// <summary>One moment of a sync.</summary>
    /// <param name="Phase">What it does.</param>
    /// <param name="Counts">What it has done.</param>
    /// <param name="Estimated">Documents of the source, when it knows.</param>
    /// <param name="Rate">Documents read a second; <see langword="null"/> before there is one.</param>
    /// <param name="Left">Time left; <see langword="null"/> when nobody knows.</param>
    /// <param name="Elapsed">Since this process began with it.</param>
    internal readonly record struct Snapshot(
        SyncPhase Phase,
        SyncCounts Counts,
        long? Estimated,
        double? Rate,
        TimeSpan? Left,
        TimeSpan Elapsed
    )
    {
        /// <summary>Whether <see cref="Estimated"/>, and with it <see cref="Left"/>, is guessed from what the index holds.</summary>
        public bool IsGuess { get; init; }

        /// <summary>The wait for the source; <see langword="null"/> when it is not waited for.</summary>
        public WaitPace? Waits { get; init; }
    }
}
