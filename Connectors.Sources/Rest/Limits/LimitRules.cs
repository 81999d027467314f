using System.Globalization;
using System.Net;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Limits;

/// <summary>The headers by which services tell of their limits.</summary>
internal static class LimitRules
{
    /// <summary><c>Retry-After</c> (RFC 9110, 10.2.3), in seconds or as a date, of an answer that is a refusal.</summary>
    public static TimeSpan? RetryAfter(RestResponse answer, DateTimeOffset now)
    {
        if (!RestErrors.IsPassing(answer.Status) && answer.Status != HttpStatusCode.Forbidden)
        {
            return null;
        }

        return answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date > now ? date - now : TimeSpan.Zero,
            _ => null,
        };
    }

    /// <summary>A refusal with a header that says at which second (Unix time) the limit is lifted: GitLab and ServiceNow (429).</summary>
    /// <param name="header">Its name: <c>RateLimit-Reset</c>.</param>
    public static LimitRule ResetAt(string header) =>
        (answer, now) => answer.Status == HttpStatusCode.TooManyRequests ? Until(answer.Header(header), now) : null;

    /// <summary>
    /// GitHub: 403 or 429 with nothing remaining until <c>x-ratelimit-reset</c>; without that header, a secondary limit, a minute.
    /// </summary>
    public static TimeSpan? GitHub(RestResponse answer, DateTimeOffset now)
    {
        if (answer.Status is not (HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests))
        {
            return null;
        }

        return answer.Header("x-ratelimit-remaining") == "0" ? Until(answer.Header("x-ratelimit-reset"), now) ?? TimeSpan.FromMinutes(1)
            : answer.Status == HttpStatusCode.TooManyRequests ? TimeSpan.FromMinutes(1)
            : null;
    }

    /// <summary>Jira and Confluence: 429 with <c>X-RateLimit-Reset</c> as a time in ISO 8601.</summary>
    public static TimeSpan? Atlassian(RestResponse answer, DateTimeOffset now) =>
        answer.Status == HttpStatusCode.TooManyRequests
        && DateTimeOffset.TryParse(
            answer.Header("X-RateLimit-Reset"),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var reset
        )
            ? Positive(reset - now)
            : null;

    /// <summary>
    /// Salesforce: the day's requests are used up (<c>Sforce-Limit-Info: api-usage=15000/15000</c>), which an hour may mend, as the day
    /// slides.
    /// </summary>
    public static TimeSpan? Salesforce(RestResponse answer, DateTimeOffset now)
    {
        if (answer.Status != HttpStatusCode.Forbidden || answer.Header("Sforce-Limit-Info") is not { } info)
        {
            return null;
        }

        var usage = info.Split('=')[^1].Split('/');
        return
            usage.Length == 2
            && long.TryParse(usage[0], CultureInfo.InvariantCulture, out var used)
            && long.TryParse(usage[1], CultureInfo.InvariantCulture, out var most)
            && used >= most
            ? TimeSpan.FromHours(1)
            : null;
    }

    /// <summary>The time until a second given as Unix time, and one second for its fraction.</summary>
    public static TimeSpan? Until(string? unixSeconds, DateTimeOffset now) =>
        long.TryParse(unixSeconds, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253402300800
            ? Positive(DateTimeOffset.FromUnixTimeSeconds(seconds) - now) + TimeSpan.FromSeconds(1)
            : null;

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}
