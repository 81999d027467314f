using Connectors.Abstractions;

namespace Connectors.Functions.Hosting;

/// <summary>What is wrong with the app settings that are not part of config.yml. What says where staging is says it itself
/// (<see cref="StagingSettings"/>).</summary>
internal static class AppSettingFaults
{
    /// <summary>A sentence for every setting whose value is none, with the way out.</summary>
    public static IEnumerable<string> Of(AppSettings settings) =>
        Schedules(settings)
            .Concat(Values(settings))
            .OfType<(string Name, string Problem)>()
            .Select(fault => $"{fault.Name}: {fault.Problem}");

    private static IEnumerable<(string Name, string Problem)?> Schedules(AppSettings settings)
    {
        yield return Schedule("ConnectorsPollSchedule", settings.Variable("ConnectorsPollSchedule"), "*/30 * * * * *");
        yield return Schedule("ConnectorsCleanUpSchedule", settings.Variable("ConnectorsCleanUpSchedule"), "0 */5 * * * *");
    }

    private static (string Name, string Problem)? Schedule(string name, string? value, string example) =>
        value is null || KeyVaultReferences.IsReference(value) ? null
        : !TimerExpression.TryParse(value, out var comes) ? (
            name,
            $"{Redactor.Quote(value)} is no schedule. Write NCRONTAB with six fields, seconds first: {example}."
        )
        : comes ? null
        : (name, $"a time that never comes, such as the 30th of February. Write a schedule that does: {example}.");

    private static IEnumerable<(string Name, string Problem)?> Values(AppSettings settings)
    {
        yield return Fault(
            "ConnectorsHistoryDays",
            settings.Variable("ConnectorsHistoryDays"),
            value => AppSettings.ReadHistoryDays(value) is not null,
            $"a whole number of days, 1 to {AppSettings.MostHistoryDays}. The default is {AppSettings.DefaultHistoryDays}."
        );
        yield return Fault(
            "ConnectorsStagingContainer",
            settings.Variable("ConnectorsStagingContainer"),
            StagingSettings.IsContainerName,
            "a container's name: 3 to 63 lower-case letters, digits and single hyphens between them. The default is "
                + $"{AppSettings.DefaultStagingContainer}."
        );
        yield return Fault(
            "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT",
            settings.Variable("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"),
            value => value is "0" or "1" || bool.TryParse(value, out _),
            "true or false. The default is true."
        );
        yield return Fault(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            settings.Variable("OTEL_EXPORTER_OTLP_ENDPOINT"),
            TelemetrySettings.IsEndpoint,
            "an address. Write it with scheme and port: http://localhost:4317."
        );
        yield return Fault(
            "APPLICATIONINSIGHTS_CONNECTION_STRING",
            settings.Variable("APPLICATIONINSIGHTS_CONNECTION_STRING"),
            TelemetrySettings.IsMonitorConnection,
            "a connection string: InstrumentationKey=...;IngestionEndpoint=https://... . Copy it from the page of Application Insights."
        );
        yield return ClientId("AZURE_CLIENT_ID", settings.Variable("AZURE_CLIENT_ID"));
        yield return ClientId("AzureWebJobsStorage__clientId", settings.Variable("AzureWebJobsStorage__clientId"));
    }

    private static (string Name, string Problem)? ClientId(string name, string? value) =>
        Fault(name, value, text => Guid.TryParse(text, out _), "the client id of an identity. Copy it from the identity's page.");

    /// <param name="name">The setting.</param>
    /// <param name="value">Its value; <see langword="null"/> when it is not set.</param>
    /// <param name="isRight">Whether that is one.</param>
    /// <param name="expected">What it is not, and the way out.</param>
    private static (string Name, string Problem)? Fault(string name, string? value, Func<string, bool> isRight, string expected) =>
        // A reference to a secret that Azure could not read is told as that.
        value is null || KeyVaultReferences.IsReference(value) || isRight(value)
            ? null
            : (name, $"{Redactor.Quote(value)} is not {expected}");
}
