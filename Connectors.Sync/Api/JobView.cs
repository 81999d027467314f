using System.Text.Json.Nodes;
using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Sync.Api;

/// <summary>A job as it looks at a time.</summary>
internal static class JobView
{
    /// <summary>The job (<see cref="ApiViews.Job"/>). One of which nothing was heard lately has <c>silence</c>, and what its process waited
    /// for is left out.</summary>
    public static JsonObject At(SyncJobRecord job, DateTimeOffset now)
    {
        var view = ApiViews.Job(job);
        if (JobSilence.Of(job, now) is { } silence)
        {
            (view["waitsUntil"], view["waitsReason"], view["waitsLimit"]) = (null, null, null);
            view["silence"] = silence;
        }

        return view;
    }
}
