using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.GitLab.Queries;

/// <summary>GraphQL says with status 200 what is wrong.</summary>
internal static class GitLabErrors
{
    public const string PermissionHint = "Give the token the scope read_api, and its owner at least the role Reporter in the project.";

    /// <summary>What the errors of an answer come to; <see langword="null"/> when there are none.</summary>
    public static ConnectorException? Of(JsonElement answer)
    {
        List<JsonElement> errors = [.. answer.Items("errors")];
        if (errors.Count == 0)
        {
            return null;
        }

        var message = Sentences.Inner(errors.Select(error => error.Text("message")).OfType<string>().FirstOrDefault() ?? "no reason");
        return IsPassing(message)
            ? new ConnectorException(FailureKind.Retry, $"GitLab could not answer a query: {message}.")
            : new ConnectorException($"GitLab does not answer a query: {message}. Check that the server is of version 17.2 or later.");
    }

    /// <summary>GitLab has no codes for these.</summary>
    private static bool IsPassing(string message) =>
        message.Contains("timed out", StringComparison.OrdinalIgnoreCase)
        || message.Contains("timeout", StringComparison.OrdinalIgnoreCase)
        || message.Contains("Internal server error", StringComparison.OrdinalIgnoreCase);
}
