using Connectors.Cli;
using Connectors.Cli.Hosting;

using var shutdown = new ShutdownSignals();
return await CommandLine.RunAsync(args, CliEnvironment.OfProcess(shutdown));
