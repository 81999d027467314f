using Connectors.Emulator;
using Connectors.Tests.Support.MongoWire;

namespace Connectors.Benchmarks.Race;

/// <summary>The servers of the race, each in a process of its own. They say <c>ready ADDRESS</c> and end when their input ends.</summary>
internal static class Servers
{
    public const string Database = "shop";
    public const string Collection = "orders";

    /// <summary><c>serve-mongo COUNT</c>: sample documents behind MongoDB's wire protocol. The line <c>touch</c> counts a write operation,
    /// so that a source that asks cheaply can't say "unchanged".</summary>
    public static async Task<int> MongoAsync(int count)
    {
        await using var server = await MongoWireServer.StartAsync();
        server.RecordsCommands = false;
        var collection = server.AddCollection(Database, Collection, SampleDocuments.Bson(count));
        await Console.Out.WriteLineAsync($"ready {server.ConnectionString}");
        while (await Console.In.ReadLineAsync() is not null)
        {
            collection.WriteOperations++;
            await Console.Out.WriteLineAsync("touched");
        }

        return 0;
    }

    /// <summary><c>serve-elasticsearch WRITES</c>: the emulator, which takes so many writes a second; 0 for as many as it can.</summary>
    public static async Task<int> ElasticsearchAsync(int writesPerSecond)
    {
        await using var server = await EmulatorServer.StartAsync(
            new EmulatorOptions { WritesPerSecond = writesPerSecond },
            CancellationToken.None
        );
        await Console.Out.WriteLineAsync($"ready {server.Uri}");
        while (await Console.In.ReadLineAsync() is not null)
        {
            // Nothing is asked of it.
        }

        return 0;
    }
}
