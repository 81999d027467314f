using Connectors.Tests.Support.Processes;

namespace Connectors.Tests.Process;

/// <summary>
/// A moment at which a process is killed, told by how far it is and not by the clock: its n-th bulk request, its n-th request of any kind,
/// before that is carried out or after it, without its answer, or its n-th change of a file of its folder.
/// </summary>
internal sealed class KillPlan : IDisposable
{
    private enum What
    {
        Bulk,
        Request,
        File,
    }

    private readonly What _what;
    private readonly int _moment;
    private readonly bool _isAfter;
    private readonly string _folder;
    private readonly bool _kills;
    private FileSystemWatcher? _watcher;
    private Func<Task>? _kill;
    private int _count;

    // 0: it waits for its moment, 1: that has come, 2: it may not come any more.
    private int _state;

    private KillPlan(What what, int moment, bool isAfter, string folder, bool kills) =>
        (_what, _moment, _isAfter, _folder, _kills) = (what, moment, isAfter, folder, kills);

    public string Text => _kills ? $"kill {(_what == What.File ? "at" : _isAfter ? "after" : "before")} {_what} {_moment}" : "no kill";

    public static KillPlan Draw(Random random, string folder, bool kills)
    {
        var what = (What)random.Next(3);
        return new KillPlan(
            what,
            random.Next(
                1,
                what switch
                {
                    What.Bulk => 12,
                    What.Request => 60,
                    _ => 120,
                }
            ),
            random.Next(2) == 0,
            folder,
            kills
        );
    }

    /// <summary>Begins to count.</summary>
    public void Start(Func<Task> kill)
    {
        _kill = kill;
        if (!_kills || _what != What.File)
        {
            return;
        }

        _watcher = new FileSystemWatcher(_folder) { IncludeSubdirectories = true };
        _watcher.Created += (_, _) => CountFile();
        _watcher.Changed += (_, _) => CountFile();
        _watcher.Renamed += (_, _) => CountFile();
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>A request passes.</summary>
    /// <returns>False when the process is dead, and the connection to be cut.</returns>
    public async Task<bool> MeetAsync(PassingRequest request, bool isAfter)
    {
        var isHere = _kills && isAfter == _isAfter && (_what == What.Request || (_what == What.Bulk && request.IsBulk));
        if (isHere && Interlocked.Increment(ref _count) == _moment && Interlocked.CompareExchange(ref _state, 1, 0) == 0)
        {
            await _kill!();
        }

        return Volatile.Read(ref _state) != 1;
    }

    /// <summary>Gives the plan up.</summary>
    /// <returns>False when it has come to its moment.</returns>
    public bool Stop() => Interlocked.CompareExchange(ref _state, 2, 0) == 0;

    public void Dispose() => _watcher?.Dispose();

    private void CountFile()
    {
        if (Interlocked.Increment(ref _count) == _moment && Interlocked.CompareExchange(ref _state, 1, 0) == 0)
        {
            _ = _kill!();
        }
    }
}
