using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Limits;

namespace Connectors.Sources.Rest.GitHub;

/// <summary>GraphQL says with status 200 what is wrong.</summary>
internal static class GitHubErrors
{
    /// <summary>A refusal because of a limit, by REST or GraphQL.</summary>
    public static TimeSpan? Limit(RestResponse answer, DateTimeOffset now)
    {
        if (LimitRules.GitHub(answer, now) is { } wait)
        {
            return wait;
        }

        var isLimited =
            answer.Status == HttpStatusCode.OK
            && answer.Bytes.Length is > 0 and < 64 * 1024
            && answer.Bytes.Span.IndexOf("RATE_LIMITED"u8) >= 0
            && answer.TryJson()?.Items("errors").Any(error => error.Text("type") == "RATE_LIMITED") == true;
        return isLimited ? LimitRules.Until(answer.Header("x-ratelimit-reset"), now) ?? TimeSpan.FromMinutes(1) : null;
    }

    /// <summary>
    /// What the errors of an answer come to; <see langword="null"/> when there are none, or only repositories that were asked for by name
    /// are missing.
    /// </summary>
    public static ConnectorException? Of(JsonElement answer)
    {
        var errors = answer.ValueKind == JsonValueKind.Object ? answer.Items("errors").ToList() : [];
        if (errors.Count == 0 || (errors.All(error => error.Text("type") == "NOT_FOUND") && IsByName(answer)))
        {
            return null;
        }

        var type = errors.Select(error => error.Text("type")).FirstOrDefault(word => word is not null) ?? "error";
        var message = Sentences.Inner(errors.Select(error => error.Text("message")).OfType<string>().FirstOrDefault() ?? "no reason");
        return type switch
        {
            "NOT_FOUND" => new ConnectorException(
                FailureKind.Fatal,
                $"GitHub does not find it, or hides it from this token: {message}.",
                RestErrors.Cause(HttpStatusCode.NotFound)
            ),
            "FORBIDDEN" or "INSUFFICIENT_SCOPES" => new ConnectorException(
                FailureKind.Fatal,
                $"GitHub refuses permission: {message}. {GitHubDataSource.PermissionHint}",
                RestErrors.Cause(HttpStatusCode.Forbidden)
            ),
            "SERVICE_UNAVAILABLE" or "INTERNAL" or "error" => new ConnectorException(
                FailureKind.Retry,
                $"GitHub could not answer a query: {message}."
            ),
            _ => new ConnectorException($"GitHub does not answer a query ({type}): {message}."),
        };
    }

    private static bool IsByName(JsonElement answer) =>
        answer.TryGetProperty("data", out var data)
        && data.ValueKind == JsonValueKind.Object
        && data.TryGetProperty(GitHubQueries.FirstAlias, out _);
}
