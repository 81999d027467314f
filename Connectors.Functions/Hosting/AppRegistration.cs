using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Connectors.Functions.Activities;
using Connectors.Functions.Http;
using Connectors.Functions.Triggers;
using Connectors.Sync.Diagnostics;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Connectors.Functions.Hosting;

/// <summary>Registers the app's services, on every host.</summary>
public static class AppRegistration
{
    /// <summary>Adds the app's services.</summary>
    public static IServiceCollection AddConnectors(this IServiceCollection services, AppSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ConnectorApp>();
        services.AddSingleton<StepRunner>();
        services.AddSingleton<SyncStarter>();
        services.AddSingleton<ApiRunner>();

        // In Azure a message is found by what it is about: its job, connector and index stand in scopes.
        services.Configure<OpenTelemetryLoggerOptions>(logging => (logging.IncludeFormattedMessage, logging.IncludeScopes) = (true, true));
        var telemetry = services
            .AddOpenTelemetry()
            .UseFunctionsWorkerDefaults()
            .WithTracing(tracing => tracing.AddSource(SyncTelemetry.Name))
            .WithMetrics(metrics => metrics.AddMeter(SyncTelemetry.Name));
        if (settings.ExportsTelemetry)
        {
            telemetry.UseOtlpExporter();
        }

        if (settings.MonitorConnection is { } connection)
        {
            // As the app's identity where it has one: the template switches keys off.
            telemetry.UseAzureMonitorExporter(monitor =>
            {
                // The exporter keeps five traces a second. What is logged in the others has to arrive all the same: the alert about failed
                // syncs waits for it (infra/modules/alerts.bicep).
                monitor.EnableTraceBasedLogsSampler = false;
                monitor.ConnectionString = connection;
                monitor.Credential = settings.Variable("AZURE_CLIENT_ID") is { } identity
                    ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(identity))
                    : null;
            });
        }

        return services;
    }
}
