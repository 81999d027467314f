using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.PostgreSql;

[Collection("PostgreSQL")]
public sealed class PostgreSqlReadingTests(PostgreSqlServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("int", "42", "42")]
    [InlineData("bigint", "-9223372036854775808", "-9223372036854775808")]
    [InlineData("numeric", "5", "5.0")]
    [InlineData("numeric(10, 2)", "12345678.90", "12345678.90")]
    [InlineData("numeric(10, 0)", "7", "7")]
    [InlineData("numeric(30, 0)", "123456789012345678901234567890", "123456789012345678901234567890.0")]
    [InlineData("numeric", "'NaN'", "null")]
    [InlineData("numeric", "'-Infinity'", "null")]
    [InlineData("double precision", "0.1", "0.1")]
    [InlineData("double precision", "1", "1.0")]
    [InlineData("double precision", "1e300", "1e+300")]
    [InlineData("double precision", "'Infinity'", "null")]
    [InlineData("real", "'NaN'", "null")]
    [InlineData("boolean", "true", "true")]
    [InlineData("text", "E'\"\\\\ \\u00fc \\U0001F600 \\u0001'", "\"\\\"\\\\ ü \\uD83D\\uDE00 \\u0001\"")]
    [InlineData("character(4)", "'ab'", "\"ab\"")]
    [InlineData("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"")]
    [InlineData("bytea", "'\\x00ff'", "\"AP8=\"")]
    [InlineData("date", "'2024-02-29'", "\"2024-02-29\"")]
    [InlineData("date", "'infinity'", "\"9999-12-31\"")]
    [InlineData("date", "'0044-03-15 BC'", "\"0001-01-01\"")]
    [InlineData("date", "'12024-01-01'", "\"9999-12-31\"")]
    [InlineData("timestamp", "'2024-02-29 13:14:15.120'", "\"2024-02-29T13:14:15.12\"")]
    [InlineData("timestamptz", "'2024-02-29 13:14:15+02'", "\"2024-02-29T11:14:15Z\"")]
    [InlineData("timestamptz", "'-infinity'", "\"0001-01-01T00:00:00Z\"")]
    [InlineData("time", "'13:14:15'", "\"13:14:15\"")]
    [InlineData("interval", "'1 year 2 days 3 hours'", "\"P1Y2DT3H\"")]
    [InlineData(
        "json",
        "'{\"a\": 1, \"a\": 2, \"\": [1e400, null], \"id\": {\".x\": true}}'",
        "{\"a\":2,\"_\":[\"1e400\",null],\"id\":{\"_.x\":true}}"
    )]
    [InlineData("json", "'\"\\ud800\"'", "\"\\\"\\\\ud800\\\"\"")]
    [InlineData("jsonb", "'[1.50, \"x\"]'", "[1.50,\"x\"]")]
    [InlineData("jsonb", "'null'", "null")]
    [InlineData("int[]", "'{{1,2},{3,NULL}}'", "[[1,2],[3,null]]")]
    [InlineData("numeric[]", "'{1,NaN}'", "[1.0,null]")]
    [InlineData("timestamptz[]", "'{2024-02-29 13:14:15+02,infinity}'", "[\"2024-02-29T11:14:15Z\",\"9999-12-31T23:59:59.999999Z\"]")]
    [InlineData("bytea[]", "ARRAY['\\x00ff'::bytea]", "[\"AP8=\"]")]
    [InlineData("jsonb[]", "ARRAY['{\"a\":1}'::jsonb]", "[{\"a\":1}]")]
    [InlineData("boolean[]", "'{t,f}'", "[true,false]")]
    [InlineData("text[]", "'{}'", "[]")]
    [InlineData("mood", "'ok'", "\"ok\"")]
    [InlineData("mood[]", "'{ok}'", "[\"ok\"]")]
    [InlineData("price", "'1.5'", "1.5")]
    [InlineData("price[]", "'{2}'", "[2.0]")]
    [InlineData("pair", "ROW(1, 'x')", "{\"a\":1,\"b\":\"x\"}")]
    [InlineData("int4range", "'[1,5)'", "\"[1,5)\"")]
    [InlineData("point", "'(1,2)'", "\"(1,2)\"")]
    [InlineData("polygon", "'((0,0),(1,1))'", "\"((0,0),(1,1))\"")]
    [InlineData("inet", "'10.0.0.1/8'", "\"10.0.0.1/8\"")]
    [InlineData("bit(4)", "B'0101'", "\"0101\"")]
    [InlineData("xml", "'<a>b</a>'", "\"<a>b</a>\"")]
    [InlineData("tsvector", "'a b'", "\"'a' 'b'\"")]
    [InlineData("int2vector", "'1 2'", "\"1 2\"")]
    [InlineData("int", "NULL", "null")]
    public async Task AValueBecomesJson(string type, string value, string expected)
    {
        var schema = await server.CreateSchemaAsync(Cancellation);
        await server.RunAsync(
            "postgres",
            $"""
            SET search_path TO {schema};
            CREATE TYPE mood AS ENUM ('sad', 'ok');
            CREATE DOMAIN price AS numeric(8, 4);
            CREATE TYPE pair AS (a int, b text);
            CREATE TABLE t (id int PRIMARY KEY, v {type});
            INSERT INTO t VALUES (1, {value})
            """,
            Cancellation
        );
        await using var table = server.Source("postgres", ("schema", schema));
        await using var query = server.SourceOfRules(
            "postgres",
            $$"""[{"tables": ["t"], "query": "SELECT * FROM {{schema}}.t"}]""",
            values: ("schema", schema)
        );
        foreach (var source in (IDataSource[])[table, query])
        {
            var document = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents());
            Assert.Equal($"postgres_{schema}_t_1", document.Id);
            Assert.Equal(
                type is "price" ? "1.5000"
                    : type is "price[]" ? "[2.0000]"
                    : expected,
                document.Json().GetProperty($"{schema}_t_v").GetRawText()
            );
        }
    }

    [Fact]
    public async Task ADocumentNamesItsTableAndNoTwoFieldsAreAlike()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            """CREATE SCHEMA "My"; CREATE TABLE "My"."Some ""Table" (id int PRIMARY KEY, a int, "A" int, "x..y" int); INSERT INTO "My"."Some ""Table" VALUES (1, 2, 3, 4)""",
            Cancellation
        );
        await using var source = server.Source(database, ("schema", "My"));
        var document = Assert.Single((await source.AllAsync(2, PageLimits.Default, Cancellation)).Documents());
        Assert.Equal($"{database}_My_Some \"Table_1", document.Id);
        Assert.Equal(
            $$"""{"database":"{{database}}","table":"Some \"Table","schema":"My","my_some \"table_id":1,"my_some \"table_a":2,"my_some \"table_a_":3,"my_some \"table_x._.y":4}""",
            document.Body
        );
    }

    [Fact]
    public async Task RowsOfTablesWhoseNamesRunIntoEachOtherKeepTheirOwnIds()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            """
            CREATE TABLE events (year int, n int, PRIMARY KEY (year, n)); INSERT INTO events VALUES (2023, 5), (2024, 5);
            CREATE TABLE events_2023 (n int PRIMARY KEY); INSERT INTO events_2023 VALUES (5)
            """,
            Cancellation
        );
        await using var source = server.Source(database);
        Assert.Equal(
            [$"{database}_public_events_[\"2023\",\"5\"]", $"{database}_public_events_2024_5", $"{database}_public_events_2023_5"],
            (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids()
        );
    }

    [Fact]
    public async Task APartitionedTableIsReadAsOneAndAnInheritedOneByItself()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            """
            CREATE TABLE logs (n int PRIMARY KEY) PARTITION BY RANGE (n);
            CREATE TABLE logs_low PARTITION OF logs FOR VALUES FROM (0) TO (10);
            CREATE TABLE logs_high PARTITION OF logs FOR VALUES FROM (10) TO (20);
            INSERT INTO logs VALUES (15), (5);
            CREATE TABLE parent (n int PRIMARY KEY);
            CREATE TABLE child (PRIMARY KEY (n)) INHERITS (parent);
            INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1);
            ANALYZE
            """,
            Cancellation
        );
        await using var source = server.Source(database);
        Assert.Equal(
            [$"{database}_public_child_1", $"{database}_public_logs_5", $"{database}_public_logs_15", $"{database}_public_parent_1"],
            (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids()
        );
    }

    [Fact]
    public async Task AColumnThatIsDroppedInMidSyncIsGotOver()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            "CREATE TABLE a (n int PRIMARY KEY, m int, o int); INSERT INTO a VALUES (1, 9, 0), (2, 8, 0)",
            Cancellation
        );
        await using var source = server.Source(database);
        var partition = Assert.Single(await source.PartitionAsync(1, Cancellation));
        var first = await source.PageAsync(partition, PageToken.Start, new PageLimits(1, int.MaxValue), Cancellation);
        await server.RunAsync(database, "ALTER TABLE a DROP COLUMN m", Cancellation);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            source.PageAsync(partition, first.Next, PageLimits.Default, Cancellation)
        );
        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Equal(
            [$"{database}_public_a_2"],
            (await source.PartitionAsync(partition, first.Next, PageLimits.Default, Cancellation)).Ids()
        );
    }

    [Fact]
    public async Task ADamagedTokenBeginsThePartAnew()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY); INSERT INTO a VALUES (1), (2)", Cancellation);
        await using var source = server.Source(database);
        var page = await source.PageAsync(
            Assert.Single(await source.PartitionAsync(1, Cancellation)),
            new PageToken("[1"),
            PageLimits.Default,
            Cancellation
        );
        Assert.True(page.Restarts);
        Assert.Equal(2, page.Documents.Count);
    }

    [Fact]
    public async Task BytesThatAreNoUtf8FailNothing()
    {
        await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync("postgres", "DROP DATABASE IF EXISTS bytes", Cancellation);
        await server.RunAsync("postgres", "CREATE DATABASE bytes ENCODING 'SQL_ASCII' TEMPLATE template0", Cancellation);
        await server.RunAsync("bytes", "CREATE TABLE a (n int PRIMARY KEY, t text); INSERT INTO a VALUES (1, E'x\\xffy')", Cancellation);
        await using var source = server.Source("bytes");
        Assert.Equal(
            "x\uFFFDy",
            Assert
                .Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents())
                .Json()
                .GetProperty("public_a_t")
                .GetString()
        );
    }

    [Fact]
    public async Task WritesAreImpossible()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            """
            CREATE TABLE a (n int PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TABLE seen (n int);
            CREATE FUNCTION spy(a) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.seen VALUES (1); RETURN true; END';
            ALTER TABLE a ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON a USING (spy(a)); ALTER TABLE a FORCE ROW LEVEL SECURITY;
            DROP ROLE IF EXISTS limited; CREATE ROLE limited LOGIN PASSWORD 'x'; GRANT SELECT ON a TO limited; GRANT ALL ON seen TO limited
            """,
            Cancellation
        );
        await using var source = server.Source(database, ("username", "limited"), ("password", "x"), ("tables", "a"));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, PageLimits.Default, Cancellation));
        Assert.Contains("25006", failure.Message, StringComparison.Ordinal);
        await server.RunAsync(database, "DROP OWNED BY limited; DROP ROLE limited", Cancellation);
    }
}
