using System.Globalization;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Zoom;

/// <summary>What is asked of a user of Zoom, as of the time when the sync was planned: so pages stay what they are.</summary>
/// <param name="Id">The user.</param>
/// <param name="Now">That time.</param>
internal sealed record ZoomUser(string Id, DateTimeOffset Now)
{
    private const int DaysOfMessages = 180;
    private const int DaysOfAWindow = 30;

    /// <summary>Pages of a listing.</summary>
    /// <param name="items">The name of the list.</param>
    public static RestPaging Paging(string items) =>
        RestPaging.Cursor($"/{items}", "/next_page_token", (request, token) => request.WithQuery("next_page_token", token));

    /// <summary>The users of the account.</summary>
    public static RestRequest All { get; } = RestRequest.Get("v2/users?page_size=300");

    private string Escaped => Uri.EscapeDataString(Id);

    /// <summary>Meetings that are live, upcoming_meetings or previous_meetings.</summary>
    public RestRequest Meetings(string type) => RestRequest.Get($"v2/users/{Escaped}/meetings?page_size=300&type={type}");

    /// <summary>Recordings of a window of 30 days; Zoom takes a month at most.</summary>
    /// <param name="window">0 for the newest. Windows share no day.</param>
    public RestRequest Recordings(int window)
    {
        var to = Now.AddDays(-DaysOfAWindow * window - (window == 0 ? 0 : 1));
        return RestRequest.Get(
            $"v2/users/{Escaped}/recordings?page_size=300&from={Day(Now.AddDays(-DaysOfAWindow * (window + 1)))}&to={Day(to)}"
        );
    }

    /// <summary>Channels that the user is in.</summary>
    public RestRequest Channels => RestRequest.Get($"v2/chat/users/{Escaped}/channels?page_size=50");

    /// <summary>Messages, or files, of the last 180 days.</summary>
    public RestRequest Messages(string type) =>
        RestRequest.Get(
            $"v2/chat/users/{Escaped}/messages?page_size=50&search_key=%20&search_type={type}&from={Second(Now.AddDays(-DaysOfMessages))}"
                + $"&to={Second(Now)}"
        );

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Second(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
