using Connectors.Abstractions;

namespace Connectors.Sync.Staging.LocalState;

/// <summary>A folder for copies that only this process uses. It is locked while the process lives; folders of processes that have died are
/// deleted by the next one. Safe for concurrent use.</summary>
internal sealed class ProcessFolder : IDisposable
{
    private const string LockName = "lock";
    private readonly string _path;
    private readonly FileStream _lock;
    private int _folders;

    private ProcessFolder(string path, FileStream held)
    {
        _path = path;
        _lock = held;
    }

    /// <summary>Makes a folder under <paramref name="root"/>.</summary>
    /// <exception cref="ConnectorException">Nothing can be written there.</exception>
    public static ProcessFolder Take(string root)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(root)) is { } above)
            {
                PrivateFiles.CreateRoot(above);
            }

            PrivateFiles.CreateFolder(root);
            foreach (var other in Directory.EnumerateDirectories(root))
            {
                DeleteDead(other);
            }

            var path = Path.Combine(root, Guid.NewGuid().ToString("N"));
            PrivateFiles.CreateFolder(path);
            return new ProcessFolder(path, Lock(path));
        }
        catch (Exception failure) when (StateFolderErrors.IsDiskFailure(failure))
        {
            throw StateFolderErrors.Explain("A copy of the snapshot", root, failure);
        }
    }

    /// <summary>A new, empty folder in it.</summary>
    public string NewFolder() =>
        PrivateFiles.CreateFolder(
            Path.Combine(_path, Interlocked.Increment(ref _folders).ToString(System.Globalization.CultureInfo.InvariantCulture))
        );

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock.Dispose();
        DeleteDead(_path);
    }

    private static FileStream Lock(string folder) => PrivateFiles.OpenOrCreate(Path.Combine(folder, LockName));

    private static void DeleteDead(string folder)
    {
        try
        {
            // A folder that was made a moment ago has no lock yet, and its process is about to take it.
            if (!File.Exists(Path.Combine(folder, LockName)))
            {
                return;
            }

            Lock(folder).Dispose();
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Its process lives.
        }
    }
}
