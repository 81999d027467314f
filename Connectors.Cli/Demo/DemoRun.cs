using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Syncs;
using Connectors.Emulator;
using Connectors.Sync.Configuration;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Service.Jobs;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging;

namespace Connectors.Cli.Demo;

/// <summary>The demo, step by step. Its numbers come from the job documents, and it fails when they are not those of what was done to the
/// files.</summary>
internal sealed class DemoRun(CommandSession session)
{
    private const string Index = "search-recipes";
    private const int Added = 5;
    private const int Changed = 12;
    private const int Removed = 8;
    private readonly CliEnvironment _environment = session.Environment;

    /// <summary>Runs it.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("elastic-ingest-demo-").FullName;
        try
        {
            using var log = session.CreateLog(LogLevel.Warning);
            return await RunAsync(folder, log, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<int> RunAsync(string folder, LogOutput log, CancellationToken cancellationToken)
    {
        await using var emulator = await EmulatorServer.StartAsync(
            new EmulatorOptions { TimeProvider = _environment.TimeProvider },
            cancellationToken
        );
        Numbers[] syncs;
        await using (var display = ProgressDisplay.Start(session))
        {
            display.Say($"- An emulated Elasticsearch listens on {emulator.Uri}");
            syncs = await MirrorAsync(
                new SampleFiles(Path.Combine(folder, "recipes")),
                Configuration(folder, emulator.Uri),
                display,
                log,
                cancellationToken
            );
            display.Say("- A search for \"lemon pumpkin\"");
        }

        await DemoSearch.ShowAsync(session, emulator.Uri, Index, "lemon pumpkin", cancellationToken);
        var isRight =
            syncs is [(SampleFiles.Count, 0, 0), (Added, Changed, Removed), (0, 0, 0)]
            && emulator.Count(Index) == SampleFiles.Count + Added - Removed;
        if (!isRight)
        {
            await _environment.Error.WriteLineAsync(
                $"The demo went wrong: {string.Join(", ", syncs.AsEnumerable())}, {Quantity.Of(emulator.Count(Index), "document")}."
            );
        }

        Finish(syncs[1]);
        return isRight ? ExitCode.Success : ExitCode.Failed;
    }

    private async Task<Numbers[]> MirrorAsync(
        SampleFiles files,
        ServiceConfiguration configuration,
        ProgressDisplay display,
        LogOutput log,
        CancellationToken cancellationToken
    )
    {
        files.Create();
        display.Say($"- {SampleFiles.Count} recipes lie in {files.Folder}");
        using var gateway = new ElasticsearchGateway(configuration.Elasticsearch, _environment.TimeProvider, new Random(), log.Factory);
        await gateway.ConnectAsync(cancellationToken);
        await ProtocolIndices.EnsureAsync(gateway.Documents, cancellationToken);
        var sources = new SourceCatalog(configuration.Sources, configuration.Service.PluginsFolder, log.Factory, _environment.TimeProvider);
        await using var host = new ServiceHost(gateway, configuration, sources, display, _environment.TimeProvider, log.Factory);
        var connector = await host.Service.Connectors.CreateAsync(
            new NewConnector
            {
                Name = "recipes",
                ServiceType = "dir",
                IndexName = Index,
                Status = ConnectorStatus.Configured,
                Configuration = ConnectorConfiguration.Render(
                    sources.Describe("dir").Fields,
                    new Dictionary<string, JsonNode?> { ["directory"] = files.Folder }
                ),
            },
            cancellationToken
        );
        display.Say($"- Connector {connector.Id} mirrors them into {Index}");

        display.Say("- First sync");
        var first = await SyncAsync(host, connector.Id, cancellationToken);
        display.Say($"- {Changed} recipes are changed, {Added} added, {Removed} removed");
        files.Change(Changed);
        files.Add(Added);
        files.Remove(Removed);
        display.Say("- Second sync");
        var second = await SyncAsync(host, connector.Id, cancellationToken);
        display.Say("- Third sync, nothing changed in between");
        var third = await SyncAsync(host, connector.Id, cancellationToken);
        return [first, second, third];
    }

    private async Task<Numbers> SyncAsync(ServiceHost host, string connectorId, CancellationToken cancellationToken)
    {
        var result = await host.Service.SyncNowAsync(connectorId, new SyncNowOptions(), _environment.Shutdown.Stop, cancellationToken);
        _environment.Shutdown.Stop.ThrowIfCancellationRequested();

        // What Kibana would show: the job document, read back.
        var job = result.Job is null ? null : await host.Service.Jobs.FindAsync(result.Job.Id, cancellationToken);
        return job is { Status: JobStatus.Completed }
            ? new Numbers(Number(job.Metadata, "created"), Number(job.Metadata, "updated"), job.DeletedDocumentCount)
            : throw new CliException(
                ExitCode.Failed,
                $"The demo's sync did not complete: {job?.Error ?? result.Error ?? "no job was found"}"
            );
    }

    private static long Number(JsonObject? metadata, string name) => metadata?[name]?.GetValue<long>() ?? 0;

    private static ServiceConfiguration Configuration(string folder, Uri elasticsearch)
    {
        var state = Path.Combine(folder, "state");
        var defaults = new ServiceConfiguration();
        return defaults with
        {
            Elasticsearch = new ElasticsearchOptions { Hosts = [elasticsearch] },
            Service = new ServiceOptions { StateFolder = state },
            Engine = defaults.Engine with { StateFolder = state },
            Sources = HostSources.Classes.ByServiceType,
        };
    }

    private void Finish(Numbers numbers)
    {
        if (session.IsJson)
        {
            JsonLine.Write(
                _environment.Out,
                new
                {
                    @event = "demo",
                    indexed = numbers.Created,
                    updated = numbers.Updated,
                    deleted = numbers.Deleted,
                }
            );
            return;
        }

        _environment.Out.WriteLine($"demo: indexed {numbers.Created}, updated {numbers.Updated}, deleted {numbers.Deleted}");
    }

    private sealed record Numbers(long Created, long Updated, long Deleted);
}
