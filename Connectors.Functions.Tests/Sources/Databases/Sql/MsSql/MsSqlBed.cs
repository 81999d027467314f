using System.Data.Common;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.MsSql;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Tables;
using Connectors.Tests.Sources;
using Microsoft.Data.SqlClient;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql;

/// <summary>A source without a server, or over one of the tests.</summary>
internal static class MsSqlBed
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
        return new MsSqlDialect(new MsSqlConfiguration(context.Settings), context);
    }

    public static SqlColumn Column(string name, string type, int keyPosition = 0, string? collation = null) =>
        MsSqlTypes.Column(name, MsSqlType.Parse(type), keyPosition, collation);

    public static SqlTable Table(string name, params SqlColumn[] columns) =>
        new MsSqlCatalog(new MsSqlConfiguration(Context().Settings)).Table(name, columns);

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
}
