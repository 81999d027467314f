using System.Data;
using System.Data.SqlTypes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.MsSql;
using Connectors.Sources.Databases.Sql.Tables;
using Microsoft.Data.SqlClient;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql;

/// <summary>A key goes into a token as text, and comes back as the same value of the same type.</summary>
public sealed class MsSqlKeyTests
{
    /// <summary>Types, and the text of a value of each.</summary>
    public static TheoryData<string, string> KeyTypes =>
        new()
        {
            { "bit", "1" },
            { "tinyint", "7" },
            { "smallint", "-7" },
            { "int", "7" },
            { "bigint", "7" },
            { "decimal(38,2)", "123456789012345678901234567890123456.78" },
            { "money", "1.5000" },
            { "smallmoney", "1.5000" },
            { "float", "0.1" },
            { "real", "0.1" },
            { "date", "2024-02-29T00:00:00.0000000" },
            { "datetime", "2024-02-29T13:14:15.0030000" },
            { "smalldatetime", "2024-02-29T13:14:00.0000000" },
            { "datetime2(7)", "2024-02-29T13:14:15.1234567" },
            { "datetimeoffset(7)", "2024-02-29T13:14:15.1234567+01:00" },
            { "time(7)", "13:14:15.1234567" },
            { "uniqueidentifier", "6f9619ff-8b86-d011-b42d-00c04fc964ff" },
            { "binary(3)", "0001FF" },
            { "varbinary(9)", "0001FF" },
            { "timestamp", "00000000000007D1" },
            { "hierarchyid", "5B40" },
            { "char(3)", "a  " },
            { "varchar(9)", "a" },
            { "nchar(3)", "a  " },
            { "nvarchar(9)", "a" },
        };

    [Fact]
    public void AValueComesBackAsItWas()
    {
        AssertComesBack("bit", true, true, SqlDbType.Bit);
        AssertComesBack("tinyint", (byte)200, (byte)200, SqlDbType.TinyInt);
        AssertComesBack("smallint", (short)-7, (short)-7, SqlDbType.SmallInt);
        AssertComesBack("int", int.MinValue, int.MinValue, SqlDbType.Int);
        AssertComesBack("bigint", long.MaxValue, long.MaxValue, SqlDbType.BigInt);
        AssertComesBack("money", -922337203685477.5808m, -922337203685477.5808m, SqlDbType.Money);
        AssertComesBack("float", 0.1 + 0.2, 0.1 + 0.2, SqlDbType.Float);
        AssertComesBack("real", 0.1f, 0.1f, SqlDbType.Real);
        var digits = "123456789012345678901234567890123456.78";
        AssertComesBack("decimal(38,2)", digits, SqlDecimal.Parse(digits), SqlDbType.Decimal);
        var time = new DateTime(2024, 2, 29, 13, 14, 15).AddTicks(1234567);
        AssertComesBack("datetime2(7)", time, time, SqlDbType.DateTime2);
        AssertComesBack("date", time.Date, time.Date, SqlDbType.Date);
        var zoned = new DateTimeOffset(time, TimeSpan.FromMinutes(-90));
        AssertComesBack("datetimeoffset(7)", zoned, zoned, SqlDbType.DateTimeOffset);
        AssertComesBack("time(7)", time.TimeOfDay, time.TimeOfDay, SqlDbType.Time);
        AssertComesBack("varbinary(9)", new byte[] { 0, 255 }, new byte[] { 0, 255 }, SqlDbType.VarBinary);
        AssertComesBack("nvarchar(9)", "a\u00e9\U0001F600", "a\u00e9\U0001F600", SqlDbType.NVarChar);
    }

    /// <summary>learn.microsoft.com/sql/connect/ado-net/sql/compare-guid-uniqueidentifier-values: the server's order is not that of .NET,
    /// nor that of the text. So it has to be the server that compares, as that type.</summary>
    [Fact]
    public void AUniqueidentifierIsComparedAsOne()
    {
        var id = new Guid("6F9619FF-8B86-D011-B42D-00C04FC964FF");
        AssertComesBack("uniqueidentifier", id, id, SqlDbType.UniqueIdentifier);
    }

