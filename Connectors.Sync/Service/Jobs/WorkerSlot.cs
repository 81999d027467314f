using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Service.Jobs;

/// <summary>
/// This process's slot among the services that share a state folder. Each slot is a locked file with an id in it; the lock is released when
/// the process ends. A process that takes a dead process's slot gets its id, and so knows that the jobs taken under that id are abandoned:
/// it can resume them at once, without waiting for five minutes of silence. Of several that died, the others' slots are free as well.
/// </summary>
internal sealed class WorkerSlot : IDisposable
{
    private const int MaxSlots = 64;
    private const int IdLength = 16;
    private readonly string _folder;
    private readonly FileStream? _lock;

    private WorkerSlot(JobWorker worker, string folder, FileStream? held)
    {
        Worker = worker;
        (_folder, _lock) = (folder, held);
    }

    /// <summary>Who takes jobs here. Without an id when the folder can't be written: jobs of a killed process are then taken up only if
    /// their progress is found.</summary>
    public JobWorker Worker { get; }

    /// <summary>Takes the first free place under <paramref name="stateFolder"/>, and holds it until disposed.</summary>
    public static WorkerSlot Take(string stateFolder, string hostname, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var folder = Path.Combine(Path.GetFullPath(stateFolder), "workers");
        try
        {
            PrivateFiles.CreateRoot(stateFolder);
            PrivateFiles.CreateFolder(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new WorkerSlot(new JobWorker(hostname), folder, null);
        }

        for (var number = 1; number <= MaxSlots; number++)
        {
            if (TryLock(PathOf(folder, number)) is { } held)
            {
                return new WorkerSlot(new JobWorker(hostname, ReadId(held) ?? WriteId(held, random)), folder, held);
            }
        }

        return new WorkerSlot(new JobWorker(hostname), folder, null);
    }

    /// <summary>Whether nobody holds the slot of a worker of this state folder: it died, and none has come in its place.</summary>
    /// <param name="id">The worker's id.</param>
    public bool IsDead(string id) =>
        _lock is not null
        && Enumerable
            .Range(1, MaxSlots)
            .Select(number => PathOf(_folder, number))
            .TakeWhile(File.Exists)
            .Any(path => IdIfFree(path) == id);

    /// <inheritdoc/>
    public void Dispose() => _lock?.Dispose();

    /// <summary>The id in a slot that nobody holds. Several may look at the same time; a process that takes the slot meanwhile takes
    /// another one.</summary>
    private static string? IdIfFree(string path)
    {
        try
        {
            using var free = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return ReadId(free);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string PathOf(string folder, int number) => Path.Combine(folder, $"{number}.lock");

    private static FileStream? TryLock(string path)
    {
        try
        {
            return PrivateFiles.OpenOrCreate(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? ReadId(FileStream file)
    {
        Span<byte> id = stackalloc byte[IdLength];
        return file.ReadAtLeast(id, id.Length, throwOnEndOfStream: false) < id.Length ? null : Convert.ToHexStringLower(id);
    }

    private static string WriteId(FileStream file, Random random)
    {
        Span<byte> id = stackalloc byte[IdLength];
        random.NextBytes(id);
        file.SetLength(0);
        file.Write(id);
        file.Flush(flushToDisk: true);
        return Convert.ToHexStringLower(id);
    }
}
