using Connectors.Emulator;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.LocalHost.Hosting;
using Connectors.Sync.Engine.Staged;
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
    private const string PollSchedule = "*/5 * * * * *";
    private const string CleanUpSchedule = "0 */5 * * * *";
    private const string Elasticsearch = "Connectors__elasticsearch__host";
    private readonly EmulatorServer? _emulator;
    private readonly AzuriteProcess? _azurite;

    private DevHostRun(EmulatorServer? emulator, AzuriteProcess? azurite, LocalFunctionHost host) =>
        (_emulator, _azurite, Host) = (emulator, azurite, host);

    public LocalFunctionHost Host { get; }

    /// <summary>Whether Elasticsearch is the emulator that belongs to this run.</summary>
    public bool IsEmulated => _emulator is not null;

    /// <summary>Whether its configuration is right. What is not, it says itself.</summary>
    public bool IsConfigured => App.Problems.Count == 0;

    private ConnectorApp App => Host.Services.GetRequiredService<ConnectorApp>();

    /// <summary>Starts it, and goes on with what the folder holds.</summary>
    /// <param name="folder">Where everything is kept.</param>
    /// <param name="arguments">Port, and how much a step does.</param>
    /// <param name="settings">The app settings; what is missing is added.</param>
    /// <param name="output">Told where things are.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="IOException">The port is taken, or the folder can't be used, because of another process for example.</exception>
    public static async Task<DevHostRun> StartAsync(
        string folder,
        LocalArguments arguments,
        IReadOnlyDictionary<string, string> settings,
        TextWriter output,
        CancellationToken cancellationToken
    )
    {
        // One that is empty is not set, as everywhere.
        var variables = new Dictionary<string, string>(
            settings.Where(setting => setting.Value.Length > 0),
            StringComparer.OrdinalIgnoreCase
        );
        EmulatorServer? emulator = null;
        AzuriteProcess? azurite = null;
        try
        {
            HostFailures.Prepare(folder);
            if (!variables.Keys.Any(name => name.StartsWith(Elasticsearch, StringComparison.OrdinalIgnoreCase)))
            {
                emulator = await StartEmulatorAsync(Path.Combine(folder, "elasticsearch"), cancellationToken);
                variables[Elasticsearch] = emulator.Uri.ToString();
            }

            azurite = await ChooseStagingAsync(folder, variables, output, cancellationToken);
            variables.TryAdd("Connectors__service__state_dir", Path.Combine(folder, "state"));
            variables.TryAdd("ConnectorsPollSchedule", PollSchedule);
            variables.TryAdd("ConnectorsCleanUpSchedule", CleanUpSchedule);
            var host = await StartHostAsync(Options(folder, arguments, variables), cancellationToken);
            var run = new DevHostRun(emulator, azurite, host);
            await output.WriteLineAsync(
                $"- {run.WhereElasticsearchIs(variables)} {host.Uri}api/health, its status page at {host.Uri}api/ui"
            );
            return run;
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

    private static async Task<EmulatorServer> StartEmulatorAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            return await EmulatorServer.StartAsync(new EmulatorOptions { DataFolder = folder }, cancellationToken);
        }
        catch (IOException failure) when (HostFailures.Explain(failure, port: 0) is { } explained)
        {
            throw new IOException(explained, failure);
        }
    }

    private static async Task<LocalFunctionHost> StartHostAsync(LocalFunctionHostOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await LocalFunctionHost.StartAsync(options, cancellationToken);
        }
        catch (Exception failure) when (HostFailures.Explain(failure, options.Port) is { } explained)
        {
            throw new IOException(explained, failure);
        }
    }

    /// <summary>How the line begins that tells addresses. That of Elasticsearch is as the app reads it; of a wrong configuration as it is
    /// written, if it is one.</summary>
    private string WhereElasticsearchIs(Dictionary<string, string> variables)
    {
        var written = variables.GetValueOrDefault(Elasticsearch, string.Empty).Split(',', StringSplitOptions.TrimEntries);
        return IsConfigured ? $"Elasticsearch is at {string.Join(", ", App.Services.Configuration.Elasticsearch.Hosts)}, the app at"
            : Array.TrueForAll(written, IsAddress) ? $"Elasticsearch is at {string.Join(", ", written)}, the app at"
            : "The app is at";

        static bool IsAddress(string text) =>
            Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https", UserInfo: "" };
    }

    // In blob storage where it can be had, as in production; on disk else. What the app settings say goes before both.
    private static async Task<AzuriteProcess?> ChooseStagingAsync(
        string folder,
        Dictionary<string, string> variables,
        TextWriter output,
        CancellationToken cancellationToken
    )
    {
        if (variables.TryGetValue("ConnectorsStagingFolder", out var chosen))
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
                builder.Configuration["ConnectorsPollSchedule"] = Schedule(variables["ConnectorsPollSchedule"], PollSchedule);
                builder.Configuration["ConnectorsCleanUpSchedule"] = Schedule(variables["ConnectorsCleanUpSchedule"], CleanUpSchedule);
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

    // A wrong one is told by the app, which has to run for that.
    private static string Schedule(string written, string usual) =>
        TimerExpression.Parse(written) is { Comes: true } ? written : usual;
}
