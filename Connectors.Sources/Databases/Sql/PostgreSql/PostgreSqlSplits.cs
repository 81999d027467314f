using System.Data.Common;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Tables;

namespace Connectors.Sources.Databases.Sql.PostgreSql;

/// <summary>
/// Finds values at which a table can be divided: from the server's histogram of the first key column if there is one, otherwise whole
/// numbers at equal distances between the smallest and the largest. The values only decide how equal the parts are: no row is lost or read
/// twice because of them.
/// </summary>
internal sealed class PostgreSqlSplits(string schema)
{
    private const string HistogramQuery =
        "SELECT histogram_bounds::text::text[] FROM pg_catalog.pg_stats WHERE schemaname = $1 AND tablename = $2 AND attname = $3 AND "
        + "NOT inherited";

    private static readonly string[] WholeTypes = ["smallint", "integer", "bigint"];

    public async Task<IReadOnlyList<string>> FindAsync(
        DbTransaction transaction,
        SqlTable table,
        int parts,
        CancellationToken cancellationToken
    )
    {
        var first = table.Key[0];
        string[] found;
        await using (var command = PostgreSqlDialect.Command(transaction, HistogramQuery, schema, table.Name, first.Name))
        {
            found = await command.ExecuteScalarAsync(cancellationToken) as string[] ?? [];
        }

        if (found.Length < parts + 1)
        {
            return WholeTypes.Contains(first.Type, StringComparer.Ordinal)
                ? await BetweenAsync(transaction, table, parts, cancellationToken)
                : [];
        }

        // The first and the last of a histogram are the ends.
        string[] chosen = [.. Enumerable.Range(1, parts - 1).Select(i => found[(int)((long)i * (found.Length - 1) / parts)])];
        return await InOrderAsync(transaction, first, chosen, cancellationToken);
    }

    private async Task<IReadOnlyList<string>> BetweenAsync(
        DbTransaction transaction,
        SqlTable table,
        int parts,
        CancellationToken cancellationToken
    )
    {
        var first = PostgreSqlDialect.Own(table.Key[0]);
        var from = $"{PostgreSqlDialect.Quote(schema)}.{PostgreSqlDialect.Quote(table.Name)} AS t";
        await using var command = PostgreSqlDialect.Command(
            transaction,
            $"SELECT min({first})::numeric, max({first})::numeric FROM {from}"
        );
        return await SqlSplits.BetweenEndsAsync(command, parts, cancellationToken);
    }

    /// <summary>The values in the order in which the table is read: its column's, with its collation.</summary>
    private static async Task<IReadOnlyList<string>> InOrderAsync(
        DbTransaction transaction,
        SqlColumn column,
        string[] values,
        CancellationToken cancellationToken
    )
    {
        var collate = column.Collation is null ? string.Empty : $" COLLATE {column.Collation}";
        await using var command = PostgreSqlDialect.Command(
            transaction,
            $"SELECT v::text FROM (SELECT DISTINCT x::{column.Type}{collate} AS v FROM unnest($1::text[]) AS u (x)) AS d ORDER BY d.v"
        );
        command.Parameters.Add(
            new Npgsql.NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text }
        );
        var ordered = new List<string>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            ordered.Add(rows.GetString(0));
        }

        return ordered;
    }
}
