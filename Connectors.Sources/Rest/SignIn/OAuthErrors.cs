using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Duende.IdentityModel.Client;

namespace Connectors.Sources.Rest.SignIn;

/// <summary>
/// Words why a token endpoint gives no token. Of an error only the code is passed on, and only one of those that RFC 6749 (5.2) has, or
/// that vendors document for their endpoints: what else stands in the answer may repeat what was sent.
/// </summary>
internal static class OAuthErrors
{
    /// <summary>What each code of the RFC means for whoever configures a connector.</summary>
    private static readonly Dictionary<string, string> Meanings = new(StringComparer.Ordinal)
    {
        ["invalid_request"] = "it lacks something in the request, or gets it in the wrong form.",
        ["invalid_client"] = "it does not know the client, or its secret is wrong.",
        ["invalid_grant"] = "what the client signs in with has expired, was withdrawn, or belongs to another client.",
        ["unauthorized_client"] =
            "the client may not sign in this way. Allow it in the app's settings, or have an administrator approve it.",
        ["unsupported_grant_type"] = "it does not offer this way to sign in.",
        ["invalid_scope"] = "a permission that is asked for does not exist, or was not given to the app.",

        // Google: "Using OAuth 2.0 for server to server applications"; Salesforce: "OAuth 2.0 error codes".
        ["access_denied"] = "access was denied. Check the permissions of the app and the user.",
        ["admin_policy_enforced"] = "a policy of the administrator forbids it.",
        ["disabled_client"] = "the client is switched off, or its key is.",
        ["deleted_client"] = "the client was deleted.",
        ["invalid_client_id"] = "it does not know the client.",
        ["invalid_app_access"] = "the user may not use the app.",
        ["inactive_user"] = "the user is not active.",
        ["inactive_org"] = "the organization is not active.",
        ["rate_limit_exceeded"] = "it was asked too often.",
    };

    /// <summary>The exception to throw.</summary>
    /// <param name="service">The service as messages name it.</param>
    /// <param name="endpoint">Where the token was asked for.</param>
    /// <param name="addressField">The field that names the endpoint's host; <see langword="null"/> where none does.</param>
    /// <param name="hint">What to check when it is refused.</param>
    /// <param name="answer">The answer without a token.</param>
    public static ConnectorException Explain(string service, Uri endpoint, string? addressField, string hint, TokenResponse answer) =>
        answer.ErrorType switch
        {
            ResponseErrorType.Exception => Unanswered(service, endpoint, addressField, answer.Exception),
            ResponseErrorType.Http when RestErrors.IsPassing(answer.HttpStatusCode) => Passing(service, endpoint, answer.HttpResponse!),
            ResponseErrorType.None when answer.Json is not { ValueKind: JsonValueKind.Object } => Unreadable(PlaceOf(service, endpoint)),
            _ => Refused(service, hint, CodeOf(answer.Raw)),
        };

    /// <summary>The exception to throw when there is no answer.</summary>
    /// <param name="service">The service as messages name it.</param>
    /// <param name="endpoint">Where the token was asked for.</param>
    /// <param name="addressField">The field that names the endpoint's host; <see langword="null"/> where none does.</param>
    /// <param name="failure">What happened.</param>
    public static ConnectorException Unanswered(string service, Uri endpoint, string? addressField, Exception? failure)
    {
        var place = PlaceOf(service, endpoint);
        return (failure is null ? null : RestErrors.Unanswered(place, addressField, failure))
            ?? (
                NetworkFailure.Find<JsonException>(failure) is null
                    ? new ConnectorException(FailureKind.Retry, $"{place}: gives no token: the connection broke.")
                    : Unreadable(place)
            );
    }

    /// <summary>The exception to throw for an answer of success that is none of a token endpoint: a page for people, half an
    /// answer.</summary>
    /// <param name="place">The service as messages name it, with the address.</param>
    public static ConnectorException Unreadable(string place) => new(FailureKind.Retry, $"{place}: gave no answer that can be read.");

    /// <summary>The exception to throw for a status that passes.</summary>
    /// <param name="service">The service as messages name it.</param>
    /// <param name="endpoint">Where the token was asked for.</param>
    /// <param name="answer">The answer.</param>
    public static ConnectorException Passing(string service, Uri endpoint, HttpResponseMessage answer) =>
        Passing(PlaceOf(service, endpoint), answer.StatusCode, WaitOf(answer.Headers));

    /// <summary>The exception to throw for a status that passes.</summary>
    /// <param name="place">The service as messages name it, with the address.</param>
    /// <param name="status">The answer's status.</param>
    /// <param name="wait">How long it asks to wait; <see langword="null"/> when it does not say.</param>
    public static ConnectorException Passing(string place, HttpStatusCode status, TimeSpan? wait) =>
        new(FailureKind.Retry, $"{place}: could not give a token at the moment ({(int)status}).", RestErrors.Cause(status), wait);

    /// <summary>The exception to throw when there is an answer, and no token in it.</summary>
    /// <param name="service">The service as messages name it.</param>
    /// <param name="hint">What to check.</param>
    /// <param name="code">The answer's <c>error</c>; whatever else stands there is not passed on.</param>
    public static ConnectorException Refused(string service, string hint, string? code) =>
        new(
            FailureKind.Fatal,
            code is not null && Meanings.TryGetValue(code, out var meaning)
                ? $"{service}: gives no token ({code}): {meaning} {hint}"
                : $"{service}: gives no token (refused). {hint}",
            RestErrors.Cause(HttpStatusCode.Unauthorized)
        );

    /// <summary>How long an answer asks to wait (RFC 9110, 10.2.3): in seconds, or until a date of its own clock;
    /// <see langword="null"/> when it does not say.</summary>
    public static TimeSpan? WaitOf(HttpResponseHeaders? headers) =>
        headers?.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } until } when headers.Date is { } now => until > now ? until - now : TimeSpan.Zero,
            _ => null,
        };

    private static string PlaceOf(string service, Uri endpoint) => $"{service} ({RestErrors.Name(endpoint)})";

    /// <summary>The library reads the body of an answer with status 400 only; some endpoints use 401 and 403.</summary>
    private static string? CodeOf(string? body)
    {
        try
        {
            using var json = JsonDocument.Parse(body ?? string.Empty);
            return json.RootElement.Text("error");
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
