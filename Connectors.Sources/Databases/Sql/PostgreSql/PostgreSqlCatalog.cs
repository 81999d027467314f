using System.Collections.Concurrent;
using System.Data.Common;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Tables;
using Npgsql;

namespace Connectors.Sources.Databases.Sql.PostgreSql;

/// <summary>Asks the server's catalog for tables, columns and whether anything was written.</summary>
internal sealed class PostgreSqlCatalog(PostgreSqlConfiguration configuration)
{
    private const string TablesQuery = """
        SELECT c.relname::text, c.relkind = 'p',
               EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary),
               pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT'),
               CASE WHEN c.relkind = 'p' THEN -1 ELSE c.reltuples::bigint END
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1
        """;

    // Partitions belong to their table, whose rows they hold.
    private const string AllTables = " AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND NOT c.relispartition ORDER BY c.relname";

    private const string AnyRelation = " AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = ANY ($2::text[]) ORDER BY c.relname";

    private const string SchemaQuery = "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1)";

    // A domain counts as the type below it.
    private const string ColumnsQuery = """
        SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod),
               coalesce((SELECT k.position FROM pg_catalog.pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (number, position)
                         WHERE i.indrelid = c.oid AND i.indisprimary AND k.number = a.attnum AND k.position <= i.indnkeyatts), 0)::int,
               t.typname::text, t.typtype::text, t.typcategory::text, b.modifier, coalesce(eb.typname, e.typname)::text,
               (SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname) FROM pg_catalog.pg_collation co
                JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation)
        FROM pg_catalog.pg_attribute a
        JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL (
            WITH RECURSIVE base AS (
                SELECT a.atttypid AS oid, a.atttypmod AS modifier, 0 AS depth
                UNION ALL
                SELECT d.typbasetype, d.typtypmod, base.depth + 1
                FROM base JOIN pg_catalog.pg_type d ON d.oid = base.oid WHERE d.typtype = 'd')
            SELECT oid, modifier FROM base ORDER BY depth DESC LIMIT 1) b
        JOIN pg_catalog.pg_type t ON t.oid = b.oid
        LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
        LEFT JOIN pg_catalog.pg_type eb ON eb.oid = e.typbasetype AND e.typtype = 'd'
        WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
        """;

    private const string LogQuery = """
        SELECT pg_catalog.pg_postmaster_start_time()::text,
               CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL ELSE pg_catalog.pg_current_wal_insert_lsn()::text END,
               EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                       WHERE n.nspname = $1 AND c.relrowsecurity)
        """;

    // Every transaction that has written anything, a prepared one as well, holds this lock until all can see what it wrote.
    private const string QuietQuery = "SELECT NOT EXISTS (SELECT 1 FROM pg_catalog.pg_locks WHERE locktype = 'transactionid')";

    private readonly ConcurrentDictionary<string, bool> _isPartitioned = new(StringComparer.Ordinal);

    /// <summary>Makes tables of what is known of them. The Python service leaves the columns of the key in their order.</summary>
    public SqlSchemaTables Tables { get; } = new(configuration.Database, configuration.Schema, SqlIdOrder.Key);

    /// <summary>What to read a table from. A plain table is read without those that inherit from it, which are tables of their own and may
    /// repeat its keys.</summary>
    public string From(string table) =>
        (_isPartitioned.GetValueOrDefault(table) ? string.Empty : "ONLY ")
        + $"{PostgreSqlDialect.Quote(configuration.Schema)}.{PostgreSqlDialect.Quote(table)}";

    /// <exception cref="ConnectorException">There is no such schema.</exception>
    public async Task<IReadOnlyList<SqlTableInfo>> ListAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using (var schema = PostgreSqlDialect.Command(transaction, SchemaQuery, configuration.Schema))
        {
            if (await schema.ExecuteScalarAsync(cancellationToken) is not true)
            {
                throw new ConnectorException(
                    $"PostgreSQL database '{configuration.Database}' has no schema '{configuration.Schema}'. Correct the field schema."
                );
            }
        }

        return await ListAsync(transaction, configuration.Tables.Named, cancellationToken);
    }

    /// <summary>A table's columns; <see langword="null"/> when there is no such table.</summary>
    public async Task<SqlTable?> DescribeAsync(DbTransaction transaction, string table, CancellationToken cancellationToken)
    {
        // Whether it is partitioned is known from the listing; a resumed sync had none.
        if (!_isPartitioned.ContainsKey(table))
        {
            await ListAsync(transaction, [table], cancellationToken);
        }

        var columns = new List<SqlColumn>();
        await using (var command = PostgreSqlDialect.Command(transaction, ColumnsQuery, configuration.Schema, table))
        {
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                columns.Add(
                    PostgreSqlTypes.Column(
                        rows.GetString(0),
                        rows.GetString(1),
                        rows.GetInt32(2),
                        new PostgreSqlType(
                            rows.GetString(3),
                            rows.GetString(4),
                            rows.GetString(5),
                            rows.GetInt32(6),
                            await rows.IsDBNullAsync(7, cancellationToken) ? null : rows.GetString(7)
                        ),
                        await rows.IsDBNullAsync(8, cancellationToken) ? null : rows.GetString(8)
                    )
                );
            }
        }

        return columns.Count == 0 ? null : Tables.Of(table, columns);
    }

    /// <summary>
    /// The place in the write-ahead log, which grows with every commit anywhere on the server. A transaction that has written its commit
    /// there becomes visible a moment later only, so the place counts when no transaction is under way after it was noted. With row
    /// security, what the user may read can change without a write.
    /// </summary>
    public async Task<string?> ChangeTokenAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            string info;
            await using (var command = PostgreSqlDialect.Command(transaction, LogQuery, configuration.Schema))
            {
                await using var row = await command.ExecuteReaderAsync(cancellationToken);
                if (!await row.ReadAsync(cancellationToken) || await row.IsDBNullAsync(1, cancellationToken) || row.GetBoolean(2))
                {
                    return null;
                }

                info = $"{row.GetString(0)} {row.GetString(1)}";
            }

            await using var quiet = PostgreSqlDialect.Command(transaction, QuietQuery);
            return await quiet.ExecuteScalarAsync(cancellationToken) is true ? info : null;
        }
        catch (PostgresException unsupported) when (!unsupported.IsTransient)
        {
            // Some services that speak like PostgreSQL have no such log.
            return null;
        }
    }

    private async Task<IReadOnlyList<SqlTableInfo>> ListAsync(
        DbTransaction transaction,
        IReadOnlyList<string> named,
        CancellationToken cancellationToken
    )
    {
        var tables = new List<SqlTableInfo>();
        await using var command = PostgreSqlDialect.Command(
            transaction,
            TablesQuery + (named.Count == 0 ? AllTables : AnyRelation),
            configuration.Schema
        );
        if (named.Count > 0)
        {
            command.Parameters.Add(
                new NpgsqlParameter
                {
                    Value = named.ToArray(),
                    NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text,
                }
            );
        }

        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            _isPartitioned[rows.GetString(0)] = rows.GetBoolean(1);
            tables.Add(new SqlTableInfo(rows.GetString(0), rows.GetBoolean(2), rows.GetBoolean(3), rows.GetInt64(4)));
        }

        return tables;
    }
}
