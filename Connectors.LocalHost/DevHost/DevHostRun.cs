using Connectors.Emulator;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.LocalHost.Hosting;
using Connectors.Sync.Engine.Staged;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Connectors.LocalHost.DevHost;

/// <summary>
/// The connectors' function app in this process, with an emulated Elasticsearch, and with staging in Azurite or on disk, unless app
/// settings say otherwise.
/// </summary>
internal sealed class DevHostRun : IAsyncDisposable
{
    private readonly EmulatorServer? _emulator;
    private readonly AzuriteProcess? _azurite;

    private DevHostRun(EmulatorServer? emulator, AzuriteProcess? azurite, LocalFunctionHost host, Uri elasticsearch) =>
        (_emulator, _azurite, Host, Elasticsearch) = (emulator, azurite, host, elasticsearch);

    public LocalFunctionHost Host { get; }

    public Uri Elasticsearch { get; }

    /// <summary>Whether Elasticsearch is the emulator that belongs to this run.</summary>
    public bool IsEmulated => _emulator is not null;

    /// <summary>Whether its configuration is right. What is not, it says itself.</summary>
    public bool IsConfigured => Host.Services.GetRequiredService<ConnectorApp>().Problems.Count == 0;

    /// <summary>Starts it, and goes on with what the folder holds.</summary>
    /// <param name="folder">Where everything is kept.</param>
    /// <param name="arguments">Port, and how much a step does.</param>
    /// <param name="settings">The app settings; what is missing is added.</param>
    /// <param name="output">Told where things are.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="IOException">The port is taken, or another process uses the folder.</exception>
    public static async Task<DevHostRun> StartAsync(
        string folder,
        LocalArguments arguments,
        IReadOnlyDictionary<string, string> settings,
        TextWriter output,
        CancellationToken cancellationToken
    )
    {
        var variables = new Dictionary<string, string>(settings, StringComparer.OrdinalIgnoreCase);
        EmulatorServer? emulator = null;
        AzuriteProcess? azurite = null;
        try
        {
            if (!variables.TryGetValue("Connectors__elasticsearch__host", out var elasticsearch))
            {
                emulator = await EmulatorServer.StartAsync(
                    new EmulatorOptions { DataFolder = Path.Combine(folder, "elasticsearch") },
                    cancellationToken
                );
                variables["Connectors__elasticsearch__host"] = elasticsearch = emulator.Uri.ToString();
            }

            azurite = await ChooseStagingAsync(folder, variables, output, cancellationToken);
            variables.TryAdd("Connectors__service__state_dir", Path.Combine(folder, "state"));
            variables.TryAdd("ConnectorsPollSchedule", "*/5 * * * * *");
            variables.TryAdd("ConnectorsCleanUpSchedule", "0 */5 * * * *");
            var host = await StartHostAsync(Options(folder, arguments, variables), cancellationToken);
            await output.WriteLineAsync(
                $"- Elasticsearch is at {elasticsearch}, the app at {host.Uri}api/health, its status page at {host.Uri}api/ui"
            );
            return new DevHostRun(emulator, azurite, host, new Uri(elasticsearch.Split(',')[0]));
        }
        catch
        {
            await (azurite?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (emulator?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await (_azurite?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_emulator?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static async Task<LocalFunctionHost> StartHostAsync(LocalFunctionHostOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await LocalFunctionHost.StartAsync(options, cancellationToken);
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            throw new IOException(
                $"Port {options.Port} of 127.0.0.1 is taken by another program. --port N takes another one, --port 0 any that is free.",
                failure
            );
        }
    }

    // In blob storage where it can be had, as in production; on disk else. What the app settings say goes before both.
    private static async Task<AzuriteProcess?> ChooseStagingAsync(
        string folder,
        Dictionary<string, string> variables,
        TextWriter output,
        CancellationToken cancellationToken
    )
    {
        if (variables.TryGetValue("ConnectorsStagingFolder", out var chosen) && chosen.Length > 0)
        {
            await output.WriteLineAsync($"- Staging is in the folder {chosen}, as ConnectorsStagingFolder says");
        }
        else if (variables.Keys.Any(name => name.StartsWith("AzureWebJobsStorage", StringComparison.OrdinalIgnoreCase)))
        {
            await output.WriteLineAsync("- Staging is in blob storage, as AzureWebJobsStorage says");
        }
        else if (
            variables.TryGetValue("CONNECTORS_AZURITE", out var script)
            && await AzuriteProcess.TryStartAsync(script, Path.Combine(folder, "azurite"), cancellationToken) is { } azurite
        )
        {
            variables["AzureWebJobsStorage"] = azurite.ConnectionString;
            await output.WriteLineAsync($"- Staging is in Azurite, at {azurite.Address}");
            return azurite;
        }
        else
        {
            variables["ConnectorsStagingFolder"] = Path.Combine(folder, "staging");
            await output.WriteLineAsync($"- Staging is in the folder {variables["ConnectorsStagingFolder"]}: there is no Azurite here");
        }

        return null;
    }

    private static LocalFunctionHostOptions Options(string folder, LocalArguments arguments, Dictionary<string, string> variables) =>
        new()
        {
            Functions = typeof(SyncJob).Assembly.GetExportedTypes(),
            StorageFolder = Path.Combine(folder, "histories"),
            Port = arguments.Port,
            Configure = builder =>
            {
                builder.Configuration["ConnectorsPollSchedule"] = variables["ConnectorsPollSchedule"];
                builder.Configuration["ConnectorsCleanUpSchedule"] = variables["ConnectorsCleanUpSchedule"];
                builder
                    .Logging.AddConsoleFormatter<VisibleConsole, ConsoleFormatterOptions>()
                    .AddConsole(console => console.FormatterName = VisibleConsole.FormatterName)
                    .SetMinimumLevel(arguments.IsOnce ? LogLevel.Warning : LogLevel.Information)
                    .AddFilter("Microsoft", LogLevel.Warning)
                    // That the host can't start is thrown too, and told in a sentence.
                    .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
                var usual = new StagedSyncOptions();
                builder.Services.AddConnectors(
                    new AppSettings
                    {
                        Variables = variables,
                        Limits = arguments.Step is { } step
                            ? usual with
                            {
                                MaxDocuments = step,
                                MaxOperations = step,
                                DeletesPerPart = Math.Min(step, usual.DeletesPerPart),
                            }
                            : usual,
                    }
                );
            },
        };
}
