using System.Runtime.InteropServices;

namespace Connectors.Sync.Staging.LocalState;

/// <summary>Whose a folder is and who may write there, as Linux tells: .NET's own classes know the mode and not the owner.</summary>
internal static partial class FolderOwner
{
    private const int CurrentFolder = -100;
    private const uint Basic = 0x7FF;
    private const int GroupMayWrite = 0x10;
    private const int OthersMayWrite = 0x02;

    /// <summary>Why a folder is no place for what only this user may read and write, in a sentence; <see langword="null"/> when it is one,
    /// or when that can't be told here.</summary>
    public static string? Problem(string folder)
    {
        if (!OperatingSystem.IsLinux() || !TryStat(folder, out var found))
        {
            return null;
        }

        var user = EffectiveUser();
        if (found.User != user && found.User != 0)
        {
            return $"it belongs to another user (id {found.User}; this process runs as {user}), who could change what is in it.";
        }

        // A group with the number of its user is that user's own; and root may have made the folder for a group of ours, as containers do.
        var isOwnGroup = found.Group == found.User || (found.User == 0 && found.Group == EffectiveGroup());
        return (found.Mode & OthersMayWrite) != 0 || ((found.Mode & GroupMayWrite) != 0 && !isOwnGroup)
            ? $"other users may write there, and could change what is in it. Take that right away (chmod go-w '{folder}'), or name a "
                + "folder in it that does not exist yet."
            : null;
    }

    private static bool TryStat(string folder, out Buffer found)
    {
        try
        {
            return Statx(CurrentFolder, folder, 0, Basic, out found) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            found = default;
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out Buffer buffer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint EffectiveGroup();

    // The beginning of struct statx, which is the same on every architecture.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Buffer
    {
        [FieldOffset(20)]
        public uint User;

        [FieldOffset(24)]
        public uint Group;

        [FieldOffset(28)]
        public ushort Mode;
    }
}
