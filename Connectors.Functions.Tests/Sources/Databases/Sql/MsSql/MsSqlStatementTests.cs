using System.Data;
using Connectors.Sources.Databases.Sql.MsSql;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Tables;
using Connectors.Tests.Docs.Blocks;
using Connectors.Tests.Docs.Pages;
using Microsoft.Data.SqlClient;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql;

/// <summary>
/// What is asked, as text: there is no SQL Server to ask. Each statement is read by Microsoft's parser of the T-SQL of SQL Server 2016.
/// </summary>
public sealed class MsSqlStatementTests
{
    private static readonly SqlTable Orders = MsSqlFixture.Table(
        "orders",
        MsSqlFixture.Column("id", "int", keyPosition: 1),
        MsSqlFixture.Column("total", "decimal(38,2)")
    );

    private static readonly SqlTable Lines = MsSqlFixture.Table(
        "order ]lines",
        MsSqlFixture.Column("line", "smallint", keyPosition: 2),
        MsSqlFixture.Column("order", "int", keyPosition: 1)
    );

    // learn.microsoft.com/sql/t-sql/queries/top-transact-sql: TOP takes a variable in parentheses, and with ORDER BY the first rows.
    [Fact]
    public void TheFirstPageBeginsAtTheSmallestKey()
    {
        using var command = MsSqlFixture.Read(Orders);
        Assert.Equal(
            "SELECT TOP (@limit) t.[id], CONVERT(nvarchar(41), t.[total]), t.[id] FROM [dbo].[orders] AS t ORDER BY t.[id]",
            command.CommandText
        );
        Assert.Equal(500, command.Parameters["@limit"].Value);
        AssertParses(command.CommandText);
    }

    [Fact]
    public void ThePageAfterAKeyBeginsBehindIt()
    {
        using var command = MsSqlFixture.Read(Orders, after: ["42"], through: "99");
        Assert.EndsWith("WHERE t.[id] > @p1 AND t.[id] <= @p2 ORDER BY t.[id]", command.CommandText, StringComparison.Ordinal);
        Assert.Equal([500, 42, 99], command.Parameters.Cast<SqlParameter>().Select(parameter => parameter.Value));
        AssertParses(command.CommandText);
    }

    // learn.microsoft.com/sql/t-sql/language-elements/comparison-operators-transact-sql: there is none for rows. And
    // .../set-operators-union-transact-sql: ORDER BY belongs to the whole union, so each side is a table of its own.
    [Fact]
    public void AKeyOfTwoColumnsIsReadInTwoWays()
    {
        using var command = MsSqlFixture.Read(Lines, after: ["7", "2"]);
        const string Rows = "SELECT TOP (@limit) t.[line], t.[order] FROM [dbo].[order ]]lines] AS t";
        Assert.Equal(
            "SELECT TOP (@limit) t.[line], t.[order], t.[order], t.[line] FROM ("
                + $"SELECT * FROM ({Rows} WHERE t.[order] = @p1 AND t.[line] > @p2 ORDER BY t.[order], t.[line]) AS w0 UNION ALL "
                + $"SELECT * FROM ({Rows} WHERE t.[order] > @p1 ORDER BY t.[order], t.[line]) AS w1"
                + ") AS t ORDER BY t.[order], t.[line]",
            command.CommandText
        );
        Assert.Equal([500, 7, (short)2], command.Parameters.Cast<SqlParameter>().Select(parameter => parameter.Value));
        AssertParses(command.CommandText);
    }

    [Fact]
    public void APartOfATableIsBoundedByItsFirstKeyColumn()
    {
        using var command = MsSqlFixture.Read(Lines, from: "10", through: "20");
        Assert.Contains("WHERE t.[order] > @p1 AND t.[order] <= @p2 ORDER BY", command.CommandText, StringComparison.Ordinal);
        Assert.DoesNotContain("UNION", command.CommandText, StringComparison.Ordinal);
        AssertParses(command.CommandText);
    }

