using Connectors.Sync.Diagnostics;
using Connectors.Sync.Retries;
using static Connectors.Cli.Output.Syncs.SyncPace;

namespace Connectors.Cli.Output.Syncs;

/// <summary>One moment of a wait for a source.</summary>
/// <param name="Again">When it is asked again, in whole seconds; zero while it is asked.</param>
/// <param name="Left">How long it goes on being asked; <see langword="null"/> when that is not limited.</param>
/// <param name="Reason">Why it could not be asked; <see langword="null"/> when its service asked for a pause.</param>
internal sealed record WaitPace(TimeSpan Again, TimeSpan? Left, string? Reason)
{
    /// <summary>When it is asked again, and how long that goes on.</summary>
    public string Times =>
        (Again > TimeSpan.Zero ? $"again in {Clock(Again)}" : "again now") + (Left is { } left ? $", for {Clock(left)} more" : "");

    /// <summary>The wait in brackets, for a line with other things in it.</summary>
    public string Short => Reason is null ? $"waits {Clock(Again)} for the source" : $"waits for the source, asked {Times}: {Reason}";

    /// <summary>A wait as it is now.</summary>
    public static WaitPace Of(SourceWait wait, DateTimeOffset now) =>
        new(
            Rounded(wait.Until - now),
            wait.Limit is { } limit ? Rounded(limit - now) : null,
            wait.Reason is null ? null : VisibleText.Of(wait.Reason)
        );

    private static TimeSpan Rounded(TimeSpan time) => TimeSpan.FromSeconds(Math.Max(0, Math.Ceiling(time.TotalSeconds)));
}
