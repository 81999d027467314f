using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Zoom;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Zoom;

/// <summary>How the recording of Zoom is replayed.</summary>
/// <remarks>
/// What is asked and read agrees with developers.zoom.us, API reference: List users, List meetings (type live, upcoming_meetings,
/// previous_meetings), Get past meeting details and participants, List all recordings (a month at most), List user's channels, List
/// user's chat messages (search_key, search_type, from, to; a file has file_id, download_url, file_size), all paged by next_page_token.
/// </remarks>
internal static class ZoomReplay
{
    private static readonly Dictionary<string, string> Hosts = new(StringComparer.Ordinal)
    {
        ["api.zoom.test"] = "api.zoom.us",
        ["login.zoom.test"] = "zoom.us",
    };

    /// <summary>
    /// The recording, but for the chat of Bob, which is throttled there until the recorded source gives up and takes that for the end.
    /// </summary>
    public static ReplaySource Source { get; } =
        With(
            (request, _) =>
                request.Url.AbsolutePath == "/v2/chat/users/zu2/messages"
                    ? ReplayAnswer.Json(new JsonObject { ["messages"] = new JsonArray(), ["next_page_token"] = "" })
                    : null
        );

    /// <summary>The recording with answers of one's own before it.</summary>
    public static ReplaySource With(Func<ReplayRequest, Func<ReplayRequest, ReplayAnswer?>, ReplayAnswer?> answer) =>
        new("zoom", context => new ZoomDataSource(context))
        {
            Answer = (request, find) => answer(request, find) ?? Answer(request, find),
            Normalize = Normalize,
        };

    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        var path = request.Url.AbsolutePath;
        if (path.StartsWith("/v2/past_meetings/", StringComparison.Ordinal))
        {
            // Ours ask by uuid (developers.zoom.us, Get past meeting details: both are taken); the recorded one is made of the id.
            var number = Uri.UnescapeDataString(path.Split('/')[3]);
            var byId = path.Replace(path.Split('/')[3], number[2..4], StringComparison.Ordinal);
            return find(request with { Url = new UriBuilder(request.Url) { Path = byId }.Uri });
        }

        if (path.EndsWith("/recordings", StringComparison.Ordinal))
        {
            return WithOwnUuid(find(request));
        }

        // The recorded source does not fetch a picture.
        return path == "/file/2" ? find(request with { Url = new Uri("https://api.zoom.us/file/1") }) : null;
    }

    /// <summary>A recording has the uuid of its occurrence and the id of its meeting; recorded is one uuid for two.</summary>
    private static ReplayAnswer? WithOwnUuid(ReplayAnswer? answer)
    {
        if (answer is not { Status: 200 })
        {
            return answer;
        }

        var body = JsonNode.Parse(answer.Body)!;
        foreach (var meeting in body["meetings"]!.AsArray())
        {
            meeting!["uuid"] = (string)meeting["id"]!;
        }

        return ReplayAnswer.Json(body);
    }

    private static ReplayRequest Normalize(ReplayRequest request)
    {
        var url = new UriBuilder(request.Url) { Host = Hosts.GetValueOrDefault(request.Url.Host, request.Url.Host) };
        if (url.Path == "/oauth/token")
        {
            // Ours send a form, as developers.zoom.us shows it (Server-to-Server OAuth), the recorded ones a query.
            return new ReplayRequest(request.Method, new Uri(url.Uri, "/oauth/token"), null);
        }

        // Windows of recordings share a day there, and none here; messages are asked for until now, and a test may have waited.
        return (request with { Url = url.Uri })
            .WithQuery("to", _ => null)
            .WithQuery("from", from => url.Path.EndsWith("/messages", StringComparison.Ordinal) ? null : from);
    }
}
