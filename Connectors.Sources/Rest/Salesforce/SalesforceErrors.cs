using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Limits;

namespace Connectors.Sources.Rest.Salesforce;

/// <summary>Salesforce says what is wrong in a list of codes and messages.</summary>
internal static class SalesforceErrors
{
    /// <summary>The day's requests are used up. The day slides, so that an hour may mend it.</summary>
    public static TimeSpan? Limit(RestResponse answer, DateTimeOffset now) =>
        answer.Status == HttpStatusCode.Forbidden && ErrorOf(answer).Code == "REQUEST_LIMIT_EXCEEDED"
            ? TimeSpan.FromHours(1)
            : LimitRules.Salesforce(answer, now);

    /// <summary>What an answer comes to; <see langword="null"/> when its status says enough.</summary>
    public static ConnectorException? Of(RestResponse answer)
    {
        var (code, message) = answer.IsSuccess ? (string.Empty, string.Empty) : ErrorOf(answer);
        var cause = RestErrors.Cause(answer.Status);
        return code switch
        {
            "MALFORMED_QUERY" or "MALFORMED_SEARCH" or "INVALID_FIELD" or "INVALID_TYPE" or "INVALID_TERM" => new ConnectorException(
                FailureKind.Fatal,
                $"Salesforce rejects a query ({code}): {message}. Check the rules, and that the user may read what they name.",
                cause
            ),
            "INVALID_QUERY_LOCATOR" => new ConnectorException(
                FailureKind.Fatal,
                "Salesforce has forgotten how far a query was read, as it does after two days. Start the sync again.",
                cause
            ),
            "QUERY_TIMEOUT" => new ConnectorException(
                FailureKind.Retry,
                "Salesforce did not finish a query within its own limit of two minutes.",
                cause
            ),
            "API_DISABLED_FOR_ORG" or "API_CURRENTLY_DISABLED" => new ConnectorException(
                FailureKind.Fatal,
                $"Salesforce: the API is switched off ({code}). Give the user the permission API Enabled; some editions have no API.",
                cause
            ),
            _ => null,
        };
    }

    private static (string Code, string Message) ErrorOf(RestResponse answer) =>
        answer.TryJson() is { ValueKind: JsonValueKind.Array } errors && errors.GetArrayLength() > 0
            ? (errors[0].Text("errorCode") ?? string.Empty, Sentences.Inner(errors[0].Text("message") ?? "no reason"))
            : (string.Empty, string.Empty);
}
