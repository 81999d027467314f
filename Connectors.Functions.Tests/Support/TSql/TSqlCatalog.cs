using Connectors.Sources.Databases.Sql.MsSql;
using Connectors.Tests.Support.Tds;

namespace Connectors.Tests.Support.TSql;

/// <summary>Answers what the source asks of the catalog views, each question known by its text: what SQL Server itself would say is not
/// seen here.</summary>
internal static class TSqlCatalog
{
    private const string Schema = "dbo";
    private static readonly MsSqlType Name = new("nvarchar", 128);
    private static readonly MsSqlType Int = new("int");
    private static readonly MsSqlType Bit = new("bit");

    /// <summary>The answer; <see langword="null"/> to a statement that is no such question.</summary>
    /// <param name="request">The statement.</param>
    /// <param name="tables">The tables that the user has some right to.</param>
    /// <param name="user">Who asks.</param>
    public static TdsAnswer? Answer(TdsRequest request, IEnumerable<TSqlTable> tables, TSqlUser user)
    {
        switch (request.Statement)
        {
            case MsSqlDialect.Session:
                return TdsAnswer.Done;
            case MsSqlCatalog.SchemaQuery:
                return TdsAnswer.Rows([("", Int)], [[IsSchema() ? 1L : null]]);
            case MsSqlCatalog.ListsAllQuery:
                return TdsAnswer.Rows([("", Bit)], [[IsSchema() && user.SeesAll]]);
            case MsSqlCatalog.TablesQuery:
                return TdsAnswer.Rows(
                    [("name", Name), ("", Bit), ("", Bit), ("", Bit), ("", new MsSqlType("bigint"))],
                    from table in tables
                    where IsSchema()
                    orderby table.Name
                    select new object?[] { table.Name, true, table.Key.Count > 0, user.MayRead(table.Name), (long)table.Rows.Count }
                );
            case MsSqlCatalog.ColumnsQuery:
                return TdsAnswer.Rows(
                    [("name", Name), ("", Name), ("", Int), ("", Int), ("", Int), ("collation_name", Name), ("", Int)],
                    from table in tables
                    where IsSchema() && table.Name == (string?)request.Parameters["@table"].Value
                    from column in table.Columns
                    select Row(table, column)
                );
            default:
                return null;
        }

        bool IsSchema() => request.Parameters["@schema"].Value is Schema;
    }

    /// <summary>learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-columns-transact-sql: lengths are in bytes.</summary>
    private static object?[] Row(TSqlTable table, TSqlColumn column)
    {
        var type = column.Type;
        var unit = type.Name is "nchar" or "nvarchar" ? 2 : 1;
        var isTime = type.Name is "datetime2" or "datetimeoffset" or "time";
        var isDecimal = type.Name is "decimal" or "numeric";
        var place = table.Key.ToList().IndexOf(column.Name) + 1;
        return
        [
            column.Name,
            type.Name,
            isTime || isDecimal ? 17L : type.First is < 0 ? -1 : (type.First ?? 0) * unit,
            isDecimal ? (long)type.First! : 0L,
            isDecimal ? (long)type.Second! : isTime ? (long)type.First! : 0L,
            column.Collation,
            (long)place,
        ];
    }
}
