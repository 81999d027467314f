using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.MySql;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MySql;

/// <summary>Whatever the key: every row comes once, on pages of two rows, in parts, whole, and from every token.</summary>
[Collection("MariaDB")]
public sealed class MySqlKeyTests(MariaDbServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("k tinyint", "CAST(seq AS SIGNED) - 10")]
    [InlineData("k bigint unsigned", "18446744073709551615 - seq")]
    [InlineData("k int(6) zerofill", "seq")]
    [InlineData("k decimal(65, 30)", "seq / 7")]
    [InlineData("k float", "seq / 7")]
    [InlineData("k float", "1 + seq / 1000000")]
    [InlineData("k double", "seq / 7e100")]
    [InlineData("k bit(40)", "seq * 100000000")]
    [InlineData("k year", "IF(seq = 1, 0, 2000 + seq)")]
    [InlineData("k date", "IF(seq = 1, '0000-00-00', '2024-01-01' + INTERVAL seq DAY)")]
    [InlineData("k datetime(6)", "IF(seq = 1, '0000-00-00', '2024-10-27' + INTERVAL seq * 7 MINUTE + INTERVAL seq MICROSECOND)")]
    [InlineData("k timestamp(3)", "'2024-10-27' + INTERVAL seq * 7 MINUTE")]
    [InlineData("k time", "SEC_TO_TIME((CAST(seq AS SIGNED) - 12) * 1234)")]
    [InlineData("k varchar(50)", "ELT(seq, '', 'a b', '''\"\\\\', '%', 'ä', 'z', 'Z1', 'é', '😀', 'É1', 'ß', 'ssx') ")]
    [InlineData("k varchar(50) COLLATE utf8mb4_bin", "ELT(seq, '', 'a', 'A', 'b', 'B', 'ä', 'Ä', 'z', 'Z', '😀', 'é', 'E')")]
    [InlineData(
        "k varchar(50) CHARACTER SET latin1 COLLATE latin1_german2_ci",
        "ELT(seq, 'ä', 'af', 'ad', 'o', 'ö', 'of', 'u', 'ü', 'uf', 'ß', 'st', 'z')"
    )]
    [InlineData("k char(36)", "UUID()")]
    [InlineData("k uuid", "UUID()")]
    [InlineData("k inet6", "CONCAT('::', HEX(seq))")]
    [InlineData("k binary(16)", "UNHEX(MD5(seq))")]
    [InlineData("k varbinary(20)", "CONCAT(CHAR(255 - seq), '''\\\\')")]
    [InlineData("k enum('z','y','x','10','9','a','b','c','d','e','f','g')", "seq")]
    [InlineData("k set('d','c','b','a')", "seq")]
    [InlineData("a varchar(5), b int, k int", "CHAR(65 + seq MOD 3), seq, seq", "a, b")]
    [InlineData("a enum('y','x'), b datetime, k int", "1 + seq MOD 2, '2024-01-01' + INTERVAL seq HOUR, seq", "b, a")]
    [InlineData("a int, b decimal(4,1), c char(3), k int", "seq MOD 2, seq / 10, CONCAT('c', seq MOD 3), seq", "c, a, b")]
    [InlineData("k text", "CONCAT(seq, REPEAT('x', 2000))", "k(20)")]
    public async Task EveryRowComesOnce(string columns, string values, string key = "k")
    {
        const int Rows = 12;
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            $"SET sql_mode = ''; CREATE TABLE t ({columns}, PRIMARY KEY ({key})); INSERT INTO t SELECT {values} FROM "
                + $"mysql.seq_1_to_{Rows}; ANALYZE TABLE t",
            Cancellation
        );
        await using var source = server.Source(database);
        await SqlRows.AssertEachComesOnceAsync(source, Rows, Cancellation);
        await using var query = server.SourceOfRules(database, """[{"tables": ["t"], "query": "SELECT * FROM t"}]""");
        await SqlRows.AssertEachComesOnceAsync(query, Rows, Cancellation);
    }

    [Fact]
    public async Task AFloatInAnIdHasTheDigitsThatSomebodyStored()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            "CREATE TABLE t (k float PRIMARY KEY); INSERT INTO t VALUES (0.1), (1.1), (3), (0.333333333), (16777216), (1e20)",
            Cancellation
        );
        await using var source = server.Source(database);
        var ids = (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids();
        Assert.Equal(
            ["t_0.1", "t_0.33333334", "t_1.1", "t_3.0", "t_16777216.0", "t_1e20"],
            ids.Select(id => id[id.IndexOf("t_", StringComparison.Ordinal)..])
        );
    }

    [Fact]
    public async Task ALargeTableIsDividedByItsNumber()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            "CREATE TABLE t (k bigint unsigned PRIMARY KEY); INSERT INTO t SELECT 18446744073709551615 - seq FROM mysql.seq_1_to_40; "
                + "ANALYZE TABLE t",
            Cancellation
        );
        await using var source = server.Source(database);
        var partitions = await source.PartitionAsync(4, Cancellation);
        Assert.Equal(["t 1 of 4", "t 2 of 4", "t 3 of 4", "t 4 of 4"], partitions.Select(partition => partition.Name));
        var counts = new List<int>();
        foreach (var partition in partitions)
        {
            counts.Add((await source.PartitionAsync(partition, PageToken.Start, PageLimits.Default, Cancellation)).Ids().Count);
        }

        Assert.Equal(40, counts.Sum());
        Assert.All(counts, count => Assert.InRange(count, 9, 11));
    }

    [Fact]
    public async Task APageOfACompositeKeyIsFoundByTheIndex()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            "CREATE TABLE t (a int, b int, PRIMARY KEY (a, b)); INSERT INTO t SELECT 1, seq FROM mysql.seq_1_to_5000; ANALYZE TABLE t",
            Cancellation
        );
        var dialect = new MySqlDialect(
            new MySqlConfiguration(SomeSettings.Of(server.Values(server.Port, database), MySqlConfiguration.Fields).Settings),
            []
        );
        await using var pool = dialect.Open();
        await using var connection = await pool.OpenConnectionAsync(Cancellation);
        await using var transaction = await dialect.BeginAsync(connection, Cancellation);
        var table = await dialect.DescribeAsync(transaction, "t", Cancellation);
        await using var command = dialect.ReadCommand(transaction, new SqlPart(table!, new SqlBounds("t")), ["1", "4900"], 10);
        command.CommandText = "EXPLAIN " + command.CommandText;
        await using var row = await command.ExecuteReaderAsync(Cancellation);
        Assert.True(await row.ReadAsync(Cancellation));
        Assert.Equal("range", row["type"]);
        Assert.InRange(Convert.ToInt64(row["rows"], System.Globalization.CultureInfo.InvariantCulture), 1, 500);
    }
}
