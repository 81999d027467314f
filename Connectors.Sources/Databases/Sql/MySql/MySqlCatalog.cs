using System.Data.Common;
using Connectors.Sources.Databases.Sql.Rules;
using Connectors.Sources.Databases.Sql.Tables;
using MySqlConnector;

namespace Connectors.Sources.Databases.Sql.MySql;

/// <summary>Asks the server's information schema for tables and columns. It shows only what the user has some right to.</summary>
internal sealed class MySqlCatalog(MySqlConfiguration configuration)
{
    /// <summary>Digits of a number that fits 64 bits whatever they are.</summary>
    private const int SafeDigits = 18;

    private const string TablesQuery = """
        SELECT t.TABLE_NAME, CAST(COALESCE(t.TABLE_ROWS, -1) AS SIGNED), t.TABLE_TYPE,
               CAST(EXISTS (SELECT 1 FROM information_schema.STATISTICS s
                            WHERE s.TABLE_SCHEMA = t.TABLE_SCHEMA AND s.TABLE_NAME = t.TABLE_NAME AND s.INDEX_NAME = 'PRIMARY') AS SIGNED)
        FROM information_schema.TABLES t WHERE t.TABLE_SCHEMA = @database ORDER BY t.TABLE_NAME
        """;

    // Names are compared with and without their bytes: the server keeps 'A' and 'a' apart, but finds tables quickly only by the plain
    // comparison.
    private const string ColumnsQuery = """
        SELECT c.COLUMN_NAME, LOWER(c.DATA_TYPE), COALESCE(c.NUMERIC_SCALE = 0 AND c.NUMERIC_PRECISION <= @digits, FALSE),
            COALESCE(s.SEQ_IN_INDEX, 0)
        FROM information_schema.COLUMNS c
        LEFT JOIN information_schema.STATISTICS s
            ON s.TABLE_SCHEMA = @database AND s.TABLE_NAME = @table AND BINARY s.TABLE_NAME = @table
            AND s.INDEX_NAME = 'PRIMARY' AND s.COLUMN_NAME = c.COLUMN_NAME
        WHERE c.TABLE_SCHEMA = @database AND c.TABLE_NAME = @table AND BINARY c.TABLE_NAME = @table
        ORDER BY c.ORDINAL_POSITION
        """;

    public async Task<IReadOnlyList<SqlTableInfo>> ListAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        var found = new List<(string Name, long Rows, string Type, bool HasKey)>();
        await using (var command = MySqlDialect.Command(transaction, TablesQuery, ("@database", configuration.Database)))
        {
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                found.Add((rows.GetString(0), rows.GetInt64(1), rows.GetString(2), rows.GetInt64(3) == 1));
            }
        }

        // Whether a table may be read is found out by reading; where all are meant, the reading itself will tell.
        var tables = new List<SqlTableInfo>();
        foreach (var (name, rows, type, hasKey) in found)
        {
            if (configuration.Tables.IsAll ? type is "BASE TABLE" or "SYSTEM VERSIONED" : configuration.Tables.Contains(name))
            {
                tables.Add(
                    new SqlTableInfo(
                        name,
                        hasKey,
                        configuration.Tables.IsAll || await CanReadAsync(transaction, name, cancellationToken),
                        rows
                    )
                );
            }
        }

        return tables;
    }

    /// <summary>A table's columns; <see langword="null"/> when there is no such table.</summary>
    public async Task<SqlTable?> DescribeAsync(DbTransaction transaction, string table, CancellationToken cancellationToken)
    {
        var columns = new List<SqlColumn>();
        await using var command = MySqlDialect.Command(transaction, ColumnsQuery, ("@database", configuration.Database), ("@table", table));
        command.Parameters.Add(new MySqlParameter("@digits", SafeDigits));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            columns.Add(MySqlTypes.Column(rows.GetString(0), rows.GetString(1), rows.GetInt64(2) == 1, rows.GetInt32(3)));
        }

        return columns.Count == 0
            ? null
            : new SqlTable(table, columns, idPrefix: table + "_", constants: [new("Table", table)], idOrder: SqlIdOrder.Columns);
    }

    /// <summary>The columns of a query's rows. The driver names types in its own way.</summary>
    public static async Task<IList<SqlColumn>> DescribeQueryAsync(
        DbTransaction transaction,
        string query,
        Func<string, int> placeInKey,
        CancellationToken cancellationToken
    )
    {
        await using var command = MySqlDialect.Command(transaction, $"SELECT * FROM {SqlQuery.Inner(query)} AS t LIMIT 0");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return
        [
            .. (await rows.GetColumnSchemaAsync(cancellationToken))
                .Select(column =>
                    MySqlTypes.Column(
                        column.ColumnName,
                        MySqlTypes.NameOf(column.DataTypeName ?? string.Empty),
                        column is { NumericScale: 0, NumericPrecision: <= SafeDigits },
                        placeInKey(column.ColumnName)
                    )
                )
                .Select(column => column with { IsComparedByText = !MySqlTypes.IsToldApart(column.Type) }),
        ];
    }

    /// <summary>A rule's query as a table, with ids and fields as the Python service names them.</summary>
    public static SqlTable TableOf(SqlRule rule, IList<SqlColumn> columns) =>
        new(
            rule.Name,
            columns,
            idPrefix: rule.JoinedTables + "_",
            constants: [new("Table", rule.TablesAsJson)],
            rule: rule
        );

    private static async Task<bool> CanReadAsync(DbTransaction transaction, string table, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = MySqlDialect.Command(transaction, $"SELECT * FROM {MySqlTypes.Quote(table)} LIMIT 0");
            await command.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (MySqlException refused) when (refused.ErrorCode is MySqlErrorCode.TableAccessDenied or MySqlErrorCode.ColumnAccessDenied)
        {
            return false;
        }
    }
}
