using System.CommandLine;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Sync.Engine;
using Connectors.Sync.Service;

namespace Connectors.Cli.Commands;

/// <summary><c>elastic-ingest sync ID</c>: one sync of one connector, now.</summary>
internal static class SyncCommand
{
    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var id = new Argument<string>("ID") { Description = "Id or name of the connector, as `list` shows it." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Print what would be added, updated and deleted, and write nothing." };
        var allowMassDelete = new Option<bool>("--allow-mass-delete") { Description = "Let this sync delete more than elasticsearch.delete_guard.max_percent allows." };
        var reindex = new Option<bool>("--reindex") { Description = "Write every document again, changed or not." };
        var incremental = new Option<bool>("--incremental") { Description = "Read only what changed since the last sync, where the source can tell." };
        var command = new Command("sync", "Syncs one connector now and exits.") { id, incremental, dryRun, allowMassDelete, reindex };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new CommandSession(environment, global, parsed),
            parsed.GetRequiredValue(id),
            new SyncNowOptions(parsed.GetValue(dryRun), parsed.GetValue(allowMassDelete), parsed.GetValue(reindex), parsed.GetValue(incremental) ? SyncKind.Incremental : SyncKind.Full),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandSession session, string idOrName, SyncNowOptions options, CancellationToken cancellationToken)
    {
        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, cancellationToken);
        var connector = await Lookup.ConnectorAsync(elasticsearch.Connectors, idOrName, cancellationToken);
        SyncResult result;
        await using (var display = options.DryRun ? null : ProgressDisplay.Start(session))
        {
            using var host = new ServiceHost(
                elasticsearch.Gateway, session.Configuration, session.Sources, display, session.Environment.TimeProvider, session.LoggerFactory);
            result = await host.Service.SyncNowAsync(connector.Id, options, session.Environment.Shutdown.Stop, cancellationToken);
        }

        if (options.DryRun)
        {
            DryRunReport.Write(session, connector.Name ?? connector.Id, result);
        }

        return session.Environment.Shutdown.Stop.IsCancellationRequested
            ? ExitCode.Interrupted
            : result.End == SyncResultEnd.Completed ? ExitCode.Success : ExitCode.Failed;
    }
}
