using Connectors.Sources.Files;
using Connectors.Sources.Files.Access;
using Connectors.Testing;

namespace Connectors.Tests.Sources.Files;

/// <summary>The real file system, with calls that can be made to fail as a broken disk does.</summary>
internal sealed class BreakableTree(BackendCalls calls) : IFileTree
{
    private readonly FileTree _tree = new();

    /// <summary>Called before a file's facts are asked for.</summary>
    public Action<string>? BeforeFind { get; set; }

    /// <summary>Called before a folder is listed.</summary>
    public Action<string>? BeforeList { get; set; }

    public IReadOnlyList<FolderEntry> List(string folder)
    {
        Enter();
        BeforeList?.Invoke(folder);
        return _tree.List(folder);
    }

    public FileStatus? Find(string path)
    {
        Enter();
        BeforeFind?.Invoke(path);
        return _tree.Find(path);
    }

    public PosixAcl? FindAcl(string path)
    {
        Enter();
        return _tree.FindAcl(path);
    }

    public string? Resolve(string path)
    {
        Enter();
        return _tree.Resolve(path);
    }

    /// <summary>Told instead of the type of a path's file system.</summary>
    public Func<string, string?>? FileSystem { get; set; }

    public string? FileSystemOf(string path) => FileSystem is null ? _tree.FileSystemOf(path) : FileSystem(path);

    public Stream Open(string path)
    {
        Enter();
        return _tree.Open(path);
    }

    public string? PathOf(Stream opened) => _tree.PathOf(opened);

    private void Enter()
    {
        if (!calls.Enter())
        {
            throw new IOException("Input/output error");
        }
    }
}
