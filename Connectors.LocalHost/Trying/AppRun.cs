using System.Collections;
using Connectors.Emulator;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.LocalHost.Hosting;
using Microsoft.Extensions.Logging;

namespace Connectors.LocalHost.Trying;

/// <summary>The connectors' function app in this process: with an emulated Elasticsearch and staging on disk, unless app settings say otherwise.</summary>
internal sealed class AppRun : IAsyncDisposable
{
    private readonly EmulatorServer? _emulator;

    private AppRun(EmulatorServer? emulator, LocalFunctionHost host, Uri elasticsearch) => (_emulator, Host, Elasticsearch) = (emulator, host, elasticsearch);

    public LocalFunctionHost Host { get; }

    public Uri Elasticsearch { get; }

    /// <summary>Starts it.</summary>
    /// <param name="folder">Where everything is kept.</param>
    /// <param name="port">The port of the API; 0 for any.</param>
    /// <param name="level">Least weight of log messages that are shown.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    public static async Task<AppRun> StartAsync(string folder, int port, LogLevel level, CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? string.Empty;
        }

        EmulatorServer? emulator = null;
        if (!variables.TryGetValue("Connectors__elasticsearch__host", out var elasticsearch))
        {
            emulator = await EmulatorServer.StartAsync(new EmulatorOptions(), cancellationToken);
            variables["Connectors__elasticsearch__host"] = elasticsearch = emulator.Uri.ToString();
        }

        variables.TryAdd("ConnectorsStagingFolder", Path.Combine(folder, "staging"));
        variables.TryAdd("Connectors__service__state_dir", Path.Combine(folder, "state"));
        variables.TryAdd("ConnectorsPollSchedule", "*/5 * * * * *");
        variables.TryAdd("ConnectorsCleanUpSchedule", "0 */5 * * * *");
        try
        {
            var host = await LocalFunctionHost.StartAsync(
                new LocalFunctionHostOptions
                {
                    Functions = typeof(SyncJob).Assembly.GetExportedTypes(),
                    StorageFolder = Path.Combine(folder, "histories"),
                    Port = port,
                    Configure = builder =>
                    {
                        builder.Configuration["ConnectorsPollSchedule"] = variables["ConnectorsPollSchedule"];
                        builder.Configuration["ConnectorsCleanUpSchedule"] = variables["ConnectorsCleanUpSchedule"];
                        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(level).AddFilter("Microsoft", LogLevel.Warning);
                        builder.Services.AddConnectors(new AppSettings { Variables = variables });
                    },
                },
                cancellationToken);
            return new AppRun(emulator, host, new Uri(elasticsearch));
        }
        catch
        {
            await (emulator?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await (_emulator?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