    /// <summary>A column of that type may hold halves of characters, which JSON does not keep.</summary>
    [Theory]
    [InlineData("a\ud83d")]
    [InlineData("\ude00\ud83d")]
    [InlineData("\0a")]
    public void ATextThatIsNoUnicodeComesBackToo(string text)
    {
        AssertComesBack("nvarchar(9)", text, text, SqlDbType.NVarChar);
        using var rows = MsSqlTypesTests.Reader(text);
        var token = SqlKey.Encode([MsSqlKeys.Text(rows, 0)])!.Value;
        Assert.Equal(text, Parameter("nvarchar(9)", SqlKey.Decode(token, 1)![0]).Parameter.Value);
    }

    /// <summary>learn.microsoft.com/sql/t-sql/statements/collation-precedence-transact-sql: what CONVERT makes of a text has the collation
    /// of the text; and the column's own goes before that of a value without one.</summary>
    [Fact]
    public void ATextOfACodePageIsComparedInItsOwn()
    {
        var (expression, parameter) = Parameter("varchar(9)", "\u0416", "Cyrillic_General_CI_AS");
        Assert.Equal("CONVERT(varchar(9), @p0 COLLATE Cyrillic_General_CI_AS)", expression);
        Assert.Equal(SqlDbType.NVarChar, parameter.SqlDbType);
        Assert.Equal("\u0416", parameter.Value);
        Assert.Equal("@p0", Parameter("nvarchar(9)", "\u0416", "Cyrillic_General_CI_AS").Expression);
    }

    /// <summary>Code pages are the server's: what it sends is Unicode.</summary>
    [Theory]
    [InlineData("varchar(9)", "CONVERT(nvarchar(9), t.[k])")]
    [InlineData("char(4000)", "CONVERT(nvarchar(4000), t.[k])")]
    [InlineData("varchar(8000)", "CONVERT(nvarchar(max), t.[k])")]
    [InlineData("varchar(max)", "CONVERT(nvarchar(max), t.[k])")]
    [InlineData("nvarchar(9)", "t.[k]")]
    public void ATextOfACodePageComesAsUnicode(string type, string expression)
    {
        var column = MsSqlFixture.Column("k", type, keyPosition: 1, collation: "Cyrillic_General_CI_AS");
        Assert.Equal((expression, expression), (column.Expression, MsSqlKeys.Expression(column)));
    }

    [Theory]
    [InlineData("int", "x")]
    [InlineData("tinyint", "256")]
    [InlineData("uniqueidentifier", "7")]
    [InlineData("datetime2(7)", "yesterday")]
    [InlineData("varbinary(9)", "0x")]
    [InlineData("decimal(9,2)", "1,5x")]
    public void ADamagedPlaceIsSaid(string type, string text)
    {
        var damaged = Assert.Throws<ConnectorException>(() => Parameter(type, text));
        Assert.Equal($"A place in the table is damaged: 'k' is no {type}. Start a new sync.", damaged.Message);
    }

    private static void AssertComesBack(string type, object value, object parameter, SqlDbType dbType)
    {
        using var rows = MsSqlTypesTests.Reader(value);
        var made = Parameter(type, MsSqlKeys.Text(rows, 0)).Parameter;
        Assert.Equal(parameter, made.Value);
        Assert.Equal(dbType, made.SqlDbType);
    }

    private static (string Expression, SqlParameter Parameter) Parameter(string type, string text, string? collation = null)
    {
        using var command = MsSqlFixture.Command();
        var expression = MsSqlKeys.Value(command, MsSqlFixture.Column("k", type, keyPosition: 1, collation), text);
        return (expression, Assert.Single(command.Parameters.Cast<SqlParameter>()));
    }
}
