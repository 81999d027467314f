using System.Runtime.InteropServices;

namespace Connectors.Sources.Files.Access;

/// <summary>
/// Asks Linux about a file with <c>statx</c>, whose structure is the same on every architecture: only it tells a pipe or a device from a
/// file, which .NET's own classes don't, and gives inode, owner and times in one call.
/// </summary>
internal static partial class LinuxStat
{
    private const int CurrentFolder = -100;
    private const uint BasicAndBirthTime = 0xFFF;
    private const uint BirthTime = 0x800;
    private const int NotFound = 2;
    private const int AccessDenied = 13;
    private const int NotAFolder = 20;
    private const int TooManyLinks = 40;
    private const int NoSuchCall = 38;

    /// <summary>What is at the path, links followed; <see langword="null"/> in <paramref name="status"/> when nothing is.</summary>
    /// <returns>False where there is no such call.</returns>
    public static bool TryFind(string path, out FileStatus? status)
    {
        status = null;
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            if (Statx(CurrentFolder, path, 0, BasicAndBirthTime, out var buffer) == 0)
            {
                status = Read(buffer);
                return true;
            }
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }

        return Marshal.GetLastPInvokeError() switch
        {
            NotFound or NotAFolder => true,
            NoSuchCall => false,
            AccessDenied => throw new UnauthorizedAccessException("access denied"),
            TooManyLinks => throw new IOException("a loop of symbolic links"),
            var error => throw new IOException(Marshal.GetPInvokeErrorMessage(error)),
        };
    }

    private static FileStatus Read(in Buffer buffer)
    {
        var kind = (buffer.Mode & 0xF000) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Folder,
            _ => FileKind.Special,
        };
        ulong major = buffer.DeviceMajor,
            minor = buffer.DeviceMinor;
        var device = ((major & 0xFFFFF000) << 32) | ((major & 0xFFF) << 8) | ((minor & 0xFFFFFF00) << 12) | (minor & 0xFF);
        return new FileStatus(
            kind,
            (long)buffer.Size,
            buffer.Modified.ToDateTimeOffset(),
            (buffer.Mask & BirthTime) != 0 ? buffer.Born.ToDateTimeOffset() : null,
            new UnixFileStatus(
                buffer.Mode,
                buffer.Inode,
                device,
                buffer.Links,
                buffer.User,
                buffer.Group,
                buffer.Changed.ToDateTimeOffset()
            )
        );
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out Buffer buffer);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public uint Nanoseconds;
        public int Reserved;

        /// <summary>Cut to .NET's range: a file's time can be any number.</summary>
        public readonly DateTimeOffset ToDateTimeOffset() =>
            DateTimeOffset
                .FromUnixTimeSeconds(
                    Math.Clamp(Seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds())
                )
                .AddTicks(Nanoseconds / 100);
    }

    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct Buffer
    {
        public uint Mask;
        public uint BlockSize;
        public ulong Attributes;
        public uint Links;
        public uint User;
        public uint Group;
        public ushort Mode;
        public ushort Reserved;
        public ulong Inode;
        public ulong Size;
        public ulong Blocks;
        public ulong AttributesMask;
        public Time Accessed;
        public Time Born;
        public Time Changed;
        public Time Modified;
        public uint SpecialMajor;
        public uint SpecialMinor;
        public uint DeviceMajor;
        public uint DeviceMinor;
    }
}
