using System.Collections.Concurrent;

namespace Connectors.Sync.Sources.Directory;

/// <summary>The files of a folder tree. Ids and field names are the Python service's.</summary>
/// <remarks>Resumes by path in a fixed walk order. File system calls block, so they run beside the pipeline.</remarks>
public sealed class DirectoryDataSource : IDataSource
{
    private readonly Lazy<DirectoryConfiguration> _configuration;
    private readonly IFileTree _tree;
    private readonly ConcurrentDictionary<string, DirectoryReading> _readings = new(StringComparer.Ordinal);

    /// <summary>A source over the machine's file system.</summary>
    public DirectoryDataSource(SourceContext context)
        : this(context, new FileTree())
    {
    }

    internal DirectoryDataSource(SourceContext context, IFileTree tree)
    {
        ArgumentNullException.ThrowIfNull(context);
        _configuration = new Lazy<DirectoryConfiguration>(() => DirectoryConfiguration.From(context.Settings), LazyThreadSafetyMode.PublicationOnly);
        _tree = tree;
    }

    /// <inheritdoc/>
    public SourceDescription Description { get; } = new()
    {
        Name = "System Directory",
        ServiceType = "dir",
        Fields = DirectoryConfiguration.Fields,
    };

    /// <inheritdoc/>
    public Task PingAsync(CancellationToken cancellationToken)
    {
        var root = _configuration.Value.Root;
        return Task.Run(() => ListRoot(root), cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>Nothing short of a walk tells, so the answer is always "changed".</remarks>
    public Task<ChangeAnswer> HasChangedAsync(string? lastMark, CancellationToken cancellationToken) => Task.FromResult(ChangeAnswer.Unknown);

    /// <inheritdoc/>
    /// <remarks>Partitions are ranges of names right below the directory, of about as many folders each.</remarks>
    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken)
    {
        var (root, pattern) = _configuration.Value;
        return Task.Run(
            () => DirectoryBounds.Divide(
                [.. ListRoot(root).Where(entry => entry.IsFolder && !pattern.Enter(pattern.Root, entry.Name, entry.IsLink).IsDead).Select(entry => entry.Name)],
                wanted,
                RootErrors.Explain(root, () => _tree.Find(root))?.Unix?.Inode),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<SourcePage> ReadPageAsync(SourcePartition partition, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partition);
        var configuration = _configuration.Value;

        // A walk is kept between pages, since finding the place again lists every folder on the way to it.
        if (!_readings.TryRemove(partition.Name, out var reading) || reading.Token != after)
        {
            reading = new DirectoryReading(_tree, configuration, DirectoryBounds.Parse(partition), after);
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
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _readings.Clear();
        return ValueTask.CompletedTask;
    }

    private IReadOnlyList<FolderEntry> ListRoot(string root) => RootErrors.Explain(root, () => _tree.List(root));
}
