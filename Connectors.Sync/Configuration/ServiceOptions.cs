using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Configuration;

/// <summary>Settings of the service (<c>service</c>). The defaults are those of an empty configuration in the current folder.</summary>
internal sealed record ServiceOptions
{
    /// <summary>The polling interval of connectors and jobs. Default 30 s.</summary>
    public TimeSpan Idling { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a connector's <c>last_seen</c> is written. Default 300 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How often the startup checks are tried. Default 10.</summary>
    public int PreflightMaxAttempts { get; init; } = 10;

    /// <summary>Delay between two tries of the startup checks. Default 30 s.</summary>
    public TimeSpan PreflightIdle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The service ends after more failed polls than this within <see cref="MaxErrorsSpan"/>. Default 20.</summary>
    public int MaxErrors { get; init; } = 20;

    /// <summary>The time window of <see cref="MaxErrors"/>. Default 600 s.</summary>
    public TimeSpan MaxErrorsSpan { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>Content syncs at the same time. Default 1.</summary>
    public int MaxConcurrentContentSyncs { get; init; } = 1;

    /// <summary>Access control syncs at the same time, beside the content syncs. Default 1.</summary>
    public int MaxConcurrentAccessControlSyncs { get; init; } = 1;

    /// <summary>Connectors checked at the same time. Default 4.</summary>
    public int MaxConcurrentSchedulingTasks { get; init; } = 4;

    /// <summary>The interval of the clean-up of abandoned jobs. Default 300 s.</summary>
    public TimeSpan JobCleanupInterval { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Whether the index and the jobs of a deleted connector are deleted. Default false.</summary>
    public bool DeleteOrphanedContent { get; init; }

    /// <summary>The minimum level of log messages. Default information.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Full path of the folder for the progress of running syncs. It need not exist yet.</summary>
    public string StateFolder { get; init; } = Path.GetFullPath("state");

    /// <summary>Full path of the folder with plug-in sources. It need not exist.</summary>
    public string PluginsFolder { get; init; } = Path.GetFullPath("plugins");

    internal int MaxConcurrentSyncs(bool isAccessControl) => isAccessControl ? MaxConcurrentAccessControlSyncs : MaxConcurrentContentSyncs;
}
