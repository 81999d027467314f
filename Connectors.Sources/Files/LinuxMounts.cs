namespace Connectors.Sources.Files;

/// <summary>Which file system a path is on, and whether the modes of its files are their own.</summary>
internal static class LinuxMounts
{
    private const string Table = "/proc/self/mountinfo";

    // The modes of these are an option of the mount, or made up from rights that are kept elsewhere.
    private static readonly string[] WithoutModes =
    [
        "cifs",
        "smb",
        "ncp",
        "9p",
        "drvfs",
        "vboxsf",
        "vmhgfs",
        "prl_fs",
        "fuse",
        "vfat",
        "msdos",
        "exfat",
        "ntfs",
        "hfs",
    ];

    /// <summary>Whether a file's owner and mode say who may read it.</summary>
    /// <param name="fileSystem">The type of its file system; <see langword="null"/> when that can't be told.</param>
    public static bool HasModes(string? fileSystem) =>
        fileSystem is null
        // The root of containers that are run without root: it keeps modes.
        || fileSystem == "fuse.fuse-overlayfs"
        || !WithoutModes.Any(name => fileSystem.StartsWith(name, StringComparison.Ordinal));

    /// <summary>The type of the file system at a path whose links are followed; <see langword="null"/> when it can't be told, as anywhere
    /// but on Linux.</summary>
    public static string? FileSystemOf(string path) => Mounts() is { } mounts ? FileSystemOf(path, mounts) : null;

    /// <summary>The options of the mount at a path whose links are followed, those of its file system included; <see langword="null"/> when
    /// they can't be told.</summary>
    public static string? OptionsOf(string path) => Mounts() is { } mounts ? Find(path, mounts)?.Options : null;

    /// <summary>The same, by the lines of <c>/proc/self/mountinfo</c>: the mount with the longest path above it, and of those on top of
    /// each other the last.</summary>
    internal static string? FileSystemOf(string path, IEnumerable<string> mounts) => Find(path, mounts)?.Type;

    private static string[]? Mounts()
    {
        try
        {
            return OperatingSystem.IsLinux() ? File.ReadAllLines(Table) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static (string Type, string Options)? Find(string path, IEnumerable<string> mounts)
    {
        var (longest, found) = (-1, ((string, string)?)null);
        foreach (var line in mounts)
        {
            // 36 35 98:0 /root /mount/point rw,noatime shared:1 - ext4 /dev/sda1 rw
            var fields = line.Split(' ');
            var separator = Array.IndexOf(fields, "-");
            if (separator < 6 || separator + 1 >= fields.Length)
            {
                continue;
            }

            var point = Unescape(fields[4]);
            var isAbove = point == "/" || path == point || (path.StartsWith(point, StringComparison.Ordinal) && path[point.Length] == '/');
            if (isAbove && point.Length >= longest)
            {
                (longest, found) = (point.Length, (fields[separator + 1], $"{fields[5]},{fields[^1]}"));
            }
        }

        return found;
    }

    private static string Unescape(string point) =>
        point.Contains('\\', StringComparison.Ordinal)
            ? point
                .Replace("\\040", " ", StringComparison.Ordinal)
                .Replace("\\011", "\t", StringComparison.Ordinal)
                .Replace("\\012", "\n", StringComparison.Ordinal)
                .Replace("\\134", "\\", StringComparison.Ordinal)
            : point;
}
