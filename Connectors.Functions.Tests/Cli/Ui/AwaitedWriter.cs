using System.Text;

namespace Connectors.Tests.Cli.Ui;

/// <summary>Output of a command that goes on, in which a test waits for a line. Safe for concurrent use.</summary>
internal sealed class AwaitedWriter : StringWriter
{
    private readonly Lock _lock = new();
    private readonly List<(string Start, TaskCompletionSource<string> Found)> _wanted = [];

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>The first line, from now on, that begins so.</summary>
    public Task<string> LineAsync(string start)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _wanted.Add((start, found));
        }

        return found.Task;
    }

    public override void WriteLine(string? value)
    {
        lock (_lock)
        {
            base.WriteLine(value);
            foreach (var (_, found) in _wanted.Where(item => value?.StartsWith(item.Start, StringComparison.Ordinal) == true))
            {
                found.TrySetResult(value!);
            }
        }
    }

    public override string ToString()
    {
        lock (_lock)
        {
            return base.ToString();
        }
    }
}
