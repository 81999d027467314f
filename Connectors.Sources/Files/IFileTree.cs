using Connectors.Sources.Files.Access;

namespace Connectors.Sources.Files;

/// <summary>The file system as the walk sees it. Calls block, so they are made away from the pipeline's threads. Safe for concurrent
/// use.</summary>
internal interface IFileTree
{
    /// <summary>Everything in a folder, in no order, all of it or an exception.</summary>
    /// <exception cref="IOException">The folder can't be read; <see cref="DirectoryNotFoundException"/> when it is not there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    IReadOnlyList<FolderEntry> List(string folder);

    /// <summary>What is at <paramref name="path"/>, after following symbolic links; <see langword="null"/> when nothing is.</summary>
    /// <exception cref="IOException">It can't be told, a loop of symbolic links for example.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder on the way may not be searched.</exception>
    FileStatus? Find(string path);

    /// <summary>The access control list of what is at <paramref name="path"/>, beside its mode; <see langword="null"/> when its mode says
    /// all.</summary>
    /// <exception cref="IOException">It can't be told.</exception>
    PosixAcl? FindAcl(string path);

    /// <summary>The security descriptor of Windows of what is at <paramref name="path"/>, links followed; <see langword="null"/> when its
    /// file system has none.</summary>
    /// <exception cref="IOException">It can't be told.</exception>
    byte[]? FindSecurityDescriptor(string path) => null;

    /// <summary>The path with every symbolic link in it followed; <see langword="null"/> when nothing is there.</summary>
    /// <exception cref="IOException">It can't be told.</exception>
    string? Resolve(string path);

    /// <summary>The type of the file system that holds what is at <paramref name="path"/>, whose links are followed already, as Linux names
    /// it: <c>ext4</c>; <see langword="null"/> when it can't be told.</summary>
    string? FileSystemOf(string path) => null;

    /// <summary>The options of the mount that holds what is at <paramref name="path"/>, whose links are followed already;
    /// <see langword="null"/> when they can't be told.</summary>
    string? MountOptionsOf(string path) => null;

    /// <summary>Opens a file for reading, whoever else reads or writes it.</summary>
    Stream Open(string path);

    /// <summary>Where an opened file really lies; <see langword="null"/> when it can't be told.</summary>
    string? PathOf(Stream opened) => null;
}

/// <summary>A directory entry.</summary>
/// <param name="Name">Name within the folder.</param>
/// <param name="IsFolder">Whether it is a folder or a symbolic link to one.</param>
/// <param name="IsLink">Whether it is a symbolic link.</param>
internal readonly record struct FolderEntry(string Name, bool IsFolder, bool IsLink);

/// <summary>Facts about a file. Those that only Unix knows are <see langword="null"/> elsewhere.</summary>
internal sealed record FileStatus(FileKind Kind, long Size, DateTimeOffset Modified, DateTimeOffset? Created, UnixFileStatus? Unix);

/// <summary>Facts that only Unix knows, as <c>stat</c> gives them.</summary>
internal sealed record UnixFileStatus(uint Mode, ulong Inode, ulong Device, uint Links, uint User, uint Group, DateTimeOffset Changed);

/// <summary>What kind of thing a path leads to.</summary>
internal enum FileKind
{
    /// <summary>An ordinary file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A pipe, socket or device: it has no content, and opening it may wait for ever.</summary>
    Special,
}
