namespace Connectors.Sources.Files.Access;

/// <summary>
/// Tells who may read a file: who has the right to, and to enter every folder on the way to it from the root of the file system, by the
/// path as it is walked and by the one that its links lead to. What can't be told is nobody. Not thread-safe; it blocks.
/// </summary>
internal sealed class TreeAccess(IFileTree tree, Accounts accounts)
{
    /// <summary>Folders that are remembered. A walk comes back to those that it is in; the others may be looked at again.</summary>
    private const int MaxFolders = 10_000;

    private readonly Dictionary<string, AccessSet> _folders = new(StringComparer.Ordinal);

    /// <summary>The values that a file's document lists.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="isLink">Whether that is a symbolic link.</param>
    /// <param name="status">What it leads to.</param>
    public IReadOnlyList<string> Of(string path, bool isLink, FileStatus status)
    {
        try
        {
            if (status.Unix is not { } unix)
            {
                return AccessSet.Nobody.Values();
            }

            var readers = AccessSet.Of(unix, tree.FindAcl(path), AccessSet.ToRead, accounts).And(OfFolder(FolderOf(path)), accounts);
            if (isLink)
            {
                readers = tree.Resolve(path) is { } real ? readers.And(OfFolder(FolderOf(real)), accounts) : AccessSet.Nobody;
            }

            return readers.Values();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return AccessSet.Nobody.Values();
        }
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(path) ?? path;

    private AccessSet OfFolder(string path)
    {
        if (_folders.TryGetValue(path, out var known))
        {
            return known;
        }

        AccessSet access;
        try
        {
            access = Look(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            access = AccessSet.Nobody;
        }

        if (_folders.Count >= MaxFolders)
        {
            _folders.Clear();
        }

        return _folders[path] = access;
    }

    private AccessSet Look(string path)
    {
        if (tree.Find(path) is not { Kind: FileKind.Folder, Unix: { } unix } || tree.Resolve(path) is not { } real)
        {
            return AccessSet.Nobody;
        }

        if (!LinuxMounts.HasModes(tree.FileSystemOf(real)))
        {
            return AccessSet.Nobody;
        }

        var access = AccessSet.Of(unix, tree.FindAcl(path), AccessSet.ToEnter, accounts);
        if (Path.GetDirectoryName(path) is { } parent)
        {
            access = access.And(OfFolder(parent), accounts);
        }

        return string.Equals(real, path, StringComparison.Ordinal) ? access : access.And(OfFolder(real), accounts);
    }
}
