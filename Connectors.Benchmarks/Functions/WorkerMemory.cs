using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Connectors.Benchmarks.Race;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Microsoft.Extensions.DependencyInjection;

namespace Connectors.Benchmarks.Functions;

/// <summary>Most resident memory of a process that does nothing but run the function app in the local host: a first sync, and one with
/// nothing changed. Servers have processes of their own.</summary>
internal static class WorkerMemory
{
    public const string Verb = "functions-worker";

    // As the function app's project has them: the memory is that of its worker.
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["DOTNET_GCGen0MaxBudget"] = "400000",
        ["DOTNET_GCConserveMemory"] = "7",
    };

    /// <param name="documents">In the collection.</param>
    /// <param name="activities">At the same time.</param>
    /// <returns>MiB in each of both syncs.</returns>
    public static async Task<(double First, double Again)> MeasureAsync(int documents, int activities)
    {
        await using var course = await Course.OpenAsync(documents, writesPerSecond: 0);
        await using var worker = await ChildProcess.StartAsync(Settings, Verb, course.Mongo, course.Elasticsearch, $"{activities}");
        var first = await worker.AskAsync("sync", "peak ");
        var again = await worker.AskAsync("sync", "peak ");
        return (double.Parse(first, CultureInfo.InvariantCulture), double.Parse(again, CultureInfo.InvariantCulture));
    }

    /// <summary>The process: for each line that it reads it syncs, and says what it took.</summary>
    public static async Task<int> ServeAsync(string mongo, string elasticsearch, int activities)
    {
        var folder = Directory.CreateTempSubdirectory("connectors-functions-").FullName;
        try
        {
            await using var host = await FunctionsCommand.StartHostAsync(elasticsearch, folder, activities);
            var services = await host.Services.GetRequiredService<ConnectorApp>().ReadyAsync(CancellationToken.None);
            var connector = await FunctionsCommand.ConnectAsync(mongo, services, "search-memory");
            using var client = new HttpClient { BaseAddress = host.Uri };
            await Console.Out.WriteLineAsync("ready ");
            while (await Console.In.ReadLineAsync() is not null)
            {
                // The peak begins anew.
                await File.WriteAllTextAsync("/proc/self/clear_refs", "5");
                using var answer = await client.PostAsync(new Uri($"api/connectors/{connector.Id}/syncs", UriKind.Relative), content: null);
                answer.EnsureSuccessStatusCode();
                var job = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["id"]!.GetValue<string>();
                await host.Client.WaitForInstanceCompletionAsync(
                    SyncJobInput.InstanceIdOf(job),
                    getInputsAndOutputs: false,
                    CancellationToken.None
                );
                await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"peak {PeakMebibytes():F1}"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static double PeakMebibytes()
    {
        var line = File.ReadLines("/proc/self/status").First(item => item.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }
}
