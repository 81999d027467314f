using Connectors.Abstractions;
using Connectors.Sync.Configuration.Settings;

namespace Connectors.Functions.Hosting;

/// <summary>What is wrong with the app settings that are not part of config.yml. What says where staging is says it itself
/// (<see cref="StagingSettings"/>).</summary>
internal static class AppSettingFaults
{
    private const string ClientId = "the client id of an identity. Copy it from the identity's page.";

    /// <summary>The app's own settings, beside those of config.yml.</summary>
    private static readonly string[] Names =
    [
        "ConnectorsPollSchedule",
        "ConnectorsCleanUpSchedule",
        "ConnectorsHistoryDays",
        "ConnectorsStagingContainer",
        "ConnectorsStagingFolder",
    ];

    /// <summary>A sentence for every setting that is probably meant to be one of the app's own, and is not. Others may be somebody
    /// else's.</summary>
    public static IEnumerable<string> Misspelt(AppSettings settings) =>
        from written in settings.Variables.Keys
        where !Names.Contains(written, StringComparer.OrdinalIgnoreCase)
        let near = KeySuggestion.Nearest(written, Names)
        where near is not null
        select $"{written}: there is no such setting. Did you mean {near}?";

    /// <summary>A sentence for every setting whose value is none, with the way out.</summary>
    public static IEnumerable<string> Of(AppSettings settings)
    {
        IEnumerable<string?> found =
        [
            OfSchedule(settings, "ConnectorsPollSchedule", "*/30 * * * * *"),
            OfSchedule(settings, "ConnectorsCleanUpSchedule", "0 */5 * * * *"),
            Of(
                settings,
                "ConnectorsHistoryDays",
                value => AppSettings.ReadHistoryDays(value) is not null,
                $"a whole number of days, 1 to {AppSettings.MostHistoryDays}. The default is {AppSettings.DefaultHistoryDays}."
            ),
            Of(
                settings,
                "ConnectorsStagingContainer",
                StagingSettings.IsContainerName,
                "a container's name: 3 to 63 lower-case letters, digits and single hyphens between them. The default is "
                    + $"{AppSettings.DefaultStagingContainer}."
            ),
            Of(
                settings,
                "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT",
                value => value is "0" or "1" || bool.TryParse(value, out _),
                "true or false. The default is true."
            ),
            Of(
                settings,
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                TelemetrySettings.IsEndpoint,
                "an address. Write it with scheme and port: http://localhost:4317."
            ),
            Of(
                settings,
                "APPLICATIONINSIGHTS_CONNECTION_STRING",
                TelemetrySettings.IsMonitorConnection,
                "a connection string: InstrumentationKey=...;IngestionEndpoint=https://... . Copy it from the page of Application Insights."
            ),
            Of(settings, "AZURE_CLIENT_ID", value => Guid.TryParse(value, out _), ClientId),
            Of(settings, "AzureWebJobsStorage__clientId", value => Guid.TryParse(value, out _), ClientId),
        ];
        return found.OfType<string>();
    }

    private static string? OfSchedule(AppSettings settings, string name, string example) =>
        Of(
            settings,
            name,
            value => TimerExpression.Parse(value) is not null,
            $"a schedule. Write NCRONTAB with six fields, seconds first: {example}."
        )
        ?? (
            settings.Variable(name) is { } written && TimerExpression.Parse(written) is { Comes: false }
                ? $"{name}: a time that never comes, such as the 30th of February. Write a schedule that does: {example}."
                : null
        );

    /// <param name="settings">All of them.</param>
    /// <param name="name">The setting.</param>
    /// <param name="isRight">Whether its value is one.</param>
    /// <param name="expected">What the value is not, and the way out.</param>
    private static string? Of(AppSettings settings, string name, Func<string, bool> isRight, string expected) =>
        // A reference to a secret that Azure could not read is told as that.
        settings.Variable(name) is { } value && !KeyVaultReferences.IsReference(value) && !isRight(value)
            ? $"{name}: {Redactor.Quote(value)} is not {expected}"
            : null;
}
