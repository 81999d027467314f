using System.Collections.Concurrent;

namespace Connectors.Tests.LocalHost.Durable;

/// <summary>What functions did, and doors that hold them up.</summary>
public sealed class Diary
{
    private readonly ConcurrentQueue<string> _entries = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _written = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _doors = new();

    private readonly Dictionary<string, int> _counts = [];

    public IReadOnlyList<string> Entries => [.. _entries];

    public void Write(string entry)
    {
        _entries.Enqueue(entry);
        Source(_written, entry).TrySetResult();
    }

    /// <summary>Writes "work 1", "work 2" and so on.</summary>
    public void Count(string what)
    {
        lock (_counts)
        {
            _counts[what] = _counts.GetValueOrDefault(what) + 1;
            Write($"{what} {_counts[what]}");
        }
    }

    /// <summary>Waits until <paramref name="entry"/> has been written.</summary>
    public Task SeenAsync(string entry) => Source(_written, entry).Task.WaitAsync(HostFixture.Token);

    /// <summary>Waits at a door until somebody opens it.</summary>
    public Task PassAsync(string door) => Source(_doors, door).Task;

    public void Open(string door) => Source(_doors, door).TrySetResult();

    public void OpenAll()
    {
        foreach (var door in _doors.Keys)
        {
            Open(door);
        }
    }

    private static TaskCompletionSource Source(ConcurrentDictionary<string, TaskCompletionSource> all, string name) =>
        all.GetOrAdd(name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
