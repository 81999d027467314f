using System.Text;

namespace Connectors.Sync.Sources.Directory;

/// <summary>A walk through one partition, page by page. One thread at a time; it blocks.</summary>
internal sealed class DirectoryReading
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly IFileTree _tree;
    private readonly string _root;
    private readonly ulong? _rootInode;
    private readonly FolderWalk _walk;

    public DirectoryReading(IFileTree tree, DirectoryConfiguration configuration, DirectoryBounds bounds, PageToken after)
    {
        _tree = tree;
        _root = configuration.Root;
        _rootInode = bounds.RootInode;
        _walk = new FolderWalk(tree, _root, configuration.Pattern, bounds.Range, after.ToString());
        Token = after;
    }

    /// <summary>Where the next page begins: the path of the last file of the one before, relative to the root.</summary>
    public PageToken Token { get; private set; }

    public SourcePage ReadPage(PageLimits limits, CancellationToken cancellationToken)
    {
        using var page = new SourcePageBuilder(limits);
        EnsureSameRoot();
        var unreadable = 0;
        while (RootErrors.Explain(_root, () => _walk.Next(cancellationToken)) is { } step)
        {
            if (step.FolderFailure is { } failure)
            {
                AddFolder(page, step, failure);
                continue;
            }

            unreadable += AddFile(page, step) ? 0 : 1;
            if (page.IsFull || page.Count + unreadable >= limits.MaxDocuments)
            {
                Token = new PageToken(step.Path);
                return page.Build(Token, isLast: false);
            }
        }

        EnsureSameRoot();
        return page.Build(PageToken.Start, isLast: true);
    }

    private void AddFolder(SourcePageBuilder page, WalkStep step, Exception failure)
    {
        var path = Path.Join(_root, step.Path);
        if (failure is not DirectoryNotFoundException)
        {
            page.AddGap(path, $"the folder can't be read ({failure.Message}), so nothing is deleted in this sync");
        }
        else if (HasBrokenName(step.Path))
        {
            // Nothing below it can be in the index: it could never be read.
            page.AddUnreadable(PythonServiceId.Of(path), $"{path}: the folder's name is not valid UTF-8. Rename it.");
        }
        else
        {
            EnsureSameRoot();
        }
    }

    /// <summary>Adds a file, or reports it and returns false.</summary>
    private bool AddFile(SourcePageBuilder page, WalkStep step)
    {
        var path = Path.Join(_root, step.Path);
        var reason = HasLoneSurrogate(path) ? "its name is not valid Unicode. Rename it." : null;
        try
        {
            if (reason is null)
            {
                switch (_tree.Find(path))
                {
                    case { Kind: FileKind.File } facts:
                        FileDocument.Write(page, _tree, path, facts);
                        return true;
                    case null when HasBrokenName(step.Path):
                        reason = "its name is not valid UTF-8. Rename it.";
                        break;
                    case null when step.IsLink:
                        reason = "a symbolic link whose target does not exist. Remove it, or bring the target back.";
                        break;
                    case null:
                        // It vanished between listing and reading, as files do; but so they would if the whole tree was unmounted.
                        EnsureSameRoot();
                        return true;
                    default:
                        return true;
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            reason = failure.Message;
        }

        page.AddUnreadable(PythonServiceId.Of(path), $"{path}: {reason}");
        return false;
    }

    private void EnsureSameRoot()
    {
        var root = RootErrors.Explain(_root, () => _tree.Find(_root))
            ?? throw RootErrors.Missing(_root);
        if (_rootInode is { } expected && root.Unix is { } unix && unix.Inode != expected)
        {
            throw new ConnectorException(
                $"directory: '{_root}' is not the folder that this sync began with; it was unmounted or replaced. Mount it if it should be, then sync again.");
        }
    }

    /// <summary>.NET shows a byte that is no UTF-8 as U+FFFD and can't find the file by that name.</summary>
    private static bool HasBrokenName(string path) => path.Contains('\uFFFD', StringComparison.Ordinal);

    private static bool HasLoneSurrogate(string path)
    {
        try
        {
            return Strict.GetByteCount(path) < 0;
        }
        catch (EncoderFallbackException)
        {
            return true;
        }
    }
}
