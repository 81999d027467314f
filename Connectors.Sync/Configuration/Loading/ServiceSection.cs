using static Connectors.Sync.Configuration.Settings.LoopSettings;

namespace Connectors.Sync.Configuration.Loading;

/// <summary>Builds section <c>service</c>.</summary>
internal static class ServiceSection
{
    /// <summary>Reads the section; what is not set has its default.</summary>
    /// <param name="reader">The source of the settings.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    public static ServiceOptions Read(ConfigReader reader, string folder) =>
        new()
        {
            Idling = reader.Get(Idling),
            Heartbeat = reader.Get(Heartbeat),
            PreflightMaxAttempts = reader.Get(PreflightMaxAttempts),
            PreflightIdle = reader.Get(PreflightIdle),
            MaxErrors = reader.Get(MaxErrors),
            MaxErrorsSpan = reader.Get(MaxErrorsSpan),
            MaxConcurrentContentSyncs = reader.Get(MaxConcurrentContentSyncs),
            MaxConcurrentAccessControlSyncs = reader.Get(MaxConcurrentAccessControlSyncs),
            MaxConcurrentSchedulingTasks = reader.Get(MaxConcurrentSchedulingTasks),
            JobCleanupInterval = reader.Get(JobCleanupInterval),
            DeleteOrphanedContent = reader.Get(DeleteOrphanedContent),
            LogLevel = reader.Get(LogLevel),
            StateFolder = Path.GetFullPath(reader.Get(StateDir)!, folder),
            PluginsFolder = Path.GetFullPath(reader.Get(PluginsDir)!, folder),
        };
}
