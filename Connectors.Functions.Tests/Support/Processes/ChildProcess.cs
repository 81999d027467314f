using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Connectors.Tests.Support.Processes;

/// <summary>A program that a test starts, with its output kept for the message of a failure. It is killed with all its children at the end,
/// whatever happens.</summary>
internal partial class ChildProcess : IAsyncDisposable
{
    /// <summary>How long anything may take before a test gives up. No test passes or fails by speed.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly System.Diagnostics.Process _process = new();
    private readonly Lock _lock = new();
    private readonly StringBuilder _output = new();
    private readonly List<(string Text, TaskCompletionSource<string> Found)> _awaited = [];
    private readonly string _name;

    protected ChildProcess(
        string program,
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string>>? environment = null,
        string? folder = null
    )
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder ?? string.Empty,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        _name = $"{program} {string.Join(' ', start.ArgumentList)}";
        _process.StartInfo = start;
        _process.EnableRaisingEvents = true;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>All that it wrote so far, to both streams.</summary>
    public string Output
    {
        get
        {
            lock (_lock)
            {
                return $"--- {_name}\n{_output}---";
            }
        }
    }

    /// <summary>SIGKILL: it gets no chance to do anything.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended by itself at the same moment.
        }
    }

    /// <summary>Closes its standard input, as the end of the program that started it does.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>What Ctrl-C sends.</summary>
    public void Interrupt() => Assert.Equal(0, SendSignal(_process.Id, 2));

    /// <summary>What systemd and container engines send: SIGTERM.</summary>
    public void Terminate() => Assert.Equal(0, SendSignal(_process.Id, 15));

    /// <summary>What comes when a terminal goes: SIGHUP.</summary>
    public void HangUp() => Assert.Equal(0, SendSignal(_process.Id, 1));

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code; 137 after a SIGKILL.</returns>
    public async Task<int> ExitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _process.WaitForExitAsync(cancellationToken).WaitAsync(Patience, TimeProvider.System, cancellationToken);
            return _process.ExitCode;
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"It does not end.\n{Output}", late);
        }
    }

    /// <summary>Waits for its end, which must come with that code.</summary>
    public async Task ExitsWithAsync(int code, CancellationToken cancellationToken)
    {
        var actual = await ExitAsync(cancellationToken);
        Assert.True(actual == code, $"It ended with {actual}, not {code}.\n{Output}");
    }

    /// <summary>Waits until it has written a line with that text.</summary>
    public async Task<string> WritesAsync(string text, CancellationToken cancellationToken)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_output.ToString().Split('\n').FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } line)
            {
                return line;
            }

            _awaited.Add((text, found));
        }

        var ended = _process.WaitForExitAsync(cancellationToken);
        if (
            await Task.WhenAny(found.Task, ended).WaitAsync(Patience, TimeProvider.System, cancellationToken) == found.Task
            || found.Task.IsCompleted
        )
        {
            return await found.Task;
        }

        throw new InvalidOperationException($"It ended without writing \"{text}\".\n{Output}");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience, TimeProvider.System, CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }

        _process.Dispose();
        GC.SuppressFinalize(this);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lock)
        {
            _output.Append(line).Append('\n');
            foreach (var (_, found) in _awaited.Where(item => line.Contains(item.Text, StringComparison.Ordinal)))
            {
                found.TrySetResult(line);
            }
        }
    }
}
