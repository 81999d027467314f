using System.Globalization;
using Connectors.Benchmarks;
using Connectors.Benchmarks.Functions;
using Connectors.Benchmarks.Ids;
using Connectors.Benchmarks.Micro;
using Connectors.Benchmarks.Race;

// dotnet run build.cs -- bench [VERB]; docs/performance.md explains what is measured.
switch (args)
{
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

    // BenchmarkDotNet has options of its own.
    case ["micro", .. var more]:
        return MicroCommand.Run(more);
    default:
        return await BenchCommand.Create().Parse(args).InvokeAsync();
}
