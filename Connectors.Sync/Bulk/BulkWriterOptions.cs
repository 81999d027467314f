using System.ComponentModel.DataAnnotations;

namespace Connectors.Sync.Bulk;

/// <summary>How bulk requests are sent and retried.</summary>
internal sealed record BulkWriterOptions
{
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

    /// <summary>How long a batch is tried before the job fails. Default 10 minutes.</summary>
    public TimeSpan RetryTimeLimit { get; init; } = TimeSpan.FromMinutes(10);
}
