using System.Diagnostics;
using System.Globalization;
using Connectors.Emulator;
using Connectors.Tests.Published.FunctionsHost;

namespace Connectors.Benchmarks.Cold;

/// <summary>
/// How long the published function app takes from the start of its process to its first answer, <c>GET /api/health</c>, with a host that is
/// there already and an Elasticsearch beside it: what a user waits for when the app was scaled to zero, on top of what Azure itself takes.
/// </summary>
internal static class ColdCommand
{
    private const string Folders = "CONNECTORS_FUNCTIONS";

    public static async Task<int> RunAsync(int starts)
    {
        if (Environment.GetEnvironmentVariable(Folders) is not { } folders)
        {
            await Console.Error.WriteLineAsync($"Start it with: dotnet run build.cs -- bench cold ({Folders} names the published apps)");
            return 2;
        }

        var apps = folders.Split(Path.PathSeparator);
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), CancellationToken.None);
        var times = apps.ToDictionary(app => app, _ => new List<Times>(), StringComparer.Ordinal);

        // In turns, so that what else the machine does meets them alike. The first start of each reads its files from disk and is not
        // counted.
        for (var start = 0; start <= starts; start++)
        {
            foreach (var app in apps)
            {
                var taken = await StartAsync(app, elasticsearch.Uri);
                if (start > 0)
                {
                    times[app].Add(taken);
                }
            }
        }

        Console.WriteLine($"From the start of the worker's process, medians of {starts}:");
        foreach (var app in apps)
        {
            var (loaded, answered, processor) = (
                Median(times[app], item => item.Loaded),
                Median(times[app], item => item.Answered),
                Median(times[app], item => item.Processor)
            );
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Path.GetFileName(app),-20} functions loaded {loaded:0.00} s, first answer {answered:0.00} s, processor time "
                        + $"{processor:0.00} s, {Size(app):0} MB"
                )
            );
        }

        return 0;
    }

    private static async Task<Times> StartAsync(string folder, Uri elasticsearch)
    {
        var staging = Directory.CreateTempSubdirectory("connectors-bench-").FullName;
        await using var host = await FakeFunctionsHost.StartAsync(CancellationToken.None);
        using var session = new WorkerSession(host, folder);
        var start = new ProcessStartInfo("dotnet", WorkerSession.Arguments(host, folder))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in WorkerSession.Variables(folder))
        {
            start.Environment[name] = value;
        }

        start.Environment["Connectors__elasticsearch__host"] = elasticsearch.ToString();
        start.Environment["ConnectorsStagingFolder"] = staging;
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await session.LoadAsync(CancellationToken.None);
            var loaded = Stopwatch.GetElapsedTime(started);
            using var answer = await session.RequestAsync(
                "GetHealth",
                "api/health",
                new Dictionary<string, string>(),
                CancellationToken.None
            );
            answer.EnsureSuccessStatusCode();
            await answer.Content.LoadIntoBufferAsync();
            var answered = Stopwatch.GetElapsedTime(started);
            process.Refresh();
            return new Times(loaded.TotalSeconds, answered.TotalSeconds, process.TotalProcessorTime.TotalSeconds);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            Directory.Delete(staging, recursive: true);
        }
    }

    private static double Median(List<Times> times, Func<Times, double> what) => times.Select(what).Order().ElementAt(times.Count / 2);

    private static double Size(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length) / 1e6;

    /// <summary>Seconds.</summary>
    private sealed record Times(double Loaded, double Answered, double Processor);
}
