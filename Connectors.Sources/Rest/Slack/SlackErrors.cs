using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.Slack;

/// <summary>Slack says with status 200 what is wrong: <c>{"ok": false, "error": NAME}</c>. The name goes with the exception.</summary>
internal static class SlackErrors
{
    private const int LongestName = 60;

    /// <summary>The failure that an answer reports; <see langword="null"/> when it reports success.</summary>
    public static ConnectorException? Of(JsonElement answer)
    {
        if (answer.Find("ok") is { ValueKind: JsonValueKind.True })
        {
            return null;
        }

        var name = Word(answer.Text("error")) ?? "no reason";
        return name switch
        {
            "invalid_auth" or "not_authed" or "account_inactive" or "token_revoked" or "token_expired" or "not_allowed_token_type" =>
                new ConnectorException(
                    FailureKind.Fatal,
                    $"Slack refuses the token ({name}). Check token: it is the bot token of an app that is installed in the workspace.",
                    Cause(name, HttpStatusCode.Unauthorized)
                ),
            "missing_scope" => new ConnectorException(
                $"Slack refuses permission: the token lacks the scope {Word(answer.Text("needed")) ?? "that this needs"} (missing_scope). "
                    + "Add it to the app's bot token scopes, and install the app again."
            ),
            "ratelimited" or "rate_limited" or "internal_error" or "fatal_error" or "service_unavailable" or "request_timeout" =>
                new ConnectorException(FailureKind.Retry, $"Slack could not answer at the moment ({name})."),
            _ when IsClosed(name) => new ConnectorException(
                FailureKind.Fatal,
                $"Slack: what was asked for is gone, or closed to the app ({name}).",
                Cause(name, HttpStatusCode.Forbidden)
            ),
            _ => new ConnectorException($"Slack answers with an error ({name}). Its meaning stands in Slack's list of methods."),
        };
    }

    /// <summary>The name of the error that a failure comes from; <see langword="null"/> when it comes from something else.</summary>
    public static string? NameOf(ConnectorException failure) =>
        failure.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.Unknown } cause ? cause.Message : null;

    private static bool IsClosed(string name) =>
        name
            is "channel_not_found"
                or "thread_not_found"
                or "not_in_channel"
                or "is_archived"
                or "access_denied"
                or "restricted_action"
                or "ekm_access_denied"
                or "method_not_supported_for_channel_type"
                or "team_access_not_granted";

    private static HttpRequestException Cause(string name, HttpStatusCode status) =>
        new(HttpRequestError.Unknown, name, inner: null, status);

    /// <summary>A name as Slack gives it, so that nothing else gets into a message.</summary>
    private static string? Word(string? name) =>
        name is { Length: > 0 and <= LongestName }
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or ':' or ',' or '.')
            ? name
            : null;
}
