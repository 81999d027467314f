using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Connectors.Abstractions;
using Connectors.Sources.Files.Access;

namespace Connectors.Sources.Files;

/// <summary>The files of a folder tree. Ids and field names are the Python service's.</summary>
/// <remarks>Resumes by path in a fixed walk order. File system calls block, so they run beside the pipeline.</remarks>
public sealed class DirectoryDataSource : IDataSource, IChangeFeed, IAccessControlSource
{
    private const string Changes = "changes";

    /// <summary>For clocks of file servers that differ from this machine's.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time;
    private readonly Lazy<DirectoryConfiguration> _configuration;
    private readonly IFileTree _tree;
    private readonly ConcurrentDictionary<string, DirectoryReader> _readings = new(StringComparer.Ordinal);

    /// <summary>A source over the machine's file system.</summary>
    public DirectoryDataSource(SourceContext context)
        : this(context, new FileTree()) { }

    internal DirectoryDataSource(SourceContext context, IFileTree tree)
    {
        ArgumentNullException.ThrowIfNull(context);
        _configuration = new Lazy<DirectoryConfiguration>(
            () => DirectoryConfiguration.From(context.Settings, context.AdvancedRules),
            LazyThreadSafetyMode.PublicationOnly
        );
        _tree = tree;
        _time = context.TimeProvider;
    }

    /// <inheritdoc/>
    public SourceDescription Description { get; } =
        new()
        {
            Name = "System Directory",
            ServiceType = "dir",
            Fields = DirectoryConfiguration.Fields,
            HasChangeFeed = true,
            HasAccessControl = true,
            CheckAdvancedRules = DirectoryConfiguration.CheckRules,
        };

    /// <inheritdoc/>
    public Task PingAsync(CancellationToken cancellationToken)
    {
        var configuration = _configuration.Value;
        return Task.Run(
            () =>
            {
                ListRoot(configuration.Root);
                if (configuration.Accounts is { } files)
                {
                    Accounts.Read(files);
                    RequireModes(configuration.Root);
                }
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
        var (root, pattern) = _configuration.Value;
        return Task.Run(
            () =>
                DirectoryBounds.Divide(
                    [
                        .. ListRoot(root)
                            .Where(entry => entry.IsFolder && !pattern.Enter(pattern.Root, entry.Name, entry.IsLink).IsDead)
                            .Select(entry => entry.Name),
                    ],
                    wanted,
                    RootErrors.Explain(root, () => _tree.Find(root))?.Unix?.Inode
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
        var configuration = _configuration.Value;

        // A walk is kept between pages, since finding the place again lists every folder on the way to it.
        if (!_readings.TryRemove(partition.Name, out var reading) || reading.Token != after)
        {
            reading = new DirectoryReader(_tree, configuration, DirectoryBounds.Parse(partition), after);
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
                _tree,
                _configuration.Value,
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
    /// <remarks>The users of the system. Each has its own value and those of its groups; root is a user like any other.</remarks>
    public IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            _configuration.Value.Accounts
                ?? throw new ConnectorException($"{AccessControl.Switch.Name}: switched off, so there are no identities."),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _readings.Clear();
        return ValueTask.CompletedTask;
    }

    private static async IAsyncEnumerable<AccessIdentity> ReadAsync(
        AccountFiles files,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var accounts = await Task.Run(() => Accounts.Read(files), cancellationToken);
        foreach (var user in accounts.Users)
        {
            yield return new AccessIdentity(
                user.Name,
                [AccessSet.UserValue(user.User), .. accounts.GroupsOf(user.User).Select(AccessSet.GroupValue)]
            )
            {
                Identity = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["username"] = user.Name,
                    ["user_id"] = user.User.ToString(CultureInfo.InvariantCulture),
                },
            };
        }
    }

    /// <exception cref="ConnectorException">The modes of the files say nothing of who may read them.</exception>
    private void RequireModes(string root)
    {
        var type = _tree.FileSystemOf(RootErrors.Explain(root, () => _tree.Resolve(root)) ?? root);
        if (!LinuxMounts.HasModes(type))
        {
            throw new ConnectorException(
                $"directory: '{root}' is on a file system ({type}) whose modes don't tell who may read a file. Switch "
                    + $"{AccessControl.Switch.Name} off, or run the service where the files are."
            );
        }
    }

    private IReadOnlyList<FolderEntry> ListRoot(string root) => RootErrors.Explain(root, () => _tree.List(root));
}
