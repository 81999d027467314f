using Connectors.Sources.Rest.Slack;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Slack;

/// <summary>How the recording of Slack is replayed.</summary>
/// <remarks>
/// What is asked and read agrees with api.slack.com/methods: auth.test (header x-oauth-scopes), users.list and conversations.list
/// (limit, cursor, response_metadata.next_cursor), conversations.history (oldest, latest, has_more: "Paging through history"),
/// conversations.replies (ts, cursor), conversations.join (is_archived, method_not_supported_for_channel_type), and with the page "Rate
/// limits" (tiers 2 and 3).
/// </remarks>
internal static class SlackReplay
{
    public static ReplaySource Source { get; } = With(_ => null);

    /// <summary>The recording with answers of one's own before it.</summary>
    public static ReplaySource With(Func<ReplayRequest, ReplayAnswer?> answer) =>
        new("slack", context => new SlackDataSource(context)) { Answer = (request, _) => answer(request), Normalize = Normalize };

    /// <summary>
    /// The time of the sync moves, as waiting takes time; a channel is joined by POST, as docs.slack.dev has it (conversations.join), where
    /// the recorded source gets it.
    /// </summary>
    private static ReplayRequest Normalize(ReplayRequest request)
    {
        var url = new UriBuilder(request.Url) { Host = "slack.com" };
        if (request.Method == "POST" && request.Url.AbsolutePath.EndsWith("/conversations.join", StringComparison.Ordinal))
        {
            url.Query = $"channel={(string)request.Body!["channel"]!}";
            return new ReplayRequest("GET", url.Uri, null);
        }

        return (request with { Url = url.Uri })
            .WithQuery("oldest", _ => null)
            .WithQuery("latest", time => time.Contains('.', StringComparison.Ordinal) ? time : null);
    }
}
