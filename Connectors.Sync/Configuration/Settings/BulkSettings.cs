using static Connectors.Sync.Configuration.Settings.SettingTypes;

namespace Connectors.Sync.Configuration.Settings;

/// <summary>Section <c>elasticsearch.bulk</c>.</summary>
internal static class BulkSettings
{
    public static ServiceSetting<int> ChunkSize { get; } = new("elasticsearch.bulk.chunk_size", Whole(1, 10_000, "operations"), 500,
        "Largest number of operations in a bulk request. (The Python service counts action and body lines: its 500 are 250 documents.)")
    { IsPython = true };

    public static ServiceSetting<int> ChunkMaxMemSize { get; } = new("elasticsearch.bulk.chunk_max_mem_size", Mebibytes(0.1, 100), 5 * 1024 * 1024,
        "Largest body of a bulk request. A larger single document is sent alone.") { IsPython = true };

    public static ServiceSetting<int> MaxConcurrency { get; } = new("elasticsearch.bulk.max_concurrency", Whole(1, 64, "requests"), 5,
        "Bulk requests in flight at the same time for one sync. Under pressure (429) fewer are sent until it passes.") { IsPython = true };

    public static ServiceSetting<int> QueueMaxSize { get; } = new("elasticsearch.bulk.queue_max_size", Whole(1, 1_000_000, "documents"), 1024,
        "Documents that may wait to be written, per page that is read: reading stops when writing is behind.") { IsPython = true };

    public static ServiceSetting<int> QueueMaxMemSize { get; } = new("elasticsearch.bulk.queue_max_mem_size", Mebibytes(1, 1024), 25 * 1024 * 1024,
        "Size of the documents that may wait to be written.") { IsPython = true };

    public static ServiceSetting<int> ConcurrentDownloads { get; } = new("elasticsearch.bulk.concurrent_downloads", Whole(1, 256, "downloads"), 10,
        "Files whose content is fetched at the same time.") { IsPython = true };

    public static ServiceSetting<int> MaxRetries { get; } = new("elasticsearch.bulk.max_retries", Whole(0, 100), 5,
        "How often a refused bulk request or operation is tried again when the refusal may pass. Only what was refused is sent again.")
    { IsPython = true };

    public static ServiceSetting<TimeSpan> RetryInterval { get; } = new("elasticsearch.bulk.retry_interval", Seconds(0, 600), TimeSpan.FromSeconds(10),
        "The longest wait between two tries; the waits grow towards it, with jitter.") { IsPython = true };

    public static ServiceSetting<bool> ErrorMonitorEnabled { get; } = new("elasticsearch.bulk.error_monitor.enabled", Flag, true,
        "Whether too many rejected documents fail a sync. `false` only counts and reports them.") { IsPython = true };

    public static ServiceSetting<int> MaxTotalErrors { get; } = new("elasticsearch.bulk.error_monitor.max_total_errors", Whole(0, int.MaxValue, "documents"), 1000,
        "More rejected documents than this in one sync fail it.") { IsPython = true };

    public static ServiceSetting<int> MaxConsecutiveErrors { get; } = new("elasticsearch.bulk.error_monitor.max_consecutive_errors",
        Whole(0, int.MaxValue, "documents"), 10, "More rejected documents than this in a row fail a sync.") { IsPython = true };

    public static ServiceSetting<double> MaxErrorRate { get; } = new("elasticsearch.bulk.error_monitor.max_error_rate", Number(0, 1), 0.15,
        "A larger share of rejected documents among the last ones fails a sync.") { IsPython = true };

    public static ServiceSetting<int> ErrorWindowSize { get; } = new("elasticsearch.bulk.error_monitor.error_window_size", Whole(1, 1_000_000, "documents"), 100,
        "How many of the last documents that share is taken of.") { IsPython = true };

    public static IReadOnlyList<ServiceSetting> All { get; } =
    [
        ChunkSize, ChunkMaxMemSize, MaxConcurrency, QueueMaxSize, QueueMaxMemSize, ConcurrentDownloads, MaxRetries, RetryInterval,
        ErrorMonitorEnabled, MaxTotalErrors, MaxConsecutiveErrors, MaxErrorRate, ErrorWindowSize,
    ];
}
