using static Connectors.Sync.Configuration.Settings.SettingTypes;

namespace Connectors.Sync.Configuration.Settings;

/// <summary>Settings of the Python service that are accepted but have no effect, so that its <c>config.yml</c> works unchanged.</summary>
internal static class SettingsWithoutEffect
{
    public static IReadOnlyList<ServiceSetting> All { get; } =
    [
        Ignored("elasticsearch.ssl", "the scheme of elasticsearch.host decides"),
        Ignored("elasticsearch.log_level", "service.log_level counts for everything"),
        Ignored("elasticsearch.serverless", "it is found out at the start"),
        Ignored("elasticsearch.bulk.display_every", "progress is logged by time, not by count"),
        Ignored("elasticsearch.bulk.max_retries", "transient failures are retried for elasticsearch.bulk.retry_time_limit"),
        Ignored("elasticsearch.bulk.queue_max_size", "elasticsearch.bulk.queue_max_mem_size says when reading pauses"),
        Ignored("elasticsearch.bulk.queue_refresh_interval", "reading waits without asking again and again"),
        Ignored("elasticsearch.bulk.queue_refresh_timeout", "a request that takes too long ends by elasticsearch.request_timeout"),
        Ignored(
            "elasticsearch.bulk.enable_operations_logging",
            "rejected documents are always reported by id, and written ones are counted"
        ),
        Ignored("elasticsearch.bulk.max_text_document_size", "large documents are sent too, each in a request of its own"),
        Ignored("elasticsearch.bulk.error_monitor.error_queue_size", "a job keeps the first 100 documents that were rejected"),
        Ignored("service.fips_mode", "the operating system's setting counts"),
        Ignored("service.trace_mem", "use dotnet-counters or dotnet-gcdump"),
        Ignored("extraction_service.use_file_pointers", "files are sent to the extraction service, never left for it in a folder"),
        Ignored("extraction_service.stream_chunk_size", "files are sent to the extraction service as they are"),
        Ignored("extraction_service.shared_volume_dir", "files are sent to the extraction service, never left for it in a folder"),
    ];

    private static ServiceSetting<string?> Ignored(string key, string reason) =>
        new(key, Text, null, $"No effect: {reason}.") { IsPython = true, NoEffect = reason };
}
