using Connectors.Cli;
using Connectors.Cli.Hosting;

// Cultures are off (see Directory.Build.props), unless somebody asks for them as .NET has it: the driver of SQL Server needs them. The
// runtime looks at the switch at the first text that is compared, so this comes first.
if (Environment.GetEnvironmentVariable("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT") is "0" or "false")
{
    AppContext.SetSwitch("System.Globalization.Invariant", false);
}

// An extraction process is this program again, and should be small and start at once.
if (args is [ExtractionSubcommand.Verb])
{
    return ExtractionSubcommand.Run();
}

using var shutdown = new ShutdownSignals();
return await CommandLine.RunAsync(args, CliEnvironment.OfProcess(shutdown));
