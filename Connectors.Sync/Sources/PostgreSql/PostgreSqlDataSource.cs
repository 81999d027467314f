using Connectors.Sync.Sources.Sql;

namespace Connectors.Sync.Sources.PostgreSql;

/// <summary>
/// The rows of a PostgreSQL schema's tables. Reads only. Pages are cut by primary key and hold no cursor, so that a sync can go on after any of them, in any
/// process. Ids and field names are the Python service's. See docs/sources/postgresql.md for fields, privileges and conversions.
/// </summary>
public sealed class PostgreSqlDataSource : IDataSource
{
    private readonly SqlSource _source;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public PostgreSqlDataSource(SourceContext context)
        : this(context, SqlPartitions.RowsAPartition)
    {
    }

    /// <summary>For tests, which have few rows.</summary>
    internal PostgreSqlDataSource(SourceContext context, int rowsAPartition)
    {
        ArgumentNullException.ThrowIfNull(context);
        _source = new SqlSource(() => new PostgreSqlDialect(PostgreSqlConfiguration.From(context.Settings)), rowsAPartition);
    }

    /// <inheritdoc/>
    public SourceDescription Description { get; } = new() { Name = "PostgreSQL", ServiceType = "postgresql", Fields = PostgreSqlConfiguration.Fields };

    /// <inheritdoc/>
    public Task PingAsync(CancellationToken cancellationToken) => _source.PingAsync(cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Certain while the server's write-ahead log did not grow and no transaction was under way.</remarks>
    public Task<ChangeAnswer> HasChangedAsync(string? lastMark, CancellationToken cancellationToken) => _source.HasChangedAsync(lastMark, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Every table is a partition; a large one is several, divided where the server's statistics or the first and last number say.</remarks>
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
