using Connectors.Benchmarks.Micro;

// dotnet run build.cs -- bench [VERB]; docs/performance.md explains what is measured.
switch (args.FirstOrDefault())
{
    case "micro":
        return MicroCommand.Run(args[1..]);
    default:
        await Console.Error.WriteLineAsync("Usage: bench micro [--filter PATTERN]");
        return 2;
}
