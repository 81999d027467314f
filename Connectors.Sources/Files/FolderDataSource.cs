using System.Collections.Concurrent;
using Connectors.Abstractions;
using Connectors.Sources.Files.Walking;

namespace Connectors.Sources.Files;

/// <summary>The files below a folder of this machine.</summary>
/// <remarks>Resumes by path in a fixed walk order. File system calls block, so they run beside the pipeline.</remarks>
public abstract class FolderDataSource : IDataSource, IChangeFeed
{
    private const string Changes = "changes";

    /// <summary>For clocks of file servers that differ from this machine's.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time;
    private readonly Lazy<DirectoryConfiguration> _folder;
    private readonly ConcurrentDictionary<string, DirectoryReader> _readings = new(StringComparer.Ordinal);

    /// <param name="context">The source's context.</param>
    /// <param name="tree">The file system.</param>
    /// <param name="folder">Makes the folder from the settings; may throw a <see cref="ConnectorException"/> about them, every time
    /// anew.</param>
    private protected FolderDataSource(SourceContext context, IFileTree tree, Func<DirectoryConfiguration> folder)
    {
        ArgumentNullException.ThrowIfNull(context);
        _time = context.TimeProvider;
        _folder = new Lazy<DirectoryConfiguration>(folder, LazyThreadSafetyMode.PublicationOnly);
        Tree = tree;
    }

    /// <inheritdoc/>
    public abstract SourceDescription Description { get; }

    /// <summary>The file system.</summary>
    private protected IFileTree Tree { get; }

    /// <summary>Which folder, and what of it.</summary>
    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    private protected DirectoryConfiguration Folder => _folder.Value;

    /// <inheritdoc/>
    public Task PingAsync(CancellationToken cancellationToken)
    {
        var folder = Folder;
        return Task.Run(
            () =>
            {
                ListRoot(folder.Root);
                Check(folder);
            },
            cancellationToken
        );
    }

    /// <inheritdoc/>
    /// <remarks>Nothing short of a walk tells, so the answer is always "changed".</remarks>
    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        Task.FromResult(ChangeCheckResult.Unknown);

    /// <inheritdoc/>
    /// <remarks>Partitions are ranges of names right below the directory, of about as many folders each.</remarks>
    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken)
    {
        var (folder, root, pattern) = (Folder, Folder.Root, Folder.Pattern);
        return Task.Run(
            () =>
                DirectoryBounds.Divide(
                    [
                        .. ListRoot(root)
                            .Where(entry => entry.IsFolder && !pattern.Enter(folder.Start, entry.Name, entry.IsLink).IsDead)
                            .Select(entry => entry.Name),
                    ],
                    wanted,
                    RootErrors.Explain(root, () => Tree.Find(root))?.Unix?.Inode
                ),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public Task<SourcePage> ReadPageAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(partition);
        var folder = Folder;

        // A walk is kept between pages, since finding the place again lists every folder on the way to it.
        if (!_readings.TryRemove(partition.Name, out var reading) || reading.Token != after)
        {
            reading = new DirectoryReader(Tree, folder, Documents(), DirectoryBounds.Parse(partition), after);
        }

        return Task.Run(
            () =>
            {
                var page = reading.ReadPage(limits, cancellationToken);
                if (!page.IsLast)
                {
                    _readings[partition.Name] = reading;
                }

                return page;
            },
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new ChangeStart(TimeCursor.At(_time.GetUtcNow())));

    /// <inheritdoc/>
    /// <remarks>Walks the whole tree and tells the files that are new or changed, by their times. Files that are gone, or that came with a
    /// folder that was moved here, are left to the next full sync.</remarks>
    public Task<ChangePage> ReadChangesAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        if (TimeCursor.TimeOf(cursor) is not { } since)
        {
            return Task.FromResult(ChangePage.Expired("The stored time of the last sync can't be read."));
        }

        var position = TimeCursor.Parse(after, _time);
        if (!_readings.TryRemove(Changes, out var reading) || reading.Token.ToString() != position.After)
        {
            reading = new DirectoryReader(
                Tree,
                Folder,
                Documents(),
                new DirectoryBounds(null, null, null),
                new PageToken(position.After),
                since - Overlap
            );
        }

        return Task.Run(
            () =>
            {
                using var page = new SourcePageBuilder(limits);
                var isLast = reading.Fill(page, limits, cancellationToken);
                if (!isLast)
                {
                    _readings[Changes] = reading;
                }

                return new ChangePage(page.Build(position.Token(reading.Token.ToString()), isLast), [], TimeCursor.At(position.StartedAt));
            },
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _readings.Clear();
        return ValueTask.CompletedTask;
    }

    /// <summary>Checks what else has to be right, in the ping; the folder is there.</summary>
    /// <exception cref="ConnectorException">Something is not.</exception>
    private protected abstract void Check(DirectoryConfiguration folder);

    /// <summary>What becomes of the files, for one walk.</summary>
    private protected abstract IFileDocuments Documents();

    /// <summary>Looks at what is right below the folder, in the ping and before each sync.</summary>
    /// <exception cref="ConnectorException">It can't be what is meant.</exception>
    private protected virtual void CheckEntries(string root, IReadOnlyList<FolderEntry> entries) { }

    private IReadOnlyList<FolderEntry> ListRoot(string root)
    {
        var entries = RootErrors.Explain(root, () => Tree.List(root));
        CheckEntries(root, entries);
        return entries;
    }
}
