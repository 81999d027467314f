using Microsoft.Extensions.Logging;
using static Connectors.Sync.Configuration.Settings.SettingTypes;

namespace Connectors.Sync.Configuration.Settings;

/// <summary>Section <c>service</c>.</summary>
internal static class LoopSettings
{
    public static ServiceSetting<TimeSpan> Idling { get; } =
        new("service.idling", Seconds(0.1, 3600), TimeSpan.FromSeconds(30), "How often connectors and jobs are polled.")
        {
            IsPython = true,
        };

    public static ServiceSetting<TimeSpan> Heartbeat { get; } =
        new(
            "service.heartbeat",
            Seconds(1, 3600),
            TimeSpan.FromSeconds(300),
            "How often a connector's `last_seen` is updated. That of a running job is updated every 10 seconds, whatever this says."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<int> PreflightMaxAttempts { get; } =
        new("service.preflight_max_attempts", Whole(1, 1000), 10, "How often the startup checks are tried.") { IsPython = true };

    public static ServiceSetting<TimeSpan> PreflightIdle { get; } =
        new("service.preflight_idle", Seconds(0, 3600), TimeSpan.FromSeconds(30), "Delay between two tries of the startup checks.")
        {
            IsPython = true,
        };

    public static ServiceSetting<int> MaxErrors { get; } =
        new(
            "service.max_errors",
            Whole(0, 1_000_000),
            20,
            "The service ends after more failed polls than this within `service.max_errors_span`."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<TimeSpan> MaxErrorsSpan { get; } =
        new("service.max_errors_span", Seconds(1, 86_400), TimeSpan.FromSeconds(600), "The time in which `service.max_errors` counts.")
        {
            IsPython = true,
        };

    public static ServiceSetting<int> MaxConcurrentContentSyncs { get; } =
        new("service.max_concurrent_content_syncs", Whole(1, 64, "syncs"), 1, "Content syncs that run at the same time.")
        {
            IsPython = true,
        };

    public static ServiceSetting<int> MaxConcurrentAccessControlSyncs { get; } =
        new(
            "service.max_concurrent_access_control_syncs",
            Whole(1, 64, "syncs"),
            1,
            "Access control syncs that run at the same time, beside the content syncs."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<int> MaxConcurrentSchedulingTasks { get; } =
        new("service.max_concurrent_scheduling_tasks", Whole(1, 64, "connectors"), 4, "Connectors checked at the same time.")
        {
            IsPython = true,
        };

    public static ServiceSetting<int> MaxConcurrentPartitions { get; } =
        new(
            "service.max_concurrent_partitions",
            Whole(1, 64, "partitions"),
            4,
            "Parts of one source (ranges of ids, key prefixes) that are read at the same time."
        );

    public static ServiceSetting<int> PageDocuments { get; } =
        new(
            "service.page_documents",
            Whole(1, 100_000, "documents"),
            2000,
            "Largest number of documents read from a source in one piece. A killed sync resumes after its last finished page."
        );

    public static ServiceSetting<int> PageMemSize { get; } =
        new(
            "service.page_mem_size",
            Mebibytes(0.0625, 1024),
            8 * 1024 * 1024,
            "Largest size of such a page. Smaller where elasticsearch.bulk.queue_max_mem_size has no room for it."
        );

    public static ServiceSetting<int> PagesInFlight { get; } =
        new(
            "service.pages_in_flight",
            Whole(1, 64, "pages"),
            3,
            "Pages of a partition under way: one is read while the others are written, as far as elasticsearch.bulk.queue_max_mem_size "
                + "allows."
        );

    public static ServiceSetting<TimeSpan> SourceRetryTimeLimit { get; } =
        new(
            "service.source_retry_time_limit",
            Seconds(0, 86_400),
            TimeSpan.FromMinutes(5),
            "How long a call of the source that failed in a way that may pass (a time-out, a lost connection) is tried again. At most an "
                + "hour in the function app."
        );

    public static ServiceSetting<TimeSpan> SourceCallTimeLimit { get; } =
        new(
            "service.source_call_time_limit",
            Seconds(1, 86_400),
            TimeSpan.FromMinutes(10),
            "How long one call of the source may take without an answer or progress before it is given up; the check that it is there "
                + "(PingAsync) has a minute. At most 20 minutes in the function app."
        );

    public static ServiceSetting<int> MaxFileDownloadSize { get; } =
        new(
            "service.max_file_download_size",
            Whole(0, 1024 * 1024 * 1024, "bytes"),
            10 * 1024 * 1024,
            "Files larger than this are listed without their content."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<int> MaxTextSize { get; } =
        new(
            "service.max_text_size",
            Whole(1, 268_435_456, "bytes"),
            10 * 1024 * 1024,
            "Most text of a file, in bytes as UTF-8, however it was made. Longer text is cut."
        );

    public static ServiceSetting<TimeSpan> JobCleanupInterval { get; } =
        new(
            "service.job_cleanup_interval",
            Seconds(1, 86_400),
            TimeSpan.FromSeconds(300),
            "How often the service cleans up: jobs of connectors that are gone, and secrets in jobs that are over. Jobs that fell silent "
                + "are ended at every poll."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<LogLevel> LogLevel { get; } =
        new(
            "service.log_level",
            Choice(
                ("DEBUG", Microsoft.Extensions.Logging.LogLevel.Debug),
                ("INFO", Microsoft.Extensions.Logging.LogLevel.Information),
                ("WARNING", Microsoft.Extensions.Logging.LogLevel.Warning),
                ("ERROR", Microsoft.Extensions.Logging.LogLevel.Error),
                ("CRITICAL", Microsoft.Extensions.Logging.LogLevel.Critical)
            ),
            Microsoft.Extensions.Logging.LogLevel.Information,
            "What is logged: messages of this weight and above."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<bool> DeleteOrphanedContent { get; } =
        new(
            "service.delete_orphaned_content",
            Flag,
            false,
            "Whether a connector that is marked as deleted takes its index and its jobs with it, five minutes after a service last "
                + "maintained it. Only an index that this service filled and that no other connector names."
        );

    public static ServiceSetting<string?> StateDir { get; } =
        new(
            "service.state_dir",
            Text,
            "state",
            "Folder for the progress of running syncs, relative to the configuration file. With it a killed sync resumes; keep it on a "
                + "persistent disk."
        );

    public static ServiceSetting<string?> PluginsDir { get; } =
        new(
            "service.plugins_dir",
            Text,
            "plugins",
            "Folder with sources of your own, one folder per assembly, relative to the configuration file. It need not exist."
        );

    public static IReadOnlyList<ServiceSetting> All { get; } =
    [
        Idling,
        Heartbeat,
        PreflightMaxAttempts,
        PreflightIdle,
        MaxErrors,
        MaxErrorsSpan,
        MaxConcurrentContentSyncs,
        MaxConcurrentAccessControlSyncs,
        MaxConcurrentSchedulingTasks,
        MaxConcurrentPartitions,
        PageDocuments,
        PageMemSize,
        PagesInFlight,
        SourceRetryTimeLimit,
        SourceCallTimeLimit,
        MaxFileDownloadSize,
        MaxTextSize,
        JobCleanupInterval,
        LogLevel,
        DeleteOrphanedContent,
        StateDir,
        PluginsDir,
    ];
}
