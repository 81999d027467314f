using Connectors.Cli;
using Connectors.Cli.Hosting;

// First of all: an extraction process is this program again, and should be small and start at once.
if (args is [ExtractionSubcommand.Verb])
{
    return ExtractionSubcommand.Run();
}

using var shutdown = new ShutdownSignals();
return await CommandLine.RunAsync(args, CliEnvironment.OfProcess(shutdown));
