using System.Globalization;
using Connectors.Benchmarks.Race;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Microsoft.Extensions.Logging.Abstractions;

namespace Connectors.Benchmarks.Ids;

/// <summary>
/// <c>ids COUNT</c>: a first sync of so many tiny documents, and a re-sync that changes nothing, by the engine alone, without servers, each
/// in a process of its own (<c>ids COUNT first</c>, <c>ids COUNT again</c>). What counts is the most memory that they had resident.
/// </summary>
internal static class IdsCommand
{
    private const double Mebibyte = 1024 * 1024;

    // As elastic-ingest's project has them: the memory is that of this program.
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["DOTNET_GCGen0MaxBudget"] = "400000",
        ["DOTNET_GCConserveMemory"] = "5",
    };

    /// <summary>Measures both in processes of their own.</summary>
    public static async Task<(double First, double Again)> MeasureAsync(int documents)
    {
        return (await PeakAsync("first"), await PeakAsync("again"));

        async Task<double> PeakAsync(string which)
        {
            var count = documents.ToString(CultureInfo.InvariantCulture);
            await using var process = await ChildProcess.StartAsync(Settings, "ids", count, which);
            return double.Parse(process.Ready, CultureInfo.InvariantCulture) / Mebibyte;
        }
    }

    /// <summary>Prints both.</summary>
    public static async Task<int> PrintAsync(int documents)
    {
        var (first, again) = await MeasureAsync(documents);
        await Console.Out.WriteLineAsync($"{documents:N0} ids: {first:N0} MiB first, {again:N0} MiB re-sync");
        return 0;
    }

    /// <summary>Runs one of them in this process, and says what memory it took.</summary>
    public static async Task<int> RunAsync(int documents, string which)
    {
        var folder = Directory.CreateTempSubdirectory("connectors-ids-");
        try
        {
            var index = new SyntheticIndex(which == "first" ? 0 : documents);
            await using var source = new SyntheticIds(documents);
            var engine = new SyncEngine(
                index,
                new SyncEngineOptions { StateFolder = folder.FullName },
                TimeProvider.System,
                new Random(1),
                NullLoggerFactory.Instance
            );
            var request = new SyncRequest
            {
                JobId = "ids",
                ConnectorId = "ids",
                ServiceType = "synthetic",
                IndexName = "search-ids",
                Fingerprint = string.Empty,
            };
            var outcome = await engine.RunAsync(request, source, new SyncProgress(), CancellationToken.None, CancellationToken.None);
            if (outcome.End != SyncEnd.Completed || index.Written != (which == "first" ? documents : 0))
            {
                throw new InvalidOperationException($"The sync of ids does not count: {outcome.End}, {index.Written:N0} written.");
            }

            await Console.Out.WriteLineAsync($"ready {IngestProcess.PeakOf(Environment.ProcessId)}");
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
