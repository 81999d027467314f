using System.Runtime.InteropServices;

namespace Connectors.Sources.Files.Access;

/// <summary>What decides who may read a file beside <see cref="LinuxStat"/>: its access control list, and the folders that its path really
/// goes through.</summary>
internal static partial class LinuxAccess
{
    private const string AclAttribute = "system.posix_acl_access";
    private const string DescriptorAttribute = "system.cifs_acl";
    private const int MaxAttributeBytes = 64 * 1024;
    private const int NotFound = 2;
    private const int NotAFolder = 20;
    private const int NoAttribute = 61;
    private const int NotSupported = 95;

    /// <summary>The list of the file at the path, links followed; <see langword="null"/> when the file has only its mode bits.</summary>
    /// <exception cref="IOException">The list can't be read.</exception>
    public static PosixAcl? FindAcl(string path) => FindAttribute(path, AclAttribute) is { } value ? PosixAcl.Parse(value) : null;

    /// <summary>The security descriptor of the file at the path, links followed, as the kernel's SMB client hands it on from the server;
    /// <see langword="null"/> when its file system has none.</summary>
    /// <exception cref="IOException">It can't be told.</exception>
    public static byte[]? FindSecurityDescriptor(string path) => FindAttribute(path, DescriptorAttribute);

    /// <summary>The path with every symbolic link in it followed; <see langword="null"/> when nothing is there.</summary>
    /// <exception cref="IOException">The links can't be read.</exception>
    public static string? Resolve(string path)
    {
        var found = RealPath(path, 0);
        if (found == 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error is NotFound or NotAFolder ? null : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }

        try
        {
            return Marshal.PtrToStringUTF8(found);
        }
        finally
        {
            Free(found);
        }
    }

    private static byte[]? FindAttribute(string path, string name)
    {
        Span<byte> small = stackalloc byte[1024];
        var length = GetAttribute(path, name, small, (nuint)small.Length);
        if (length >= 0)
        {
            return small[..(int)length].ToArray();
        }

        if (Marshal.GetLastPInvokeError() is NoAttribute or NotSupported)
        {
            return null;
        }

        var large = new byte[MaxAttributeBytes];
        length = GetAttribute(path, name, large, (nuint)large.Length);
        return length >= 0 ? large[..(int)length] : throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
    }

    [LibraryImport("libc", EntryPoint = "getxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint GetAttribute(string path, string name, Span<byte> value, nuint size);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint RealPath(string path, nint resolved);

    [LibraryImport("libc", EntryPoint = "free")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void Free(nint memory);
}
