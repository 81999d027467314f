using System.Text;
using Connectors.Abstractions;

namespace Connectors.Sources.Files.Walking;

/// <summary>A walk through one partition, page by page: of all files, or of those that changed since a time. One thread at a time; it
/// blocks.</summary>
internal sealed class DirectoryReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Files passed over, for each document that a page takes, before the page ends all the same: a walk has to be
    /// stoppable.</summary>
    private const int PassedADocument = 10;

    private readonly IFileTree _tree;
    private readonly DateTimeOffset? _since;
    private readonly string _root;
    private readonly ulong? _rootInode;
    private readonly FolderWalk _walk;
    private readonly IFileDocuments _documents;
    private readonly LinkBounds? _bounds;

    public DirectoryReader(
        IFileTree tree,
        DirectoryConfiguration configuration,
        IFileDocuments documents,
        DirectoryBounds bounds,
        PageToken after,
        DateTimeOffset? since = null
    )
    {
        _documents = documents;
        _since = since;
        _tree = tree;
        _root = configuration.Root;
        _rootInode = bounds.RootInode;
        _bounds = configuration.FollowsOutside ? null : new LinkBounds(tree, _root);
        _walk = new FolderWalk(tree, _root, configuration.Pattern, bounds.Range, after.ToString())
        {
            MayEnter = path => _bounds?.Holds(path) != false,
            GivesFolders = documents.HasFolders,
            Start = configuration.Start,
        };
        Token = after;
    }

    /// <summary>Where the next page begins: the path of the last file or folder of the one before, relative to the root.</summary>
    public PageToken Token { get; private set; }

    /// <summary>Reads a page.</summary>
    public SourcePage ReadPage(PageLimits limits, CancellationToken cancellationToken)
    {
        using var page = new SourcePageBuilder(limits);
        var isLast = Fill(page, limits, cancellationToken);
        return page.Build(Token, isLast);
    }

    /// <summary>Fills a page; true when the walk is at its end.</summary>
    public bool Fill(SourcePageBuilder page, PageLimits limits, CancellationToken cancellationToken)
    {
        EnsureSameRoot();
        var unreadable = 0;
        var passed = 0;
        while (RootErrors.Explain(_root, () => _walk.Next(cancellationToken)) is { } step)
        {
            if (step.FolderFailure is { } failure)
            {
                AddFolder(page, step, failure);
                continue;
            }

            var count = page.Count;
            unreadable += AddFile(page, step) ? 0 : 1;
            passed += page.Count == count ? 1 : 0;
            if (page.IsFull || page.Count + unreadable >= limits.MaxDocuments || passed >= (long)limits.MaxDocuments * PassedADocument)
            {
                Token = new PageToken(step.Path);
                return false;
            }
        }

        EnsureSameRoot();
        Token = PageToken.Start;
        return true;
    }

    private void AddFolder(SourcePageBuilder page, WalkStep step, Exception failure)
    {
        var path = Path.Join(_root, step.Path);
        if (failure is not DirectoryNotFoundException)
        {
            page.AddGap(path, $"the folder can't be read ({failure.Message})");
        }
        else if (HasBrokenName(step.Path))
        {
            // Nothing below it can be in the index: it could never be read.
            AddUnreadable(page, path, "the folder's name is not valid UTF-8. Rename it.");
        }
        else
        {
            EnsureSameRoot();
        }
    }

    /// <summary>Adds a file or folder, or reports it as unreadable and returns false.</summary>
    private bool AddFile(SourcePageBuilder page, WalkStep step)
    {
        var path = Path.Join(_root, step.Path.TrimEnd('/'));
        var reason = HasLoneSurrogate(path) ? "its name is not valid Unicode. Rename it." : null;
        try
        {
            if (reason is null && step.IsLink && _bounds?.Holds(path) == false)
            {
                // As if it were not there: what the link leads to is none of this directory's.
                return true;
            }

            if (reason is null)
            {
                switch (_tree.Find(path))
                {
                    case { Kind: FileKind.File or FileKind.Folder } status when IsMeant(status) && IsOlder(status):
                        return true;
                    case { Kind: FileKind.File or FileKind.Folder } status when IsMeant(status):
                        _documents.Write(page, _bounds, path, step.IsLink, status);
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

        return AddUnreadable(page, path, reason);
    }

    private bool IsMeant(FileStatus status) => status.Kind == FileKind.File || _documents.HasFolders;

    /// <summary>Reports it. Without an id the document can't be told from those that are gone, which makes it a gap.</summary>
    /// <returns>Whether it is a gap.</returns>
    private bool AddUnreadable(SourcePageBuilder page, string path, string reason)
    {
        if (_documents.IdOf(path) is { } id)
        {
            page.AddUnreadable(id, $"{path}: {reason}");
            return false;
        }

        page.AddGap(path, reason);
        return true;
    }

    /// <summary>A file that was moved here keeps the time of its content, but not that of its entry.</summary>
    private bool IsOlder(FileStatus status) => status.Modified < _since && !(status.Created >= _since) && !(status.Unix?.Changed >= _since);

    private void EnsureSameRoot()
    {
        var root = RootErrors.Explain(_root, () => _tree.Find(_root)) ?? throw RootErrors.Missing(_root);
        if (_rootInode is { } expected && root.Unix is { } unix && unix.Inode != expected)
        {
            throw new ConnectorException(
                $"directory: '{_root}' is not the folder that this sync began with; it was unmounted or replaced. Mount it if it should "
                    + "be, then sync again."
            );
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
