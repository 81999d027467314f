using System.Collections;
using System.Globalization;
using Connectors.Sync.Engine.Staged;

namespace Connectors.Functions.Hosting;

/// <summary>The app settings that are not part of config.yml, because the Functions host knows them too, or because they are about this
/// host only.</summary>
public sealed record AppSettings
{
    internal const int DefaultHistoryDays = 7;
    internal const int MostHistoryDays = 3650;
    internal const string DefaultStagingContainer = "connectors-staging";

    /// <summary>All environment variables, in which a Functions host gives its app settings.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>The configuration file; <see langword="null"/> for none. Default: <c>config.yml</c> beside the app, if there is
    /// one.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>Days for which orchestrations that ended are kept (<c>ConnectorsHistoryDays</c>), 1 to 3650. Default 7, also when the
    /// setting is wrong.</summary>
    public int HistoryDays =>
        Variable("ConnectorsHistoryDays") is { } text && ReadHistoryDays(text) is { } days ? days : DefaultHistoryDays;

    /// <summary>A local folder for staging instead of blob storage (<c>ConnectorsStagingFolder</c>), for one machine.</summary>
    public string? StagingFolder => Variable("ConnectorsStagingFolder");

    /// <summary>The container for staging (<c>ConnectorsStagingContainer</c>). Default <c>connectors-staging</c>.</summary>
    public string StagingContainer => Variable("ConnectorsStagingContainer") ?? DefaultStagingContainer;

    /// <summary>Whether metrics and traces are sent (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, and an address).</summary>
    public bool ExportsTelemetry =>
        Variable("OTEL_EXPORTER_OTLP_ENDPOINT") is { } endpoint && TelemetrySettings.IsEndpoint(endpoint);

    /// <summary>Where Azure Monitor takes logs, metrics and traces (<c>APPLICATIONINSIGHTS_CONNECTION_STRING</c>); <see langword="null"/>
    /// to send none there, also when the setting is wrong.</summary>
    public string? MonitorConnection =>
        Variable("APPLICATIONINSIGHTS_CONNECTION_STRING") is { } connection && TelemetrySettings.IsMonitorConnection(connection)
            ? connection
            : null;

    /// <summary>How much a step of a sync does. No app setting: the local host and the tests make many small steps with it.</summary>
    internal StagedSyncOptions Limits { get; init; } = new();

    /// <summary>The settings of this process.</summary>
    public static AppSettings FromEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? string.Empty;
        }

        var file = Path.Combine(AppContext.BaseDirectory, "config.yml");
        return new AppSettings { Variables = variables, ConfigFile = File.Exists(file) ? file : null };
    }

    /// <summary>The number of days that a text says; <see langword="null"/> when it says none that is allowed.</summary>
    internal static int? ReadHistoryDays(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= MostHistoryDays
            ? days
            : null;

    /// <summary>A variable that is set and not empty.</summary>
    public string? Variable(string name) => Variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
}
