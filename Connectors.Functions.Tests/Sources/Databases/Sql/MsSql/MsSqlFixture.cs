using System.Data.Common;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.MsSql;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Tables;
using Connectors.Tests.Support.Tds;
using Microsoft.Data.SqlClient;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql;

/// <summary>A source without a server, or over one of the tests.</summary>
internal static class MsSqlFixture
{
    public static SqlCommand Command() => new();

    public static SourceContext Context(params (string Field, JsonNode? Value)[] values)
    {
        var all = new JsonObject
        {
            ["host"] = "127.0.0.1",
            ["username"] = "reader",
            ["password"] = "se-cr-et",
            ["database"] = "shop",
        };
        foreach (var (field, value) in values)
        {
            all[field] = value?.DeepClone();
        }

        return SomeSettings.Of(all, MsSqlConfiguration.Fields);
    }

    public static MsSqlDialect Dialect(params (string Field, JsonNode? Value)[] values)
    {
        var context = Context(values);
        return new MsSqlDialect(new MsSqlConfiguration(context.Settings), context, []);
    }

    public static SqlColumn Column(string name, string type, int keyPosition = 0, string? collation = null) =>
        MsSqlTypes.Column(name, MsSqlType.Parse(type), keyPosition, collation);

    public static SqlTable Table(string name, params SqlColumn[] columns) =>
        new MsSqlCatalog(new MsSqlConfiguration(Context().Settings)).Tables.Of(name, columns);

    /// <summary>The command for a page.</summary>
    public static DbCommand Read(
        SqlTable table,
        string[]? after = null,
        string? from = null,
        string? through = null,
        SqlIncremental? since = null
    ) =>
        Dialect()
            .ReadCommand(
                new MsSqlReading(new SqlConnection()),
                new SqlPart(table, new SqlBounds(table.Name, table.KeyShape, from, through), since),
                after,
                500
            );

    /// <summary>A table <c>orders</c> of three rows, two of which come before there is a key to go on from.</summary>
    public static TdsAnswer Shop(string statement)
    {
        var changed = new DateTimeOffset(2024, 2, 29, 13, 14, 15, TimeSpan.FromHours(1));
        return statement switch
        {
            _ when statement.StartsWith("SET ", StringComparison.Ordinal) => TdsAnswer.Done,
            MsSqlCatalog.SchemaQuery => TdsAnswer.Rows(1, [1]),
            MsSqlCatalog.ListsAllQuery => TdsAnswer.Rows(1, [true]),
            MsSqlDialect.ClockQuery => TdsAnswer.Rows(1, [changed.UtcDateTime]),
            MsSqlCatalog.TablesQuery => TdsAnswer.Rows(5, ["orders", true, true, true, 3L], ["a view", false, false, true, -1L]),
            MsSqlCatalog.ColumnsQuery => TdsAnswer.Rows(
                7,
                ["id", "int", 4, 10, 0, null, 1],
                ["note", "nvarchar", 18, 0, 0, "Latin1_General_CI_AS", 0],
                ["changed", "datetimeoffset", 10, 34, 7, null, 0]
            ),
            _ when statement.Contains("> @p1", StringComparison.Ordinal) => TdsAnswer.Rows(4, [3, null, changed, 3]),
            _ => TdsAnswer.Rows(4, [1, "a", changed, 1], [2, "b", null, 2]),
        };
    }
}
