using static Connectors.Sync.Configuration.Settings.SettingTypes;

namespace Connectors.Sync.Configuration.Settings;

/// <summary>How files become text: <c>local_extraction</c>, <c>extraction_service</c>. docs/content.md explains them.</summary>
internal static class ExtractionSettings
{
    public static ServiceSetting<bool> LocalEnabled { get; } =
        new(
            "local_extraction.enabled",
            Flag,
            false,
            "Whether the text of PDF, Office and HTML files is extracted on this machine by separate processes instead of by the ingest "
                + "pipeline. Changing it writes every document once."
        );

    public static ServiceSetting<int> LocalProcesses { get; } =
        new(
            "local_extraction.processes",
            Whole(1, 64, "processes"),
            2,
            "Most such processes at the same time; each reads one file at a time. They end after a minute without work."
        );

    public static ServiceSetting<TimeSpan> LocalTimeout { get; } =
        new(
            "local_extraction.timeout",
            Seconds(0.1, 3600),
            TimeSpan.FromSeconds(60),
            "How long a file may take. Its process is ended then, and the file's document is indexed without its text."
        );

    public static ServiceSetting<int> LocalMaxMemory { get; } =
        new(
            "local_extraction.max_memory",
            Mebibytes(32, 2047),
            512 * 1024 * 1024,
            "How much memory for objects such a process may take; .NET itself needs some 50 MiB more."
        );

    public static ServiceSetting<string?> ServiceHost { get; } =
        new(
            "extraction_service.host",
            Text,
            null,
            "Address of Elastic's data extraction service, for connectors whose field `use_text_extraction_service` is on."
        )
        {
            IsPython = true,
        };

    public static ServiceSetting<TimeSpan> ServiceTimeout { get; } =
        new("extraction_service.timeout", Seconds(0.1, 3600), TimeSpan.FromSeconds(30), "How long it may take for one file.")
        {
            IsPython = true,
        };

    public static IReadOnlyList<ServiceSetting> All { get; } =
    [LocalEnabled, LocalProcesses, LocalTimeout, LocalMaxMemory, ServiceHost, ServiceTimeout];
}
