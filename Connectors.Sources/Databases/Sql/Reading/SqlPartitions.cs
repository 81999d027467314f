using System.Data.Common;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Tables;
using Microsoft.Extensions.Logging;

namespace Connectors.Sources.Databases.Sql.Reading;

/// <summary>Chooses the tables and divides the large ones.</summary>
/// <param name="dialect">The database.</param>
/// <param name="rowsAPartition">Rows below which a part is not worth a connection.</param>
/// <param name="logger">Is told of exclusions that leave nothing out.</param>
internal sealed class SqlPartitions(ISqlDialect dialect, int rowsAPartition, ILogger logger)
{
    public const int RowsAPartition = 10_000;

    /// <summary>The chosen tables, in the order of their names.</summary>
    /// <exception cref="ConnectorException">A table that is named does not exist, or may not be read.</exception>
    public async Task<IReadOnlyList<SqlTableInfo>> TablesAsync(DbTransaction transaction, CancellationToken cancellationToken) =>
        Chosen(await dialect.ListAsync(transaction, cancellationToken));

    /// <summary>Plans the reading of the chosen tables, and tells of exclusions that leave nothing out: once in a sync, and not whenever
    /// the source is looked at.</summary>
    /// <param name="transaction">The transaction to ask in.</param>
    /// <param name="wanted">How many parts a table should have at most.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <exception cref="ConnectorException">A table that is named does not exist, or may not be read.</exception>
    public async Task<IReadOnlyList<SourcePartition>> PlanAsync(DbTransaction transaction, int wanted, CancellationToken cancellationToken)
    {
        var all = await dialect.ListAsync(transaction, cancellationToken);
        var tables = Chosen(all);
        foreach (var name in ExcludedInVain(all))
        {
            // A misspelt name would have a table read that nobody wants to be found.
            SqlLog.NothingExcluded(logger, name);
        }

        var names = tables.Select(table => table.Name).ToArray();
        var partitions = new List<SourcePartition>();
        if (dialect.Tables.IsAll && await dialect.WhyIncompleteAsync(transaction, cancellationToken) is { } gap)
        {
            partitions.Add(new SqlBounds(SqlTableChoice.All, Gap: gap).ToPartition(SqlTableChoice.All));
        }

        foreach (var info in tables)
        {
            if (!info.IsReadable || !info.HasKey)
            {
                partitions.Add(new SqlBounds(info.Name, Gap: info.IsReadable ? SqlBounds.NoKey : SqlBounds.NoRight).ToPartition(info.Name));
            }
            else if (await dialect.DescribeAsync(transaction, info.Name, cancellationToken) is { Key.Count: > 0 } table)
            {
                var parts = info.EstimatedRows < 0 ? wanted : Math.Min(wanted, info.EstimatedRows / rowsAPartition);
                var splits = parts > 1 ? await dialect.SplitsAsync(transaction, table, (int)parts, cancellationToken) : [];
                partitions.AddRange(Divide(table, splits, SqlRowId.Clashes(info.Name, names)));
            }
        }

        return partitions.Count > 0 ? partitions : [SourcePartition.All];
    }

    private List<SqlTableInfo> Chosen(IReadOnlyList<SqlTableInfo> all)
    {
        var tables = all.Where(table => dialect.Tables.Contains(table.Name)).ToList();
        foreach (var name in dialect.Tables.Named)
        {
            var table = tables.Find(table => table.Name == name)
                ?? throw new ConnectorException(
                    $"{dialect.DisplayName} has no table '{name}' that the user can see. Correct the field tables (names are written as "
                        + "the database keeps them, in upper or lower case), or grant SELECT on it."
                );
            if (!table.IsReadable)
            {
                throw new ConnectorException($"{dialect.DisplayName}: the user may not read the table '{name}'. Grant SELECT on it.");
            }
        }

        return tables;
    }

    private IEnumerable<string> ExcludedInVain(IReadOnlyList<SqlTableInfo> all) =>
        dialect.Tables.IsAll ? dialect.Tables.Excluded.Except(all.Select(table => table.Name), StringComparer.Ordinal) : [];

    private static IEnumerable<SourcePartition> Divide(SqlTable table, IReadOnlyList<string> splits, string[] clashes)
    {
        for (var i = 0; i <= splits.Count; i++)
        {
            var bounds = new SqlBounds(
                table.Name,
                table.KeyShape,
                i == 0 ? null : splits[i - 1],
                i == splits.Count ? null : splits[i],
                clashes.Length > 0 ? clashes : null
            );
            yield return bounds.ToPartition(splits.Count == 0 ? table.Name : $"{table.Name} {i + 1} of {splits.Count + 1}");
        }
    }
}
