using System.Runtime.InteropServices;

namespace Connectors.Extraction.Confinement;

/// <summary>Calls of Linux for which .NET has no method. Those that the C library lacks go by number, through syscall(2).</summary>
internal static partial class LinuxCalls
{
    /// <summary>PR_SET_NO_NEW_PRIVS of prctl(2).</summary>
    public const int SetNoNewPrivileges = 38;

    /// <summary>O_RDONLY of open(2).</summary>
    public const int OpenForReading = 0;

    /// <summary>O_PATH of open(2): names a file or folder without opening it.</summary>
    public const int OpenAsPath = 0x20_0000;

    /// <summary>prctl(2).</summary>
    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int ControlProcess(int operation, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    /// <summary>open(2).</summary>
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    /// <summary>close(2).</summary>
    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int file);

    /// <summary>socket(2).</summary>
    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    /// <summary>execve(2). The arrays end with <see langword="null"/>. Returns only when it fails.</summary>
    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, string?[] arguments, string?[] environment);

    /// <summary>syscall(2). What a call does not take is 0.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Call(nint number, nint argument1, nint argument2, nint argument3, nint argument4);
}
