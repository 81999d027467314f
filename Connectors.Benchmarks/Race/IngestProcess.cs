using System.Diagnostics;
using System.Globalization;

namespace Connectors.Benchmarks.Race;

/// <summary>What a run of elastic-ingest printed and took.</summary>
/// <param name="Output">Its standard output.</param>
/// <param name="Wall">From the start of the process to its end.</param>
/// <param name="PeakBytes">The most memory it had resident (VmHWM).</param>
internal sealed record IngestRun(string Output, TimeSpan Wall, long PeakBytes);

/// <summary>Runs elastic-ingest, the real one, as a process, and watches its memory.</summary>
internal static class IngestProcess
{
    private static readonly string? Compiled = Environment.GetEnvironmentVariable("CONNECTORS_ELASTIC_INGEST");

    // As build.cs has compiled it for this machine, which is how it ships; or from its own output folder.
    private static readonly string Program = Compiled
        ?? Path.Combine(
            AppContext.BaseDirectory.Replace("Connectors.Benchmarks", "Connectors.Cli", StringComparison.Ordinal),
            "elastic-ingest.dll"
        );

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>In which form the program runs.</summary>
    public static string Form => Compiled is null ? "elastic-ingest compiled as it runs" : "elastic-ingest compiled ahead, as it ships";

    public static async Task<IngestRun> RunAsync(params string[] arguments)
    {
        var isAssembly = Program.EndsWith(".dll", StringComparison.Ordinal);
        var start = new ProcessStartInfo(isAssembly ? "dotnet" : Program, isAssembly ? [Program, .. arguments] : arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var exit = process.WaitForExitAsync();
        var peak = 0L;
        while (!exit.IsCompleted)
        {
            peak = Math.Max(peak, Peak(process));
            await Task.WhenAny(exit, Task.Delay(Look));
        }

        await exit;
        var wall = Stopwatch.GetElapsedTime(started);
        return process.ExitCode == 0
            ? new IngestRun(await output, wall, peak)
            : throw new InvalidOperationException(
                $"elastic-ingest {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}{await errors}"
            );
    }

    private static long Peak(Process process)
    {
        if (!OperatingSystem.IsLinux())
        {
            process.Refresh();
            return process.HasExited ? 0 : process.PeakWorkingSet64;
        }

        return PeakOf(process.Id);
    }

    /// <summary>The most memory that a process of Linux has had resident so far, in bytes; 0 when it has ended.</summary>
    public static long PeakOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status")
                .FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null
                ? 0
                : long.Parse(line["VmHWM:".Length..^"kB".Length], NumberStyles.Integer, CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            // It has just ended.
            return 0;
        }
    }
}
