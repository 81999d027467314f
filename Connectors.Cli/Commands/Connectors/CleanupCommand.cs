using System.CommandLine;
using Connectors.Abstractions;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Service;

namespace Connectors.Cli.Commands.Connectors;

/// <summary><c>elastic-ingest cleanup</c>: ends abandoned jobs once.</summary>
internal static class CleanupCommand
{
    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var command = new Command(
            "cleanup",
            "Ends canceled jobs whose process died, marks jobs as failed that nobody has worked on for five minutes, and takes passwords "
                + "out of jobs that are over, once. `poll` does it by itself."
        );
        command.SetAction((parsed, cancellationToken) => RunAsync(new CommandSession(environment, global, parsed), cancellationToken));
        return command;
    }

    public static async Task<int> RunAsync(CommandSession session, CancellationToken cancellationToken)
    {
        using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, cancellationToken);
        await using var host = new ServiceHost(
            elasticsearch.Gateway,
            session.Configuration,
            session.Sources,
            observer: null,
            session.Environment.TimeProvider,
            session.LoggerFactory
        );
        var others = new HashSet<string>(StringComparer.Ordinal);
        var served = new List<ConnectorRecord>();
        await foreach (var connector in elasticsearch.Connectors.ListAsync(cancellationToken))
        {
            if (IsServed(host.Options, connector))
            {
                served.Add(connector);
            }
            else
            {
                others.Add(connector.Id);
            }
        }

        var canceled = 0;
        await foreach (var job in elasticsearch.Jobs.UnfinishedAsync(cancellationToken))
        {
            if (
                job.Status == JobStatus.Canceling
                && !others.Contains(job.ConnectorId)
                && await host.Service.TryEndCancelingAsync(job.Id, cancellationToken)
            )
            {
                canceled++;
            }
        }

        var cleanup = host.Service.Cleanup;
        var failed = await cleanup.FailIdleJobsAsync(
            job => ValueTask.FromResult(!others.Contains(job.ConnectorId)),
            host.Options.IdleAfter,
            cancellationToken
        );
        await cleanup.TellCanceledAsync(served, cancellationToken);
        var cleared = await cleanup.RemoveSecretsAsync(job => !others.Contains(job.ConnectorId), cancellationToken);
        if (session.IsJson)
        {
            JsonLine.Write(
                session.Environment.Out,
                new
                {
                    @event = "cleanup",
                    failed,
                    canceled,
                    cleared,
                }
            );
        }
        else
        {
            if (canceled > 0)
            {
                await session.Environment.Out.WriteLineAsync($"{Quantity.Of(canceled, "abandoned job")} canceled, as was asked for.");
            }

            if (failed > 0 || canceled == 0)
            {
                await session.Environment.Out.WriteLineAsync(
                    failed == 0 ? "No abandoned jobs." : $"{Quantity.Of(failed, "abandoned job")} marked as failed."
                );
            }

            if (cleared > 0)
            {
                await session.Environment.Out.WriteLineAsync(
                    $"Secrets taken out of {Quantity.Of(cleared, "job that is", "jobs that are")} over."
                );
            }
        }

        return ExitCode.Success;
    }

    private static bool IsServed(ConnectorServiceOptions options, ConnectorRecord connector) =>
        options.Connectors.Any(entry => entry.ConnectorId == connector.Id)
        || (connector.ServiceType is { } type && options.ServiceTypes.Contains(type));
}
