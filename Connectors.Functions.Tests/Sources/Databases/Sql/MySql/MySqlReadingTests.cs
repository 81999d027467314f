using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MySql;

[Collection("MariaDB")]
public sealed class MySqlReadingTests(MariaDbServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ValuesBecomeJson()
    {
        (string Type, string Value, string Expected)[] values =
        [
            ("int", "42", "42"),
            ("tinyint(1)", "1", "1"),
            ("bigint unsigned", "18446744073709551615", "18446744073709551615"),
            ("int(6) zerofill", "7", "7"),
            ("decimal(10,2)", "1234.50", "1234.50"),
            ("decimal(10,0)", "7", "7"),
            ("decimal(65,0)", "12345678901234567890123", "12345678901234567890123.0"),
            ("decimal(8,2) zerofill", "1.5", "1.50"),
            ("float", "0.1", "0.1"),
            ("float", "3", "3.0"),
            ("float", "16777216", "16777216.0"),
            ("float", "1/3", "0.33333334"),
            ("float", "-0.0001", "-0.0001"),
            ("float", "1e20", "1e20"),
            ("float(7,3)", "1.5", "1.5"),
            ("double", "1e300", "1e300"),
            ("double", "-0.1", "-0.1"),
            ("bit(4)", "b'0101'", "5"),
            ("bit(64)", "~0", "18446744073709551615"),
            ("year", "2024", "2024"),
            ("date", "'2024-02-29'", "\"2024-02-29\""),
            ("date", "'0000-00-00'", "null"),
            ("date", "'2024-00-00'", "null"),
            ("datetime(6)", "'2024-02-29 13:14:15.120'", "\"2024-02-29T13:14:15.12\""),
            ("datetime", "'0000-00-00'", "null"),
            ("timestamp NULL", "FROM_UNIXTIME(1700000000)", "\"2023-11-14T22:13:20Z\""),
            ("time(2)", "'-838:59:59.00'", "\"-838:59:59.00\""),
            ("varchar(20)", "'\"\\\\ ü'", "\"\\\"\\\\ ü\""),
            ("varchar(20) CHARACTER SET latin1", "'ü'", "\"ü\""),
            ("longtext", "'x'", "\"x\""),
            ("char(36)", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\""),
            ("enum('a','b')", "'b'", "\"b\""),
            ("set('a','b','c')", "'c,a'", "[\"a\",\"c\"]"),
            ("set('a')", "''", "[]"),
            ("blob", "x'00ff'", "\"AP8=\""),
            ("binary(2)", "x'00'", "\"AAA=\""),
            ("point", "POINT(1, 2)", "\"POINT(1 2)\""),
            ("inet4", "'10.0.0.1'", "\"10.0.0.1\""),
            ("int", "NULL", "null"),
        ];
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            "SET sql_mode = ''; CREATE TABLE t (id int PRIMARY KEY, "
                + $"{string.Join(", ", values.Select((value, i) => $"c{i} {value.Type}"))}); INSERT INTO t VALUES (1, "
                + $"{string.Join(", ", values.Select(value => value.Value))})",
            Cancellation
        );
        await using var table = server.Source(database);
        await using var query = server.SourceOfRules(database, """[{"tables": ["t"], "query": "SELECT * FROM t"}]""");
        foreach (var source in (IDataSource[])[table, query])
        {
            var body = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents()).Json();
            Assert.Equal(
                values.Select(value => $"{value.Type}: {value.Expected}"),
                values.Select((value, i) => $"{value.Type}: {body.GetProperty($"c{i}").GetRawText()}")
            );
        }
    }

    [Fact]
    public async Task ADocumentNamesItsTableAndNoTwoFieldsAreAlike()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            "CREATE TABLE `a``b` (id int, `Table` int, `x..y` int, n int, PRIMARY KEY (n, id)); INSERT INTO `a``b` VALUES (1, 2, 3, 4)",
            Cancellation
        );
        await using var source = server.Source(database);
        var document = Assert.Single((await source.AllAsync(2, PageLimits.Default, Cancellation)).Documents());
        Assert.Equal("a`b_1_4", document.Id);
        Assert.Equal("""{"Table":"a`b","id_":1,"Table_":2,"x._.y":3,"n":4}""", document.Body);
    }
}
