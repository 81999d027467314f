using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Connectors.Build;

/// <summary>Runs programs in the repository, and ends with them: they end when this program is ended, or its parent is. Safe for concurrent
/// use.</summary>
public sealed partial class Programs : IDisposable
{
    private readonly HashSet<Process> _running = [];
    private readonly string _root;
    private readonly List<IDisposable> _signals = [];

    /// <param name="root">The folder that programs start in.</param>
    public Programs(string root)
    {
        _root = root;
        Console.CancelKeyPress += (_, press) => press.Cancel = true; // Ctrl-C is for the program that runs; we end when it does.
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, End)); // `dotnet run` passes it on.
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, End));
        if (!OperatingSystem.IsWindows())
        {
            _signals.Add(EndWithParent());
        }
    }

    /// <summary>Runs <c>dotnet</c> with its output here.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="limit">After this it is killed; <see langword="null"/> for no limit.</param>
    /// <param name="holdsInput">Whether it ends in order when its input does, which this program then holds.</param>
    /// <param name="variables">What it finds in its environment besides what is there.</param>
    /// <returns>Its exit code.</returns>
    public int Dotnet(
        IEnumerable<string> arguments,
        TimeSpan? limit = null,
        bool holdsInput = false,
        params (string Name, string Value)[] variables
    )
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = _root, RedirectStandardInput = holdsInput };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Start(start);
        if (!process.WaitForExit(limit ?? Timeout.InfiniteTimeSpan))
        {
            Console.WriteLine(
                $"ended after {limit!.Value.TotalMinutes:0} minutes: it hangs. What ran for more than two minutes is named above."
            );
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        Forget(process);
        return process.ExitCode;
    }

    /// <summary>Runs a program and takes its output.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    public (int ExitCode, string Output) Capture(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _root,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Start(start);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Forget(process);
        return (process.ExitCode, output);
    }

    /// <summary>Runs npm.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no npm.</exception>
    public void Npm(string[] arguments) =>
        _ = OperatingSystem.IsWindows() ? Capture("cmd", ["/c", "npm", .. arguments]) : Capture("npm", arguments);

    /// <summary>Does something and says how long it took, so that a build that has become slow shows where.</summary>
    /// <param name="what">What is done.</param>
    /// <param name="step">Does it; false when it failed.</param>
    /// <param name="output">Where that is said; <see langword="null"/> for the console.</param>
    public static bool Timed(string what, Func<bool> step, TextWriter? output = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        var clock = Stopwatch.StartNew();
        var isDone = step();
        (output ?? Console.Out).WriteLine($"{what}: {(isDone ? "" : "failed after ")}{clock.Elapsed.TotalSeconds:0} s");
        return isDone;
    }

    /// <inheritdoc/>
    public void Dispose() => _signals.ForEach(signal => signal.Dispose());

    private Process Start(ProcessStartInfo start)
    {
        lock (_running)
        {
            var process = Process.Start(start)!;
            _running.Add(process);
            return process;
        }
    }

    private void Forget(Process process)
    {
        lock (_running)
        {
            _running.Remove(process);
        }
    }

    /// <summary>Ends what runs: in order where it holds on to our end of its input, else at once.</summary>
    private void End(PosixSignalContext? signal)
    {
        signal?.Cancel = true;
        lock (_running)
        {
            foreach (var process in _running)
            {
                if (process.StartInfo.RedirectStandardInput)
                {
                    process.StandardInput.Close();
                }

                if (!process.StartInfo.RedirectStandardInput || !process.WaitForExit(TimeSpan.FromSeconds(20)))
                {
                    process.Kill(entireProcessTree: true);
                }
            }
        }

        Environment.Exit(128 + 15);
    }

    /// <summary>Who kills <c>dotnet run</c> leaves us to another parent.</summary>
    private Timer EndWithParent()
    {
        var parent = ParentProcessId();
        return new Timer(
            _ =>
            {
                if (ParentProcessId() != parent)
                {
                    End(null);
                }
            },
            null,
            TimeSpan.FromSeconds(1),
            TimeSpan.FromSeconds(1)
        );
    }

    [DllImport("libc", EntryPoint = "getppid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int ParentProcessId();
}
