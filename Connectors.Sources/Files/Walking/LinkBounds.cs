namespace Connectors.Sources.Files.Walking;

/// <summary>Keeps symbolic links from leading out of the directory that a connector names: who may put a link there need not be allowed to
/// read what it leads to, and the service may be. Safe for concurrent use; it blocks.</summary>
internal sealed class LinkBounds(IFileTree tree, string root)
{
    private readonly Lazy<string> _root = new(() => tree.Resolve(root) ?? root, LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Whether what a path leads to lies in the directory. So does what leads nowhere.</summary>
    /// <exception cref="IOException">It can't be told, a loop of symbolic links for example.</exception>
    public bool Holds(string path) => tree.Resolve(path) is not { } place || IsBelow(place);

    /// <summary>Whether an opened file lies in the directory: it is looked at when it is open, since a link may have taken a file's place a
    /// moment before. True where that can't be told.</summary>
    public bool Holds(Stream opened) => tree.PathOf(opened) is not { } place || IsBelow(place);

    private bool IsBelow(string place) =>
        place.Length > _root.Value.Length
            ? place.StartsWith(
                Path.EndsInDirectorySeparator(_root.Value) ? _root.Value : _root.Value + Path.DirectorySeparatorChar,
                StringComparison.Ordinal
            )
            : string.Equals(place, _root.Value, StringComparison.Ordinal);
}
