using System.CommandLine;
using Connectors.Cli.Demo;
using Connectors.Cli.Hosting;

namespace Connectors.Cli.Commands.Setup;

/// <summary><c>elastic-ingest demo</c>: shows the service at work, without a server and without leaving anything behind.</summary>
internal static class DemoCommand
{
    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var command = new Command(
            "demo",
            "Shows the service at work: starts an emulator, mirrors a folder of sample files three times, searches them. Needs no server "
                + "and leaves nothing behind."
        );
        command.SetAction(
            (parsed, cancellationToken) => new DemoRun(new CommandSession(environment, global, parsed)).RunAsync(cancellationToken)
        );
        return command;
    }
}
