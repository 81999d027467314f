using System.CommandLine;
using System.Net;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Cli.Output.Syncs;
using Connectors.Cli.Ui;
using Connectors.Sync.Service.Jobs;

namespace Connectors.Cli.Commands;

/// <summary><c>elastic-ingest poll</c>: the service.</summary>
internal static class PollCommand
{
    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var oneSync = new Option<bool>("--one-sync")
        {
            Description = "Run what is due or waits, once, and exit: for cron jobs and containers that end.",
        };
        var ui = new Option<string?>("--ui")
        {
            Description =
                "Serve a status page at this address of this machine, such as 127.0.0.1:8080: what runs, what ran, sync now, cancel, dry "
                + "run.",
            HelpName = "ADDRESS:PORT",
        };
        var command = new Command(
            "poll",
            "Serves connectors until it is stopped: maintains them, creates due syncs and runs them. The default."
        )
        {
            oneSync,
            ui,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    new CommandSession(environment, global, parsed, isService: true),
                    parsed.GetValue(oneSync),
                    cancellationToken,
                    parsed.GetValue(ui)
                )
        );
        return command;
    }

    public static async Task<int> RunAsync(CommandSession session, bool oneSync, CancellationToken cancellationToken, string? ui = null)
    {
        var address = Address(ui, oneSync);

        // A class that is there and is broken is told of each connector that needs it; the others are served.
        var wrong = session.SourceProblems().Where(problem => !session.Sources.HasClass(problem.Key["sources.".Length..])).ToList();
        if (wrong.Count > 0)
        {
            throw new CliException(ExitCode.Configuration, [.. wrong.Select(problem => problem.ToString())]);
        }

        var stop = session.Environment.Shutdown.Stop;
        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: true, cancellationToken);
        await using var display = ProgressDisplay.Start(session, oneSync ? "the sync" : "the service");
        await using var host = new ServiceHost(
            elasticsearch.Gateway,
            session.Configuration,
            session.Sources,
            display,
            session.Environment.TimeProvider,
            session.LoggerFactory
        );
        if (!oneSync)
        {
            await using var page = address is null ? null : await UiServer.StartAsync(session, host, address, cancellationToken);
            if (page is not null && session.IsJson)
            {
                JsonLine.Write(session.Environment.Out, new { @event = "listening", url = page.Page.ToString() });
            }
            else if (page is not null)
            {
                display.Say($"Status page: {page.Page}");
            }

            await host.Service.RunAsync(stop, cancellationToken);
            return stop.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Success;
        }

        var results = await host.Service.RunOnceAsync(stop, cancellationToken);
        if (results.Count == 0 && !stop.IsCancellationRequested)
        {
            display.Say("Nothing was due.");
        }

        return stop.IsCancellationRequested ? ExitCode.Interrupted
            : results.Any(result => result.End is SyncResultEnd.Failed or SyncResultEnd.Canceled) ? ExitCode.Failed
            : ExitCode.Success;
    }

    private static IPEndPoint? Address(string? ui, bool oneSync)
    {
        if (ui is null)
        {
            return null;
        }

        return oneSync
            ? throw new CliException(
                ExitCode.Usage,
                "--ui can't be combined with --one-sync: there would be nothing to look at when it has ended."
            )
            : UiAddress.Parse(ui, out var problem) ?? throw new CliException(ExitCode.Usage, problem!);
    }
}
