using System.Globalization;
using Connectors.Abstractions;

namespace Connectors.Sync.Bulk;

/// <summary>What ends a job when Elasticsearch does not take what is written, in sentences.</summary>
internal static class BulkFailures
{
    private const string InferenceFailed = "inference_exception";
    private const string ResourceMissing = "resource_not_found_exception";

    /// <summary>Elasticsearch refused for good.</summary>
    /// <param name="indexName">What was to be written.</param>
    /// <param name="status">Its answer.</param>
    /// <param name="error">What it said.</param>
    public static ConnectorException Refused(string indexName, int status, BulkError? error)
    {
        if (IndexBlock.Failure(indexName, error) is { } blocked)
        {
            return blocked;
        }

        var reason = Sentences.Inner(error?.Reason ?? "no reason given");
        return new ConnectorException(
            (status, error?.Type) switch
            {
                (404, ResourceMissing) when IsInference(error!) =>
                    $"A field of '{indexName}' names an inference endpoint that does not exist ({reason}). Create the endpoint, or map the "
                        + "field with another one; what was not written is written by the next sync.",
                (403, _) when reason.Contains("non-compliant", StringComparison.Ordinal) =>
                    $"The licence of Elasticsearch does not allow what '{indexName}' needs ({reason}). Inference needs an Enterprise or a "
                        + "trial licence, or a serverless project.",
                (401, _) => $"Elasticsearch refused the credentials while writing to '{indexName}' (401). Check elasticsearch.username and "
                    + "password, or api_key.",
                (403, _) => $"Elasticsearch does not allow writing to '{indexName}' (403): {reason}. The key or user needs the privileges "
                    + "that the documentation lists.",
                ( < 0 or (>= 300 and < 400), _) => error?.Reason
                    ?? $"Elasticsearch did not take what was to be written to '{indexName}' ({status}).",
                (404, _) => $"The index '{indexName}' is gone (404): {reason}. Nothing was deleted; start the sync again to rebuild it.",
                _ => $"Elasticsearch refused to write to '{indexName}' ({status}, {error?.Type ?? "unknown"}): {reason}.",
            }
        );
    }

    /// <summary>Elasticsearch refused for too long.</summary>
    /// <param name="indexName">What was to be written.</param>
    /// <param name="operations">How much of it is left.</param>
    /// <param name="limit">For how long it was tried without any progress.</param>
    /// <param name="status">The last answer; 0 for none.</param>
    /// <param name="error">What it said.</param>
    public static ConnectorException GivenUp(string indexName, int operations, TimeSpan limit, int status, BulkError? error)
    {
        if (IndexBlock.Failure(indexName, error) is { } blocked)
        {
            return blocked;
        }

        var next =
            error is not null && IsInference(error)
                ? "Its inference service refuses or is too slow: raise its limits or its allocations, or "
                    + "elasticsearch.bulk.retry_time_limit, then sync again."
                : "The sync can be resumed when the cluster has recovered.";
        return new ConnectorException(
            FailureKind.Retry,
            $"Elasticsearch has not taken {Quantity.Of(operations, "operation")} for '{indexName}' in "
                + $"{Quantity.Of(limit.TotalMinutes, "minute")} (last answer: {Answer(status, error)}). {next}"
        );
    }

    /// <summary>What Elasticsearch answered, as the end of a sentence.</summary>
    /// <param name="status">The status; 0 for none.</param>
    /// <param name="error">What it said, or why it said nothing.</param>
    public static string Answer(int status, BulkError? error) =>
        (status, error) switch
        {
            (0, null) => "none",
            (0, { Type: BulkError.NoAnswer }) => $"none: {Sentences.Inner(error.Reason)}",
            (0, _) => $"none, {error.Type}: {Sentences.Inner(error.Reason)}",
            (_, null) => status.ToString(CultureInfo.InvariantCulture),
            _ => $"{status}, {error.Type}: {Sentences.Inner(error.Reason)}",
        };

    /// <summary>Why something is sent again, as the end of a sentence.</summary>
    /// <param name="status">The status; 0 for no answer.</param>
    /// <param name="error">What it said, or why it said nothing.</param>
    public static string Reason(int status, BulkError? error) =>
        (status, error) switch
        {
            (0, null) => "there was no answer",
            (0, { Type: BulkError.NoAnswer }) => Sentences.Inner(error.Reason),
            (0, _) => $"{error.Type}: {Sentences.Inner(error.Reason)}",
            _ => Answer(status, error),
        };

    /// <summary>Whether an inference endpoint is at fault. Versions before 9.1 call it by the type of any exception.</summary>
    private static bool IsInference(BulkError error) =>
        error.Type == InferenceFailed || error.Reason.Contains("inference id [", StringComparison.OrdinalIgnoreCase);
}
