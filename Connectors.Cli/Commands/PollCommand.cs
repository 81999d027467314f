using System.CommandLine;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Sync.Service;

namespace Connectors.Cli.Commands;

/// <summary><c>elastic-ingest poll</c>: the service.</summary>
internal static class PollCommand
{
    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var oneSync = new Option<bool>("--one-sync") { Description = "Run what is due or waits, once, and exit: for cron jobs and containers that end." };
        var command = new Command("poll", "Serves connectors until it is stopped: looks after them, makes the syncs that are due and runs them. The default.") { oneSync };
        command.SetAction((parsed, cancellationToken) => RunAsync(new CommandSession(environment, global, parsed, isService: true), parsed.GetValue(oneSync), cancellationToken));
        return command;
    }

    public static async Task<int> RunAsync(CommandSession session, bool oneSync, CancellationToken cancellationToken)
    {
        var stop = session.Environment.Shutdown.Stop;
        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: true, cancellationToken);
        await using var display = ProgressDisplay.Start(session);
        await using var host = new ServiceHost(
            elasticsearch.Gateway, session.Configuration, session.Sources, display, session.Environment.TimeProvider, session.LoggerFactory);
        if (!oneSync)
        {
            await host.Service.RunAsync(stop, cancellationToken);
            return stop.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Success;
        }

        var results = await host.Service.RunOnceAsync(stop, cancellationToken);
        return stop.IsCancellationRequested
            ? ExitCode.Interrupted
            : results.Any(result => result.End is SyncResultEnd.Failed or SyncResultEnd.Canceled) ? ExitCode.Failed : ExitCode.Success;
    }
}
