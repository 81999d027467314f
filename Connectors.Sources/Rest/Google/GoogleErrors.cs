using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Google;

/// <summary>
/// What Google's APIs say when they refuse. The word for the reason stands in the answer; the status 403 has many of them, and some pass.
/// </summary>
internal static class GoogleErrors
{
    /// <summary>The quotas are counted by the minute.</summary>
    private static readonly TimeSpan PauseOfMinute = TimeSpan.FromSeconds(20);

    /// <summary>The reason of an error: <c>userRateLimitExceeded</c>; <see langword="null"/> when there is none.</summary>
    public static string? ReasonOf(RestResponse answer) =>
        answer.TryJson() is not { } json
            ? null
            : json.Items("error", "details").Select(ReasonIn).FirstOrDefault(reason => reason is not null)
                ?? json.Items("error", "errors").Select(ReasonIn).FirstOrDefault(reason => reason is not null);

    /// <summary>How long to wait when a quota is used up. Google gives no header; its guides ask for a growing pause.</summary>
    public static TimeSpan? LimitOf(RestResponse answer, DateTimeOffset now)
    {
        if (answer.Status is not (HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests))
        {
            return null;
        }

        return ReasonOf(answer) switch
        {
            "userRateLimitExceeded" or "rateLimitExceeded" or "RATE_LIMIT_EXCEEDED" => PauseOfMinute,
            "dailyLimitExceeded" or "quotaExceeded" => TimeSpan.FromHours(1),
            _ => null,
        };
    }

    /// <summary>Words refusals that concern the whole project or account, and not one place of it.</summary>
    /// <param name="name">The service as messages name it.</param>
    /// <param name="answer">The refusal.</param>
    public static ConnectorException? Explain(string name, RestResponse answer)
    {
        var place = $"{name} ({RestErrors.Name(answer.Address)})";
        return ReasonOf(answer) switch
        {
            _ when answer.Status != HttpStatusCode.Forbidden => null,
            "accessNotConfigured" or "SERVICE_DISABLED" => new ConnectorException(
                $"{place}: the API is not enabled (403). Enable it in the Google Cloud project of the service account."
            ),
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT" or "insufficientPermissions" => new ConnectorException(
                $"{place}: the token is not good for this API (403). Delegate the scopes that the documentation of the source lists."
            ),
            _ => null,
        };
    }

    private static string? ReasonIn(JsonElement detail) => detail.Text("reason");
}
