using static Connectors.Sync.Configuration.Settings.SettingTypes;

namespace Connectors.Sync.Configuration.Settings;

/// <summary>Section <c>elasticsearch.bulk</c>.</summary>
internal static class BulkSettings
{
    public static ServiceSetting<int> ChunkSize { get; } =
        new(
            "elasticsearch.bulk.chunk_size",
            Whole(1, 10_000, "operations"),
            500,
            "Largest number of operations in a bulk request. (The Python service counts action and body lines: its 500 are 250 documents.)"
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<int> ChunkMaxMemSize { get; } =
        new(
            "elasticsearch.bulk.chunk_max_mem_size",
            Mebibytes(0.0625, 100),
            5 * 1024 * 1024,
            "Largest body of a bulk request. A larger single document is sent alone."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<int> MaxConcurrency { get; } =
        new(
            "elasticsearch.bulk.max_concurrency",
            Whole(1, 64, "requests"),
            5,
            "Bulk requests in flight at the same time for one sync. Under pressure (429) fewer are sent until it passes."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<int> QueueMaxMemSize { get; } =
        new(
            "elasticsearch.bulk.queue_max_mem_size",
            Mebibytes(1, 2047),
            16 * 1024 * 1024,
            "What may be in memory at the same time of pages that are read, requests on the way and contents of files, of all syncs of the "
                + "process together. Reading pauses when it is spent; a file that is larger, with its text, has it to itself. The process "
                + "itself needs some 100 MiB more."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<int> ConcurrentDownloads { get; } =
        new(
            "elasticsearch.bulk.concurrent_downloads",
            Whole(1, 256, "downloads"),
            64,
            "Files whose content a sync fetches at the same time, as far as elasticsearch.bulk.queue_max_mem_size allows. When the source "
                + "refuses some, fewer are fetched until it takes them again."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<TimeSpan> RetryInterval { get; } =
        new(
            "elasticsearch.bulk.retry_interval",
            Seconds(0.01, 600),
            TimeSpan.FromSeconds(30),
            "The longest pause before what was refused (429, 502, 503, 504) is sent again. Pauses start at half a second and double, "
                + "with jitter; only what was refused is sent again."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<TimeSpan> RetryTimeLimit { get; } =
        new(
            "elasticsearch.bulk.retry_time_limit",
            Seconds(0, 86_400),
            TimeSpan.FromMinutes(10),
            "How long a batch is tried without any progress before the job fails."
        );

    public static ServiceSetting<int> InferenceChunkSize { get; } =
        new(
            "elasticsearch.bulk.inference_chunk_size",
            Whole(1, 10_000, "operations"),
            50,
            "Largest number of operations in a bulk request to an index with `semantic_text` fields, or through a pipeline with an "
                + "`inference` processor."
        );

    public static ServiceSetting<TimeSpan> InferenceTimeout { get; } =
        new(
            "elasticsearch.bulk.inference_timeout",
            Seconds(1, 86_400),
            TimeSpan.FromMinutes(10),
            "How long such a request may take. One that takes longer is divided and sent again. On Azure at most 10 minutes."
        );

    public static ServiceSetting<bool> ErrorMonitorEnabled { get; } =
        new(
            "elasticsearch.bulk.error_monitor.enabled",
            Flag,
            true,
            "Whether too many rejected documents fail a sync. `false` only counts and reports them."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<int> MaxTotalErrors { get; } =
        new(
            "elasticsearch.bulk.error_monitor.max_total_errors",
            Whole(0, int.MaxValue, "documents"),
            1000,
            "More rejected documents than this in one sync fail it."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<int> MaxConsecutiveErrors { get; } =
        new(
            "elasticsearch.bulk.error_monitor.max_consecutive_errors",
            Whole(1, int.MaxValue, "documents"),
            10,
            "More rejected documents than this in a row fail a sync."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<double> MaxErrorRate { get; } =
        new(
            "elasticsearch.bulk.error_monitor.max_error_rate",
            Number(0, 1),
            0.15,
            "A larger share of rejected documents among the last ones fails a sync."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<int> ErrorWindowSize { get; } =
        new(
            "elasticsearch.bulk.error_monitor.error_window_size",
            Whole(1, 100_000, "documents"),
            100,
            "How many of the last documents that share is taken of."
        )
        {
            IsPython = true,
        };

    public static IReadOnlyList<ServiceSetting> All { get; } =
    [
        ChunkSize,
        ChunkMaxMemSize,
        MaxConcurrency,
        QueueMaxMemSize,
        ConcurrentDownloads,
        RetryInterval,
        RetryTimeLimit,
        InferenceChunkSize,
        InferenceTimeout,
        ErrorMonitorEnabled,
        MaxTotalErrors,
        MaxConsecutiveErrors,
        MaxErrorRate,
        ErrorWindowSize,
    ];
}
