using System.IO.Enumeration;
using Connectors.Abstractions;
using Connectors.Sources.Files.Access;

namespace Connectors.Sources.Files;

/// <summary>The machine's file system.</summary>
internal sealed class FileTree : IFileTree
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
        RecurseSubdirectories = false,
        ReturnSpecialDirectories = false,
    };

    public IReadOnlyList<FolderEntry> List(string folder) =>
        new FileSystemEnumerable<FolderEntry>(
            folder,
            static (ref entry) =>
                new FolderEntry(entry.FileName.ToString(), entry.IsDirectory, entry.Attributes.HasFlag(FileAttributes.ReparsePoint)),
            Everything
        ).ToList();

    public FileStatus? Find(string path)
    {
        if (LinuxStat.TryFind(path, out var status))
        {
            return status;
        }

        var folder = new DirectoryInfo(path);
        if (folder.Exists)
        {
            return new FileStatus(FileKind.Folder, 0, Utc(folder.LastWriteTimeUtc), Utc(folder.CreationTimeUtc), Unix: null);
        }

        // FileInfo tells a link's own size and times, so it is the target that is asked.
        var file = new FileInfo(path);
        var target = file.LinkTarget is null ? file : (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true);
        return target is { Exists: true }
            ? new FileStatus(FileKind.File, target.Length, Utc(target.LastWriteTimeUtc), Utc(target.CreationTimeUtc), Unix: null)
            : null;
    }

    public PosixAcl? FindAcl(string path) => LinuxAccess.FindAcl(path);

    public byte[]? FindSecurityDescriptor(string path) => OperatingSystem.IsLinux() ? LinuxAccess.FindSecurityDescriptor(path) : null;

    public string? Resolve(string path) =>
        OperatingSystem.IsLinux()
            ? LinuxAccess.Resolve(path)
            : new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName
                ?? (Path.Exists(path) ? Path.GetFullPath(path) : null);

    public string? PathOf(Stream opened) =>
        OperatingSystem.IsLinux() && opened is FileStream file
            ? new FileInfo($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}").LinkTarget
            : null;

    public string? FileSystemOf(string path) => LinuxMounts.FileSystemOf(path);

    public string? MountOptionsOf(string path) => LinuxMounts.OptionsOf(path);

    public Stream Open(string path) => new ContentStream(path);

    private static DateTimeOffset Utc(DateTime time) => new(time, TimeSpan.Zero);

    /// <summary>A file whose broken disk block concerns this one document, not the sync.</summary>
    private sealed class ContentStream(string path)
        : FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete,
            1,
            FileOptions.Asynchronous | FileOptions.SequentialScan
        )
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await base.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new ConnectorException(FailureKind.Skip, $"{Name}: can't be read: {failure.Message}", failure);
            }
        }
    }
}
