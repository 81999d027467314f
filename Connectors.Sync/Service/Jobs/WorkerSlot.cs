using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Service.Jobs;

/// <summary>
/// This process's slot among the services that share a state folder. Each slot is a locked file with an id in it; the lock is released when
/// the process ends. A process that takes a dead process's slot gets its id, and so knows that the jobs taken under that id are abandoned:
/// it can resume them at once, without waiting for five minutes of silence.
/// </summary>
internal sealed class WorkerSlot : IDisposable
{
    private const int MaxSlots = 64;
    private readonly FileStream? _lock;

    private WorkerSlot(JobWorker worker, FileStream? held)
    {
        Worker = worker;
        _lock = held;
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
            return new WorkerSlot(new JobWorker(hostname), null);
        }

        for (var number = 1; number <= MaxSlots; number++)
        {
            if (TryLock(Path.Combine(folder, $"{number}.lock")) is { } held)
            {
                return new WorkerSlot(new JobWorker(hostname, ReadOrWriteId(held, random)), held);
            }
        }

        return new WorkerSlot(new JobWorker(hostname), null);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock?.Dispose();

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

    private static string ReadOrWriteId(FileStream file, Random random)
    {
        Span<byte> id = stackalloc byte[16];
        if (file.ReadAtLeast(id, id.Length, throwOnEndOfStream: false) < id.Length)
        {
            random.NextBytes(id);
            file.SetLength(0);
            file.Write(id);
            file.Flush(flushToDisk: true);
        }

        return Convert.ToHexStringLower(id);
    }
}
