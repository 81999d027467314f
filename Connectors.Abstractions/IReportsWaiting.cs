namespace Connectors.Abstractions;

/// <summary>
/// An optional ability of a source: it tells that it waits because the service behind it asked it to. That is shown with the progress of
/// a sync; a call that waits for no more than two hours is not given up for taking long, and one that waits ends at once when the sync is
/// to stop.
/// </summary>
public interface IReportsWaiting
{
    /// <summary>Until when requests wait; <see langword="null"/> when none does. Asked from any thread, and answered at once.</summary>
    DateTimeOffset? WaitsUntil { get; }
}
