using System.Data.Common;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Tables;

namespace Connectors.Sources.Databases.Sql.MsSql;

/// <summary>Asks the server's catalog views for tables and columns. They show only what the user has some right to.</summary>
internal sealed class MsSqlCatalog(MsSqlConfiguration configuration)
{
    /// <summary>Whether there is a schema of that name.</summary>
    public const string SchemaQuery = "SELECT SCHEMA_ID(@schema)";

    /// <summary>Whether the tables that are listed are all that the schema has: a right to the whole of it is one to each.</summary>
    public const string ListsAllQuery = """
        SELECT CONVERT(bit, CASE WHEN 1 IN (
            HAS_PERMS_BY_NAME(QUOTENAME(@schema), N'SCHEMA', N'SELECT'),
            HAS_PERMS_BY_NAME(QUOTENAME(@schema), N'SCHEMA', N'VIEW DEFINITION')
        ) THEN 1 ELSE 0 END)
        """;

    // Values of these types in a key can't be compared as they are, and hidden columns are not read: such a table counts as one without a
    // key. That which keeps the former rows of another has none, and can't be given one.
    public const string TablesQuery = """
        SELECT o.name, CONVERT(bit, CASE WHEN o.type = 'U' AND COALESCE(u.temporal_type, 0) <> 1 THEN 1 ELSE 0 END),
            CONVERT(bit, CASE WHEN i.index_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM sys.index_columns AS ic
                JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
                JOIN sys.types AS y ON y.user_type_id = c.user_type_id
                WHERE ic.object_id = o.object_id AND ic.index_id = i.index_id AND ic.key_ordinal > 0
                    AND (c.is_hidden = 1 OR c.encryption_type IS NOT NULL OR y.name = N'sql_variant'
                        OR (y.is_assembly_type = 1 AND y.name <> N'hierarchyid'))
            ) THEN 1 ELSE 0 END),
            CONVERT(bit, COALESCE(HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(o.name), N'OBJECT', N'SELECT'), 0)),
            COALESCE(
                (SELECT SUM(p.rows) FROM sys.partitions AS p WHERE p.object_id = o.object_id AND p.index_id IN (0, 1)), CONVERT(bigint, -1)
            )
        FROM sys.objects AS o
        JOIN sys.schemas AS s ON s.schema_id = o.schema_id
        LEFT JOIN sys.tables AS u ON u.object_id = o.object_id
        LEFT JOIN sys.indexes AS i ON i.object_id = o.object_id AND i.is_primary_key = 1
        WHERE s.name = @schema AND o.type IN ('U', 'V') AND o.is_ms_shipped = 0
        ORDER BY o.name
        """;

    // An alias counts as the type below it, an encrypted column as the bytes that it holds.
    public const string ColumnsQuery = """
        SELECT c.name,
            CASE WHEN c.encryption_type IS NOT NULL THEN N'varbinary'
                WHEN y.is_user_defined = 1 AND y.is_assembly_type = 1 THEN N'clr'
                WHEN y.is_user_defined = 1 THEN b.name
                ELSE y.name END,
            CONVERT(int, c.max_length), CONVERT(int, c.precision), CONVERT(int, c.scale), c.collation_name,
            CONVERT(int, COALESCE(ic.key_ordinal, 0))
        FROM sys.columns AS c
        JOIN sys.objects AS o ON o.object_id = c.object_id
        JOIN sys.schemas AS s ON s.schema_id = o.schema_id
        JOIN sys.types AS y ON y.user_type_id = c.user_type_id
        LEFT JOIN sys.types AS b ON b.user_type_id = y.system_type_id
        LEFT JOIN sys.indexes AS i ON i.object_id = o.object_id AND i.is_primary_key = 1
        LEFT JOIN sys.index_columns AS ic ON ic.object_id = o.object_id AND ic.index_id = i.index_id AND ic.column_id = c.column_id
        WHERE s.name = @schema AND o.name = @table AND o.type IN ('U', 'V') AND c.is_hidden = 0
        ORDER BY c.column_id
        """;

    /// <summary>Makes tables of what is known of them. The Python service sorts the columns of the key by name.</summary>
    public SqlSchemaTables Tables { get; } = new(configuration.Database, configuration.Schema, SqlIdOrder.Names);

    /// <exception cref="ConnectorException">There is no such schema.</exception>
    public async Task<IReadOnlyList<SqlTableInfo>> ListAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using (var schema = MsSqlDialect.Command(transaction, SchemaQuery, ("@schema", configuration.Schema)))
        {
            if (await schema.ExecuteScalarAsync(cancellationToken) is null or DBNull)
            {
                throw new ConnectorException(
                    $"SQL Server database '{configuration.Database}' has no schema '{configuration.Schema}'. Correct the field schema."
                );
            }
        }

        var tables = new List<SqlTableInfo>();
        await using var command = MsSqlDialect.Command(transaction, TablesQuery, ("@schema", configuration.Schema));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var (name, isTable) = (rows.GetString(0), rows.GetBoolean(1));
            if (configuration.Tables.IsAll ? isTable : configuration.Tables.Contains(name))
            {
                tables.Add(new SqlTableInfo(name, rows.GetBoolean(2), rows.GetBoolean(3), rows.GetInt64(4)));
            }
        }

        return tables;
    }

    /// <summary>Why a table may be there that is not listed; <see langword="null"/> when all are.</summary>
    public async Task<string?> WhyIncompleteAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = MsSqlDialect.Command(transaction, ListsAllQuery, ("@schema", configuration.Schema));
        return await command.ExecuteScalarAsync(cancellationToken) is true
            ? null
            : "the server lists only the tables that the user has a right to, so one that is missing may still be there; "
                + $"grant VIEW DEFINITION on the schema '{configuration.Schema}', or name the tables in the field "
                + "tables";
    }

    /// <summary>A table's columns; <see langword="null"/> when there is no such table.</summary>
    public async Task<SqlTable?> DescribeAsync(DbTransaction transaction, string table, CancellationToken cancellationToken)
    {
        var columns = new List<SqlColumn>();
        await using var command = MsSqlDialect.Command(transaction, ColumnsQuery, ("@schema", configuration.Schema), ("@table", table));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            columns.Add(
                MsSqlTypes.Column(
                    rows.GetString(0),
                    MsSqlType.Of(rows.GetString(1), rows.GetInt32(2), rows.GetInt32(3), rows.GetInt32(4)),
                    rows.GetInt32(6),
                    await rows.IsDBNullAsync(5, cancellationToken) ? null : rows.GetString(5)
                )
            );
        }

        return columns.Count == 0 ? null : Tables.Of(table, columns);
    }

    /// <summary>The columns of a query's rows.</summary>
    public static async Task<IList<SqlColumn>> DescribeQueryAsync(
        DbTransaction transaction,
        string query,
        Func<string, int> placeInKey,
        CancellationToken cancellationToken
    )
    {
        await using var command = MsSqlDialect.Command(transaction, $"SELECT TOP (0) * FROM {SqlQuery.Inner(query)} AS t");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return
        [
            .. (await rows.GetColumnSchemaAsync(cancellationToken)).Select(column =>
                MsSqlTypes.Column(column.ColumnName, MsSqlType.Of(column), placeInKey(column.ColumnName), collation: null) with
                {
                    IsComparedByText = !MsSqlTypes.IsToldApart(MsSqlType.Of(column)),
                }
            ),
        ];
    }
}
