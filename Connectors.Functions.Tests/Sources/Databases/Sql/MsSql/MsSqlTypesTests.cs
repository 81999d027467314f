using System.Buffers;
using System.Data;
using System.Text;
using System.Text.Json;
using Connectors.Sources.Databases.Sql;
using Connectors.Sources.Databases.Sql.MsSql;
using Connectors.Sources.Databases.Sql.Tables;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql;

/// <summary>
/// What becomes of each type, from what the driver gives for it: learn.microsoft.com/sql/connect/ado-net/sql-server-data-type-mappings; or
/// from the text that learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql says the server makes of it.
/// </summary>
public sealed class MsSqlTypesTests
{
    public static IReadOnlyList<string> Types { get; } =
    [
        "int",
        "bit",
        "decimal(38,10)",
        "money",
        "float",
        "real",
        "date",
        "datetime2(7)",
        "datetimeoffset(7)",
        "time(7)",
        "uniqueidentifier",
        "varbinary(max)",
        "timestamp",
        "hierarchyid",
        "geography",
        "geometry",
        "xml",
        "sql_variant",
        "json",
        "vector",
        "clr",
        "ntext",
        "nvarchar(max)",
    ];

    [Theory]
    [InlineData("int", 42, "42")]
    [InlineData("bigint", long.MinValue, "-9223372036854775808")]
    [InlineData("tinyint", (byte)255, "255")]
    [InlineData("bit", true, "true")]
    [InlineData("bit", false, "false")]
    [InlineData("float", 0.1, "0.1")]
    [InlineData("float", 5d, "5.0")]
    [InlineData("float", 1e300, "1e+300")]
    [InlineData("real", 0.1f, "0.1")]
    [InlineData("real", 16777216f, "16777216.0")]
    [InlineData("decimal(38,2)", "12345678901234567890123456789012345.10", "12345678901234567890123456789012345.10")]
    [InlineData("decimal(18,0)", "123456789012345678", "123456789012345678")]
    [InlineData("decimal(19,0)", "1234567890123456789", "1234567890123456789.0")]
    [InlineData("date", "2024-02-29", "\"2024-02-29\"")]
    [InlineData("nvarchar(9)", "a\"\u00e9", "\"a\\u0022\\u00E9\"")]
    [InlineData("xml", "<a>1</a>", "\"\\u003Ca\\u003E1\\u003C/a\\u003E\"")]
    [InlineData("geography", "POINT (1 2)", "\"POINT (1 2)\"")]
    [InlineData("hierarchyid", "/1/2/", "\"/1/2/\"")]
    [InlineData("json", "{\"a\": [1]}", "{\"a\":[1]}")]
    [InlineData("vector", "[1.5e+000, 2]", "[1.5e+000,2]")]
    public void AValueBecomesJson(string type, object value, string json) => Assert.Equal(json, Written(type, value));

    [Fact]
    public void AValueThatNoConstantCanHoldBecomesJson()
    {
        Assert.Equal("12345.6789", Written("money", 12345.6789m));
        Assert.Equal("1.0000", Written("smallmoney", 1.0000m));
        Assert.Equal("\"2024-02-29T13:14:15.1234567\"", Written("datetime2(7)", new DateTime(2024, 2, 29, 13, 14, 15).AddTicks(1234567)));
        Assert.Equal("\"2024-02-29T00:00:00\"", Written("datetime", new DateTime(2024, 2, 29)));
        Assert.Equal(
            "\"2024-02-29T12:14:15.5Z\"",
            Written("datetimeoffset(7)", new DateTimeOffset(2024, 2, 29, 13, 14, 15, 500, TimeSpan.FromHours(1)))
        );
        Assert.Equal("\"13:14:15.12\"", Written("time(7)", new TimeSpan(0, 13, 14, 15, 120)));
        Assert.Equal(
            "\"6f9619ff-8b86-d011-b42d-00c04fc964ff\"",
            Written("uniqueidentifier", new Guid("6F9619FF-8B86-D011-B42D-00C04FC964FF"))
        );
        Assert.Equal("\"AAH/\"", Written("varbinary(max)", new byte[] { 0, 1, 255 }));
        Assert.Equal("\"AAAAAAAAB9E=\"", Written("timestamp", new byte[] { 0, 0, 0, 0, 0, 0, 7, 0xD1 }));
        Assert.Equal("null", Written("int", DBNull.Value));
    }

    [Theory]
    [InlineData("nvarchar", 100, 0, 0, "nvarchar(50)")]
    [InlineData("nvarchar", -1, 0, 0, "nvarchar(max)")]
    [InlineData("sysname", 256, 0, 0, "nvarchar(128)")]
    [InlineData("varchar", 50, 0, 0, "varchar(50)")]
    [InlineData("varbinary", -1, 0, 0, "varbinary(max)")]
    [InlineData("decimal", 9, 18, 2, "decimal(18,2)")]
    [InlineData("datetime2", 8, 27, 7, "datetime2(7)")]
    [InlineData("int", 4, 10, 0, "int")]
    public void ATypeIsWrittenWithItsParametersAndReadAgain(string name, int length, int precision, int scale, string text)
    {
        var type = MsSqlType.Of(name, length, precision, scale);
        Assert.Equal(text, type.ToString());
        Assert.Equal(type, MsSqlType.Parse(text));
    }

    /// <summary>Elastic's service sorts the columns of the key by name, and writes them as Python prints them.</summary>
    [Fact]
    public void IdsAndFieldsAreThePythonServices()
    {
        var table = MsSqlFixture.Table(
            "Orders",
            MsSqlFixture.Column("Zone", "int", keyPosition: 1),
            MsSqlFixture.Column("Id", "uniqueidentifier", keyPosition: 2),
            MsSqlFixture.Column("At", "datetime2(7)", keyPosition: 3)
        );
        Assert.Equal("shop_dbo_Orders_", table.IdPrefix);
        Assert.Equal(["At", "Id", "Zone"], table.IdColumns.Select(column => table.Columns[column].Name));
        Assert.Equal(["dbo_orders_zone", "dbo_orders_id", "dbo_orders_at"], table.FieldNames);
        Assert.Equal(["database shop", "table Orders", "schema dbo"], table.Constants.Select(field => $"{field.Key} {field.Value}"));
        using var rows = Reader(new DateTime(2024, 2, 29, 13, 14, 15, 500));
        Assert.Equal("2024-02-29 13:14:15.500000", SqlText.Python(MsSqlTypes.Text(rows, 0), SqlValueKind.Timestamp));
    }

    internal static DataTableReader Reader(object value)
    {
        using var table = new DataTable();
        table.Columns.Add("c", value is DBNull ? typeof(string) : value.GetType());
        table.Rows.Add(value);
        var reader = table.CreateDataReader();
        Assert.True(reader.Read());
        return reader;
    }

    private static string Written(string type, object value)
    {
        using var rows = Reader(value);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            SqlValueWriter.Write(json, MsSqlFixture.Column("c", type), rows.IsDBNull(0) ? null : MsSqlTypes.Text(rows, 0));
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
