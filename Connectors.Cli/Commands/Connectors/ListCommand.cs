using System.CommandLine;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output.Listings;

namespace Connectors.Cli.Commands.Connectors;

/// <summary><c>elastic-ingest list</c>: connectors and their state, sources and their fields.</summary>
internal static class ListCommand
{
    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var what = new Argument<string>("WHAT")
        {
            Description = "connectors or sources; without it both.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        what.AcceptWords("connectors", "sources");
        var command = new Command("list", "Shows the connectors with their state, and the sources with their fields.") { what };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(new CommandSession(environment, global, parsed), cancellationToken, parsed.GetValue(what))
        );
        return command;
    }

    public static async Task<int> RunAsync(CommandSession session, CancellationToken cancellationToken, string? what = null)
    {
        if (what is null or "sources")
        {
            SourceListing.Write(session);
        }

        if (what is null or "connectors")
        {
            using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, cancellationToken);
            await ConnectorListing.WriteAsync(session, elasticsearch.Connectors, cancellationToken);
        }

        return ExitCode.Success;
    }
}
