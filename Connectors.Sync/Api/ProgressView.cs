using System.Text.Json.Nodes;
using Connectors.Sync.Engine;

namespace Connectors.Sync.Api;

/// <summary>How far a sync is that runs in this process, as JSON.</summary>
internal static class ProgressView
{
    /// <summary>Adds it to the view of its job.</summary>
    public static void AddTo(JsonObject view, SyncProgress progress)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(progress);
        var wait = progress.Wait;
        view["progress"] = ApiViews.Progress(
            progress.Phase,
            progress.Counts,
            progress.EstimatedDocuments,
            progress.IsEstimateGuess,
            progress.ResumedAfter
        );
        view["waitsUntil"] = wait?.Until;
        view["waitsReason"] = ApiViews.Redacted(wait?.Reason);
        view["waitsLimit"] = wait?.Limit;
    }
}
