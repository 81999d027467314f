using Connectors.Sync.Sources.Sql;

namespace Connectors.Sync.Sources.MySql;

/// <summary>
/// The rows of a MySQL or MariaDB database's tables. Reads only. Pages are cut by primary key and hold no cursor, so that a sync can go on after any of them,
/// in any process. Ids and field names are the Python service's. See docs/sources/mysql.md for fields, privileges and conversions.
/// </summary>
public sealed class MySqlDataSource : IDataSource
{
    private readonly SqlSource _source;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public MySqlDataSource(SourceContext context)
        : this(context, SqlPartitions.RowsAPartition)
    {
    }

    /// <summary>For tests, which have few rows.</summary>
    internal MySqlDataSource(SourceContext context, int rowsAPartition)
    {
        ArgumentNullException.ThrowIfNull(context);
        _source = new SqlSource(() => new MySqlDialect(MySqlConfiguration.From(context.Settings)), rowsAPartition);
    }

    /// <inheritdoc/>
    public SourceDescription Description { get; } = new() { Name = "MySQL", ServiceType = "mysql", Fields = MySqlConfiguration.Fields };

    /// <inheritdoc/>
    public Task PingAsync(CancellationToken cancellationToken) => _source.PingAsync(cancellationToken);

    /// <inheritdoc/>
    /// <remarks>The server keeps no fact that survives a restart and counts every write, so the answer is always "changed".</remarks>
    public Task<ChangeAnswer> HasChangedAsync(string? lastMark, CancellationToken cancellationToken) => _source.HasChangedAsync(lastMark, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Every table is a partition; a large one with a whole number as key is several.</remarks>
    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) => _source.PartitionAsync(wanted, cancellationToken);

    /// <inheritdoc/>
    public Task<SourcePage> ReadPageAsync(SourcePartition partition, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partition);
        return _source.ReadPageAsync(partition, after, limits, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
