namespace Connectors.Sources.Files.Walking;

/// <summary>
/// Walks a tree in a fixed order: the entries of each folder by ordinal comparison of their names, a folder's content at the folder's
/// place. It holds one sorted listing per level, never the tree. It can begin after any path, whether or not that still exists. Not
/// thread-safe; it blocks.
/// </summary>
internal sealed class FolderWalk
{
    private readonly IFileTree _tree;
    private readonly string _root;
    private readonly GlobPattern _pattern;
    private readonly NameRange _range;
    private readonly Stack<Level> _levels = new();
    private string[] _after;
    private bool _hasBegun;
    private Found? _given;

    /// <summary>A walk of the part of <paramref name="root"/> whose first path components lie in <paramref name="range"/>.</summary>
    /// <param name="tree">The file system.</param>
    /// <param name="root">An absolute path.</param>
    /// <param name="pattern">Which files are meant.</param>
    /// <param name="range">Names right below the root.</param>
    /// <param name="after">Path relative to the root, with <c>/</c>, of the entry to begin after; empty for the start. Of a folder that was
    /// given it ends with a <c>/</c>: what is in it comes next.</param>
    public FolderWalk(IFileTree tree, string root, GlobPattern pattern, NameRange range, string after)
    {
        _tree = tree;
        _root = root;
        _pattern = pattern;
        _range = range;
        _after = after.Length == 0 ? [] : after.Split('/');
    }

    /// <summary>Whether a folder that is a symbolic link may be entered, by its path.</summary>
    public Func<string, bool> MayEnter { get; init; } = _ => true;

    /// <summary>Whether folders whose names the pattern means are given too, each before what is in it; none that is a symbolic
    /// link.</summary>
    public bool GivesFolders { get; init; }

    /// <summary>What of the pattern the names right below the root can match; as if the root was the pattern's, when it is not
    /// set.</summary>
    public GlobPattern.State? Start { get; init; }

    /// <summary>The next file whose name the pattern means, or folder that can't be read; <see langword="null"/> at the end.</summary>
    /// <exception cref="IOException">The root can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The root may not be read.</exception>
    public WalkStep? Next(CancellationToken cancellationToken)
    {
        if (!_hasBegun)
        {
            // Only the root's failure is thrown: nothing can be said of a tree whose root can't be read.
            _levels.Push(List(string.Empty, Start ?? _pattern.Root, depth: 0));
            _hasBegun = true;
        }

        if (_given is { } given)
        {
            _given = null;
            if (Enter(given.Level, given.Entry, given.Path) is { } failure)
            {
                return new WalkStep(given.Path, given.Entry.IsLink, failure);
            }
        }

        while (_levels.TryPeek(out var level))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (level.Position == level.Entries.Length)
            {
                _levels.Pop();
                continue;
            }

            var entry = level.Entries[level.Position++];
            var path = level.Path.Length == 0 ? entry.Name : level.Path + '/' + entry.Name;
            if (!entry.IsFolder)
            {
                if (_pattern.MatchesFile(level.State, entry.Name))
                {
                    return new WalkStep(path, entry.IsLink, FolderFailure: null);
                }
            }
            else if (GivesFolders && !entry.IsLink && !IsOnTheWay(entry) && _pattern.MatchesFile(level.State, entry.Name))
            {
                _given = new Found(level, entry, path);
                return new WalkStep(path + '/', IsLink: false, FolderFailure: null);
            }
            else if (Enter(level, entry, path) is { } failure)
            {
                return new WalkStep(path, entry.IsLink, failure);
            }
        }

        return null;
    }

    // It was given before, or what is in it was.
    private bool IsOnTheWay(FolderEntry entry) =>
        _levels.Count < _after.Length && string.Equals(_after[_levels.Count - 1], entry.Name, StringComparison.Ordinal);

    private Exception? Enter(Level level, FolderEntry entry, string path)
    {
        var state = _pattern.Enter(level.State, entry.Name, entry.IsLink);
        if (state.IsDead)
        {
            _after = [];
            return null;
        }

        try
        {
            if (entry.IsLink && !MayEnter(Path.Join(_root, path)))
            {
                _after = [];
                return null;
            }

            _levels.Push(List(path, state, _levels.Count));
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _after = [];
            return failure;
        }
    }

    private Level List(string path, GlobPattern.State state, int depth)
    {
        IEnumerable<FolderEntry> entries = _tree.List(path.Length == 0 ? _root : Path.Join(_root, path));
        if (depth == 0)
        {
            entries = entries.Where(entry => _range.Contains(entry.Name));
        }

        var sorted = entries.ToArray();
        Array.Sort(sorted, static (item, other) => string.CompareOrdinal(item.Name, other.Name));
        return new Level(path, sorted, state) { Position = Seek(sorted, depth) };
    }

    /// <summary>Where to begin in a folder on the way to the place that the walk resumes after.</summary>
    private int Seek(FolderEntry[] sorted, int depth)
    {
        if (depth >= _after.Length)
        {
            return 0;
        }

        var (name, isLast) = (_after[depth], depth == _after.Length - 1);
        var position = 0;
        while (position < sorted.Length && string.CompareOrdinal(sorted[position].Name, name) < 0)
        {
            position++;
        }

        var isFound = position < sorted.Length && string.Equals(sorted[position].Name, name, StringComparison.Ordinal);
        if (isFound && !isLast && sorted[position].IsFolder)
        {
            return position;
        }

        // The way ends here: what follows is new ground, entered from its start. A folder that now stands where the file was is new as
        // well.
        _after = [];
        while (
            isLast
            && position < sorted.Length
            && !sorted[position].IsFolder
            && string.Equals(sorted[position].Name, name, StringComparison.Ordinal)
        )
        {
            position++;
        }

        return position;
    }

    private sealed record Found(Level Level, FolderEntry Entry, string Path);

    private sealed record Level(string Path, FolderEntry[] Entries, GlobPattern.State State)
    {
        public int Position { get; set; }
    }
}

/// <summary>Something that a walk came upon.</summary>
/// <param name="Path">Relative to the root, with <c>/</c>; of a folder that is given it ends with one.</param>
/// <param name="IsLink">Whether it is a symbolic link.</param>
/// <param name="FolderFailure">Why it, a folder, can't be read; <see langword="null"/> for a file, and a folder that is given.</param>
internal sealed record WalkStep(string Path, bool IsLink, Exception? FolderFailure);

/// <summary>Names from <paramref name="From"/>, included, to <paramref name="To"/>, excluded, in ordinal order; <see langword="null"/> = no
/// end.</summary>
internal readonly record struct NameRange(string? From, string? To)
{
    public bool Contains(string name) =>
        (From is null || string.CompareOrdinal(name, From) >= 0) && (To is null || string.CompareOrdinal(name, To) < 0);
}
