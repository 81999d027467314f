using System.CommandLine;
using Connectors.Cli.Commands.Connectors;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Listings;
using Connectors.Cli.Output.Syncs;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;

namespace Connectors.Cli.Commands;

/// <summary><c>elastic-ingest sync ID</c>: one sync of one connector, now.</summary>
internal static class SyncCommand
{
    private const string Stopping = "Stopping: the page in flight is finished. Ctrl-C once more stops at once.";

    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var id = ConnectorCommand.IdArgument();
        var dryRun = new Option<bool>("--dry-run") { Description = "Print what would be added, updated and deleted, and write nothing." };
        var allowMassDelete = new Option<bool>("--allow-mass-delete")
        {
            Description = "Let this sync delete more than the delete guard allows.",
        };
        var reindex = new Option<bool>("--reindex") { Description = "Write every document again, changed or not." };
        var incremental = new Option<bool>("--incremental")
        {
            Description = "Read only what changed since the last sync, where the source can tell.",
        };
        var deletesOnly = new Option<bool>("--deletes-only")
        {
            Description = "Read ids only and delete what vanished from the source; write nothing.",
        };
        var noDeletes = new Option<bool>("--no-deletes") { Description = "Write what is new or changed and delete nothing." };
        var accessControl = new Option<bool>("--access-control")
        {
            Description = "Sync only the users of the source and their permissions, no documents.",
        };
        var command = new Command("sync", "Syncs one connector now and exits.")
        {
            id,
            incremental,
            deletesOnly,
            noDeletes,
            accessControl,
            dryRun,
            allowMassDelete,
            reindex,
        };
        command.Validators.Add(result =>
        {
            string[] chosen =
            [
                .. new[] { incremental, deletesOnly, noDeletes, accessControl }.Where(result.GetValue).Select(option => option.Name),
            ];
            if (chosen.Length > 1)
            {
                result.AddError($"{string.Join(" and ", chosen)}: a sync is of one kind. Leave one out.");
            }
        });
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    new CommandSession(environment, global, parsed),
                    parsed.GetRequiredValue(id),
                    new SyncNowOptions(parsed.GetValue(dryRun), parsed.GetValue(allowMassDelete), parsed.GetValue(reindex), KindOf(parsed))
                    {
                        AccessControl = parsed.GetValue(accessControl),
                    },
                    cancellationToken
                )
        );
        return command;

        SyncKind KindOf(ParseResult parsed) =>
            parsed.GetValue(incremental) ? SyncKind.Incremental
            : parsed.GetValue(deletesOnly) ? SyncKind.DeletesOnly
            : parsed.GetValue(noDeletes) ? SyncKind.NoDeletes
            : SyncKind.Full;
    }

    private static async Task<int> RunAsync(
        CommandSession session,
        string idOrName,
        SyncNowOptions options,
        CancellationToken cancellationToken
    )
    {
        if (SyncOptionsValidator.Find(options, SyncOptionNames.CommandLine) is { } contradiction)
        {
            throw new CliException(ExitCode.Usage, $"sync: {contradiction}");
        }

        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, cancellationToken);
        var connector = await Lookup.ConnectorAsync(elasticsearch.Connectors, idOrName, cancellationToken);
        if (
            options.AccessControl
            && AccessControlCheck.Problem(connector, new SourceCheck(session.Sources, session.Environment.TimeProvider))
                is { } impossible
        )
        {
            throw new CliException(ExitCode.Usage, impossible);
        }

        SyncResult result;
        await using (var display = options.DryRun ? null : ProgressDisplay.Start(session))
        {
            await using var host = new ServiceHost(
                elasticsearch.Gateway,
                session.Configuration,
                session.Sources,
                display,
                session.Environment.TimeProvider,
                session.LoggerFactory
            );
            using var said = session.IsJson ? default : session.Environment.Shutdown.Stop.Register(() => display?.Say(Stopping));
            try
            {
                result = await host.Service.SyncNowAsync(connector.Id, options, session.Environment.Shutdown.Stop, cancellationToken);
            }
            catch (Exception failure) when (UnexpectedFailure.Note(connector.Name ?? connector.Id, failure))
            {
                throw;
            }
        }

        if (options.DryRun)
        {
            DryRunReport.Write(session, connector.Name ?? connector.Id, result);
        }

        return session.Environment.Shutdown.Stop.IsCancellationRequested ? ExitCode.Interrupted
            : result.End == SyncResultEnd.Completed ? ExitCode.Success
            : ExitCode.Failed;
    }
}
