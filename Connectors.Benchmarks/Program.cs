using System.Globalization;
using Connectors.Benchmarks.Cold;
using Connectors.Benchmarks.Functions;
using Connectors.Benchmarks.Ids;
using Connectors.Benchmarks.Micro;
using Connectors.Benchmarks.Race;

// dotnet run build.cs -- bench [VERB]; docs/performance.md explains what is measured.
switch (args)
{
    case [] or ["race", ..] or [['-', ..], ..]:
        return await RaceCommand.RunAsync(args);
    case ["functions", ..]:
        return await FunctionsCommand.RunAsync(args[1..]);
    case ["cold", ..]:
        return await ColdCommand.RunAsync(args[1..]);
    case ["ids"]:
        return await IdsCommand.PrintAsync(10_000_000);
    case ["ids", var count]:
        return await IdsCommand.PrintAsync(int.Parse(count, NumberStyles.AllowThousands, CultureInfo.InvariantCulture));
    case ["micro", ..]:
        return MicroCommand.Run(args[1..]);

    // The processes of the race.
    case [WorkerMemory.Verb, var mongo, var elasticsearch, var activities]:
        return await WorkerMemory.ServeAsync(mongo, elasticsearch, int.Parse(activities, CultureInfo.InvariantCulture));
    case ["serve-mongo", var documents]:
        return await Servers.MongoAsync(int.Parse(documents, CultureInfo.InvariantCulture));
    case ["serve-elasticsearch", var writesPerSecond]:
        return await Servers.ElasticsearchAsync(int.Parse(writesPerSecond, CultureInfo.InvariantCulture));
    case ["ids", var count, var which]:
        return await IdsCommand.RunAsync(int.Parse(count, CultureInfo.InvariantCulture), which);
    case ["blast", var mongo, var elasticsearch]:
        return await Blast.RunAsync(mongo, elasticsearch);
    default:
        await Console.Error.WriteLineAsync(
            "Usage: bench [race] [--documents N] [--rounds N] [--pace N] | bench functions [--documents N] [--rounds N] [--times N] | "
                + "bench cold [--rounds N] | bench ids [COUNT] | bench micro [--filter PATTERN]"
        );
        return 2;
}