    [Theory]
    [InlineData("datetimeoffset(7)", SqlDbType.DateTimeOffset)]
    [InlineData("datetime2(3)", SqlDbType.DateTime2)]
    [InlineData("datetime", SqlDbType.DateTime2)]
    [InlineData("date", SqlDbType.Date)]
    public void RowsThatMayHaveChangedHaveALaterTimeOrNone(string type, SqlDbType compared)
    {
        var changed = MsSqlFixture.Column("changed", type);
        var table = MsSqlFixture.Table("orders", MsSqlFixture.Column("id", "int", keyPosition: 1), changed);
        var since = SqlIncremental.Of(table, "changed", new DateTimeOffset(2024, 2, 29, 14, 0, 0, TimeSpan.FromHours(1)));
        using var command = MsSqlFixture.Read(table, after: ["3"], since: since);
        Assert.Contains(
            "WHERE t.[id] > @p1 AND (t.[changed] >= @p2 OR t.[changed] IS NULL) ORDER BY",
            command.CommandText,
            StringComparison.Ordinal
        );
        var time = (SqlParameter)command.Parameters["@p2"];
        Assert.Equal(compared, time.SqlDbType);
        Assert.Equal(
            type switch
            {
                // The quarter of an hour that transactions may take; and twelve hours, where nobody knows the zone.
                "datetimeoffset(7)" => new DateTimeOffset(2024, 2, 29, 12, 45, 0, TimeSpan.Zero),
                "date" => new DateTime(2024, 2, 29, 0, 0, 0, DateTimeKind.Unspecified),
                _ => (object)new DateTime(2024, 2, 29, 0, 45, 0, DateTimeKind.Unspecified),
            },
            time.Value
        );
        AssertParses(command.CommandText);
    }

    [Fact]
    public void EveryTypeIsReadByAStatementThatParses()
    {
        var table = MsSqlFixture.Table(
            "t",
            [.. MsSqlTypesTests.Types.Select((type, i) => MsSqlFixture.Column($"c{i}", type, i == 0 ? 1 : 0))]
        );
        using var command = MsSqlFixture.Read(table);
        AssertParses(command.CommandText);
    }

    [Theory]
    [MemberData(nameof(MsSqlKeyTests.KeyTypes), MemberType = typeof(MsSqlKeyTests))]
    public void EveryTypeOfAKeyIsComparedByAStatementThatParses(string type, string text)
    {
        var table = MsSqlFixture.Table(
            "t",
            MsSqlFixture.Column("a", type, keyPosition: 1, collation: "Cyrillic_General_CI_AS"),
            MsSqlFixture.Column("b", "int", keyPosition: 2)
        );
        using var command = MsSqlFixture.Read(table, after: [text, "1"]);
        AssertParses(command.CommandText);
    }

    [Fact]
    public void TheOtherStatementsParse()
    {
        var dialect = MsSqlFixture.Dialect();
        string[] statements =
        [
            MsSqlCatalog.SchemaQuery,
            MsSqlCatalog.ListsAllQuery,
            MsSqlCatalog.TablesQuery,
            MsSqlCatalog.ColumnsQuery,
            MsSqlDialect.Session,
            MsSqlDialect.ClockQuery,
            dialect.EndsQuery(Orders),
            dialect.AnyRowQuery("order ]lines"),
        ];
        Assert.All(statements, AssertParses);
        Assert.Equal(
            "SELECT CONVERT(bigint, MIN(t.[id])), CONVERT(bigint, MAX(t.[id])) FROM [dbo].[orders] AS t",
            dialect.EndsQuery(Orders)
        );
        Assert.Equal("SELECT TOP (1) 1 FROM [dbo].[order ]]lines]", dialect.AnyRowQuery("order ]lines"));
    }

    [Fact]
    public void TheParserRefusesWhatIsNoStatement() => Assert.NotEmpty(Errors("SELECT a FROM t ORDER BY a LIMIT 5"));

    [Fact]
    public void TheStatementsOfThePageParse()
    {
        var blocks = MarkdownPages.Blocks(SqlBlocks.MsSqlPage).Where(block => block.Language == "sql").ToArray();
        Assert.True(blocks.Length >= 3, $"only {blocks.Length} blocks");
        Assert.All(blocks, block => AssertParses(string.Join('\n', block.Lines)));
    }

    private static void AssertParses(string statement) => Assert.Empty(Errors(statement).Select(error => $"{error.Message} {statement}"));

    private static IList<ParseError> Errors(string statement)
    {
        using var text = new StringReader(statement);
        new TSql130Parser(initialQuotedIdentifiers: true).Parse(text, out var errors);
        return errors;
    }
}
