using System.Data.Common;
using Connectors.Sources.Databases.Sql.Tables;
using Npgsql;
using Npgsql.Schema;
using NpgsqlTypes;

namespace Connectors.Sources.Databases.Sql.PostgreSql;

/// <summary>The columns of a query's rows: their names and types as the server gives them with an answer, the types' names from its
/// catalog.</summary>
internal static class PostgreSqlQueryColumns
{
    private const string TypesQuery = """
        SELECT t.oid, pg_catalog.format_type(t.oid, -1), t.typname::text, t.typtype::text, t.typcategory::text,
               coalesce(eb.typname, e.typname)::text
        FROM pg_catalog.pg_type t
        LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
        LEFT JOIN pg_catalog.pg_type eb ON eb.oid = e.typbasetype AND e.typtype = 'd'
        WHERE t.oid = ANY ($1::oid[])
        """;

    public static async Task<IList<SqlColumn>> FindAsync(
        DbTransaction transaction,
        string query,
        Func<string, int> placeInKey,
        CancellationToken cancellationToken
    )
    {
        NpgsqlDbColumn[] columns;
        await using (var command = PostgreSqlDialect.Command(transaction, $"SELECT * FROM {SqlQuery.Inner(query)} AS t LIMIT 0"))
        {
            await using var rows = (NpgsqlDataReader)await command.ExecuteReaderAsync(cancellationToken);
            columns = [.. (await rows.GetColumnSchemaAsync(cancellationToken)).Cast<NpgsqlDbColumn>()];
        }

        var types = await TypesAsync(transaction, [.. columns.Select(column => column.TypeOID).Distinct()], cancellationToken);
        return
        [
            .. columns.Select(column =>
            {
                var (name, type) = types[column.TypeOID];
                return PostgreSqlTypes.Column(
                    column.ColumnName,
                    name,
                    placeInKey(column.ColumnName),
                    type with
                    {
                        Modifier = PostgreSqlTypes.ModifierOf(column.NumericPrecision, column.NumericScale),
                    },
                    collation: null
                ) with
                {
                    IsComparedByText = !PostgreSqlTypes.IsToldApart(type),
                };
            }),
        ];
    }

    private static async Task<Dictionary<uint, (string Name, PostgreSqlType Type)>> TypesAsync(
        DbTransaction transaction,
        uint[] oids,
        CancellationToken cancellationToken
    )
    {
        var types = new Dictionary<uint, (string, PostgreSqlType)>();
        await using var command = PostgreSqlDialect.Command(transaction, TypesQuery);
        command.Parameters.Add(new NpgsqlParameter { Value = oids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Oid });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var type = new PostgreSqlType(
                rows.GetString(2),
                rows.GetString(3),
                rows.GetString(4),
                PostgreSqlTypes.NoModifier,
                await rows.IsDBNullAsync(5, cancellationToken) ? null : rows.GetString(5)
            );
            types[await rows.GetFieldValueAsync<uint>(0, cancellationToken)] = (rows.GetString(1), type);
        }

        return types;
    }
}
