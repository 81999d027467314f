using System.Data;
using System.Data.Common;
using System.Globalization;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Tables;
using Microsoft.Data.SqlClient;

namespace Connectors.Sources.Databases.Sql.MsSql;

/// <summary>
/// The query for a page. T-SQL compares no rows, so (a, b) > (x, y) is two reads, of <c>a = x AND b > y</c> and of <c>a > x</c>: each
/// begins at its place in the index and ends after a page, where one condition with OR might be answered by sorting the table's rest.
/// </summary>
internal static class MsSqlQuery
{
    /// <param name="command">Gets the text and the parameters.</param>
    /// <param name="schema">The table's schema.</param>
    /// <param name="part">The rows to read.</param>
    /// <param name="after">The key of the last row that was read, or <see langword="null"/>.</param>
    /// <param name="limit">How many rows.</param>
    public static void Write(DbCommand command, string schema, SqlPart part, string[]? after, int limit)
    {
        var (table, bounds, since) = part;
        command.Parameters.Add(new SqlParameter("@limit", SqlDbType.Int) { Value = limit });
        IReadOnlyList<string> ways =
            after is not null ? Follows(command, table.Key, after)
            : bounds.After is { } from ? Follows(command, [table.Key[0]], [from])
            : [string.Empty];
        var conditions = new List<string>();
        if (bounds.Through is { } through)
        {
            conditions.Add($"{Own(table.Key[0])} <= {MsSqlKeys.Value(command, table.Key[0], through)}");
        }

        if (part.IsWithoutKey)
        {
            conditions.Add($"({string.Join(" OR ", table.Key.Select(column => $"{Own(column)} IS NULL"))})");
        }

        if (since is not null)
        {
            var name = $"@p{command.Parameters.Count}";
            command.Parameters.Add(Time(name, since));
            conditions.Add($"({Own(since.Column)} >= {name} OR {Own(since.Column)} IS NULL)");
        }

        var columns = string.Join(", ", table.Columns.Select(column => column.Expression).Concat(table.Key.Select(MsSqlKeys.Expression)));
        var place = table.Query is { } query ? SqlQuery.Inner(query) : $"{MsSqlTypes.Quote(schema)}.{MsSqlTypes.Quote(table.Name)}";
        var order = string.Join(", ", table.Key.Select(MsSqlKeys.Comparand));
        command.CommandText =
            ways.Count == 1
                ? Select(columns, ways[0])
                : $"SELECT TOP (@limit) {columns} FROM ("
                    + string.Join(" UNION ALL ", ways.Select((way, i) => $"SELECT * FROM ({Select(Names(table), way)}) AS w{i}"))
                    + $") AS t ORDER BY {order}";

        string Select(string what, string way)
        {
            string[] all = way.Length > 0 ? [way, .. conditions] : [.. conditions];
            var where = all.Length > 0 ? $" WHERE {string.Join(" AND ", all)}" : string.Empty;
            return $"SELECT TOP (@limit) {what} FROM {place} AS t{where} ORDER BY {order}";
        }
    }

    /// <summary>The ways for a row to come after another one, in the order of the key: no two hold for the same row.</summary>
    private static IReadOnlyList<string> Follows(DbCommand command, IReadOnlyList<SqlColumn> key, string[] after)
    {
        var values = key.Zip(after, (column, text) => MsSqlKeys.Value(command, column, text)).ToArray();
        return
        [
            .. Enumerable
                .Range(0, key.Count)
                .Reverse()
                .Select(last =>
                    string.Join(
                        " AND ",
                        key.Take(last)
                            .Select((column, i) => $"{MsSqlKeys.Comparand(column)} = {values[i]}")
                            .Append($"{MsSqlKeys.Comparand(key[last])} > {values[last]}")
                    )
                ),
        ];
    }

    private static SqlParameter Time(string name, SqlIncremental since)
    {
        var time = DateTime.Parse(since.From, CultureInfo.InvariantCulture);
        return since.Column.Kind switch
        {
            SqlValueKind.Date => new SqlParameter(name, SqlDbType.Date) { Value = time },
            SqlValueKind.TimestampUtc => new SqlParameter(name, SqlDbType.DateTimeOffset)
            {
                Value = new DateTimeOffset(time, TimeSpan.Zero),
            },
            _ => new SqlParameter(name, SqlDbType.DateTime2) { Value = time },
        };
    }

    private static string Names(SqlTable table) => string.Join(", ", table.Columns.Select(Own));

    private static string Own(SqlColumn column) => MsSqlTypes.Own(column.Name);
}
