using System.Text.RegularExpressions;

namespace Connectors.Tests.Support.Processes;

/// <summary><c>elastic-ingest emulator</c> as a process, with a data folder.</summary>
internal sealed partial class EmulatorProcess : ChildProcess
{
    private EmulatorProcess(int port, string dataFolder)
        : base("dotnet", [.. IngestProcess.Program, "emulator", "--port", $"{port}", "--data", dataFolder]) { }

    public Uri Uri { get; private set; } = null!;

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="dataFolder">Keeps the documents.</param>
    /// <param name="port">0: any.</param>
    public static async Task<EmulatorProcess> StartAsync(string dataFolder, CancellationToken cancellationToken, int port = 0)
    {
        var process = new EmulatorProcess(port, dataFolder);
        try
        {
            process.Uri = new Uri(Address().Match(await process.WritesAsync("http://127.0.0.1:", cancellationToken)).Value);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/?", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Address();
}
