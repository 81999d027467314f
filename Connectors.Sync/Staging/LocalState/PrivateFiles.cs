using Microsoft.Win32.SafeHandles;

namespace Connectors.Sync.Staging.LocalState;

/// <summary>
/// Folders and files that nobody but this user may read: they hold ids, and in staging contents, of documents. Folders are made with mode
/// 0700 and files with 0600, and what is written never goes through a symbolic link. On Windows the rights of the folder above hold.
/// </summary>
internal static class PrivateFiles
{
    private const int ProbeBytes = 4096;
    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode700 = FileMode600 | UnixFileMode.UserExecute;

    /// <summary>Makes a folder that somebody named, if need be. One that is there keeps its mode, for it may hold other things
    /// too.</summary>
    /// <returns>Its full path.</returns>
    /// <exception cref="IOException">It can't be made, belongs to another user, or others may write there.</exception>
    public static string CreateRoot(string path)
    {
        var folder = Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
        {
            return Directory.CreateDirectory(folder).FullName;
        }

        _ = Directory.CreateDirectory(folder, FolderMode700);
        return FolderOwner.Problem(folder) is { } problem ? throw new IOException($"'{folder}' is no safe place: {problem}") : folder;
    }

    /// <summary>Makes a folder of our own below such a root, if need be, and closes it to others.</summary>
    /// <returns>Its full path.</returns>
    /// <exception cref="IOException">It can't be made, is a link, or others may write there.</exception>
    public static string CreateFolder(string path)
    {
        var folder = CreateRoot(path);
        if (OperatingSystem.IsWindows())
        {
            return folder;
        }

        if (new DirectoryInfo(folder).LinkTarget is { } target)
        {
            throw new IOException($"'{folder}' is a symbolic link to '{target}', which is not followed. Remove it.");
        }

        if ((File.GetUnixFileMode(folder) & ~FolderMode700) != UnixFileMode.None)
        {
            File.SetUnixFileMode(folder, FolderMode700);
        }

        return folder;
    }

    /// <summary>Sees that files can be made and filled in a folder, and leaves none behind.</summary>
    /// <exception cref="IOException">They can't: the disk is full, for example.</exception>
    /// <exception cref="UnauthorizedAccessException">This user has no right to.</exception>
    public static void RequireWritable(string folder)
    {
        var path = Path.Combine(folder, $".probe-{Guid.NewGuid():N}");
        try
        {
            // A full disk has room for an empty file.
            using var probe = CreateNew(path, bufferSize: 0, FileOptions.DeleteOnClose);
            if (!OperatingSystem.IsWindows())
            {
                // At once: a process that is killed while it writes leaves no file behind.
                File.Delete(path);
            }

            probe.Write(new byte[ProbeBytes]);
            probe.Flush(flushToDisk: true);
        }
        catch (Exception failure) when (StateFolderErrors.IsDiskFailure(failure))
        {
            var reason = StateFolderErrors.Reason(failure).Replace(path, folder, StringComparison.Ordinal);
            throw failure is UnauthorizedAccessException
                ? new UnauthorizedAccessException(reason, failure)
                : new IOException(reason, failure);
        }
    }

    /// <summary>A new, empty file for writing. What is there already, a link for example, goes.</summary>
    public static FileStream Create(string path, int bufferSize = 4096, FileOptions options = FileOptions.None)
    {
        File.Delete(path);
        return new FileStream(path, Options(FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize, options));
    }

    /// <summary>A file for reading and writing, the one that is there or a new one. Nobody else may open it meanwhile.</summary>
    /// <exception cref="IOException">It is a link, or another process has it.</exception>
    public static FileStream OpenOrCreate(string path, FileShare share = FileShare.None, int bufferSize = 4096)
    {
        RefuseLink(path);
        return new FileStream(path, Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, share, bufferSize, FileOptions.None));
    }

    /// <summary>The same, for access at any place.</summary>
    /// <exception cref="IOException">It is a link, or another process has it.</exception>
    public static SafeFileHandle OpenHandle(string path)
    {
        RefuseLink(path);
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, FileMode600);
        }

        return file;
    }

    /// <summary>A file for appending, made if need be.</summary>
    /// <exception cref="IOException">It is a link.</exception>
    public static FileStream Append(string path)
    {
        RefuseLink(path);
        return new FileStream(path, Options(FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0, FileOptions.None));
    }

    /// <summary>A file that must not exist yet.</summary>
    /// <exception cref="IOException">Something is there.</exception>
    public static FileStream CreateNew(
        string path,
        int bufferSize = 4096,
        FileOptions options = FileOptions.None,
        FileAccess access = FileAccess.Write
    ) => new(path, Options(FileMode.CreateNew, access, FileShare.None, bufferSize, options));

    /// <exception cref="IOException">It is a link.</exception>
    public static void RefuseLink(string path)
    {
        if (new FileInfo(path).LinkTarget is { } target)
        {
            throw new IOException($"'{path}' is a symbolic link to '{target}', which is not followed. Remove it.");
        }
    }

    private static FileStreamOptions Options(FileMode mode, FileAccess access, FileShare share, int bufferSize, FileOptions options)
    {
        var how = new FileStreamOptions
        {
            Mode = mode,
            Access = access,
            Share = share,
            BufferSize = bufferSize,
            Options = options,
        };
        if (!OperatingSystem.IsWindows() && mode is not FileMode.Open)
        {
            how.UnixCreateMode = FileMode600;
        }

        return how;
    }
}
