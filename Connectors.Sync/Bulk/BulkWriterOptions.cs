using System.ComponentModel.DataAnnotations;

namespace Connectors.Sync.Bulk;

/// <summary>How bulk requests are sent and retried.</summary>
internal sealed record BulkWriterOptions
{
    /// <summary>Elasticsearch hands so much of a request to an inference endpoint at a time.</summary>
    private const int MaxInferenceBytes = 1024 * 1024;

    /// <summary>Most operations in one request. Default 500.</summary>
    [Range(1, 100_000)]
    public int MaxOperations { get; init; } = 500;

    /// <summary>Largest request body, in bytes before compression. Default 5 MiB. A larger single document is sent alone.</summary>
    [Range(64 * 1024, 100 * 1024 * 1024)]
    public int MaxRequestBytes { get; init; } = 5 * 1024 * 1024;

    /// <summary>Most requests in flight at once. Default 5. Halved when Elasticsearch responds 429, then raised one by one.</summary>
    [Range(1, 64)]
    public int MaxConcurrency { get; init; } = 5;

    /// <summary>
    /// The first delay before a rejected operation is sent again. Default 500 ms; doubled each time, with jitter, up to
    /// <see cref="MaxRetryDelay"/>.
    /// </summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause. Default 30 s.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a batch is tried without any progress before the job fails. Default 10 minutes.</summary>
    public TimeSpan RetryTimeLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Most operations in one request whose documents pass an inference endpoint. Default 50.</summary>
    [Range(1, 100_000)]
    public int MaxInferenceOperations { get; init; } = 50;

    /// <summary>How long one request may take whose documents pass an inference endpoint. Default 10 minutes.</summary>
    public TimeSpan InferenceTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long one request may take; <see langword="null"/> for as long as any other call. A request with several operations that
    /// took longer is divided.</summary>
    public TimeSpan? RequestTimeout { get; init; }

    /// <summary>The options of a sync.</summary>
    /// <param name="passesInference">Whether Elasticsearch asks an inference endpoint about what is written: then a request is small, and
    /// has time.</param>
    public BulkWriterOptions For(bool passesInference) =>
        passesInference
            ? this with
            {
                MaxOperations = Math.Min(MaxOperations, MaxInferenceOperations),
                MaxRequestBytes = Math.Min(MaxRequestBytes, MaxInferenceBytes),
                RequestTimeout = InferenceTimeout,
            }
            : this;
}
