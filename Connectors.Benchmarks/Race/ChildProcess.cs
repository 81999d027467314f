using System.Diagnostics;

namespace Connectors.Benchmarks.Race;

/// <summary>This program once more, with a hidden verb: it says <c>ready ...</c>, answers a line for a line, and ends when its input
/// ends.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    /// <summary>What it said after <c>ready</c>.</summary>
    public string Ready { get; private set; } = string.Empty;

    /// <summary>Processor time that it has used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static Task<ChildProcess> StartAsync(params string[] arguments) => StartAsync([], arguments);

    /// <param name="environment">Variables of its environment.</param>
    /// <param name="arguments">The verb and what it takes.</param>
    public static async Task<ChildProcess> StartAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ChildProcess).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(Process.Start(start)!);
        child.Ready = await child.ReadAsync("ready ");
        return child;
    }

    /// <summary>Sends a line and waits for the answer; returns what follows <paramref name="expected"/>.</summary>
    public async Task<string> AskAsync(string line, string expected)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await ReadAsync(expected);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> ReadAsync(string expected)
    {
        var line = await _process.StandardOutput.ReadLineAsync();
        return line?.StartsWith(expected, StringComparison.Ordinal) == true
            ? line[expected.Length..]
            : throw new InvalidOperationException($"A process of the race said '{line}' instead of '{expected}'.");
    }
}
