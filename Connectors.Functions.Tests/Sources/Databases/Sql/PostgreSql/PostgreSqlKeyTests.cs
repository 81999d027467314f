using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.PostgreSql;

/// <summary>Whatever the key: every row comes once, on pages of two rows, in parts, whole, and from every token.</summary>
[Collection("PostgreSQL")]
public sealed class PostgreSqlKeyTests(PostgreSqlServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("smallint", "n - 20")]
    [InlineData("bigint", "n * 1000000000000 - 9000000000000000000")]
    [InlineData("numeric", "n / 7.0")]
    [InlineData("numeric(40, 0)", "n * 10000000000000000000000000000::numeric")]
    [InlineData("numeric", "CASE WHEN n = 1 THEN 'NaN' ELSE n::numeric END")]
    [InlineData("real", "n / 7.0")]
    [InlineData("double precision", "CASE n WHEN 1 THEN 'NaN' WHEN 2 THEN 'Infinity' WHEN 3 THEN '-Infinity' ELSE n / 7.0 END")]
    [InlineData("uuid", "md5(n::text)::uuid")]
    [InlineData("text", "CASE n WHEN 1 THEN '' WHEN 2 THEN 'a b' WHEN 3 THEN '''\"\\' ELSE chr(64 + n) || md5(n::text) END")]
    [InlineData("text COLLATE \"und-x-icu\"", "(ARRAY['a','B','c','Ä','z','Z','é','e','😀','E'])[1 + n % 10] || n")]
    [InlineData("text COLLATE \"C\"", "(ARRAY['a','B','c','Ä','z','Z','é','e','😀','E'])[1 + n % 10] || n")]
    [InlineData("text COLLATE blind", "md5(n::text)")]
    [InlineData("character(5)", "'x' || n")]
    [InlineData("character varying(20)", "n || ' '")]
    [InlineData("\"char\"", "chr(64 + n)")]
    [InlineData("name", "'n' || n")]
    [InlineData("bytea", "decode(md5(n::text), 'hex')")]
    [InlineData("date", "CASE n WHEN 1 THEN 'infinity' WHEN 2 THEN '-infinity' WHEN 3 THEN '0044-03-15 BC' ELSE date '2024-01-01' + n END")]
    [InlineData("timestamp", "timestamp '2024-10-27 00:00:00.000001' + n * interval '7 minutes'")]
    [InlineData("timestamptz", "timestamptz '2024-10-27 00:00:00+00' + n * interval '7 minutes 0.5 seconds'")]
    [InlineData("time", "time '01:00' + n * interval '1 minute'")]
    [InlineData("timetz", "timetz '01:00+02' + n * interval '1 minute'")]
    [InlineData("interval", "n * interval '1 month 1 day 1.5 seconds' - interval '5 months'")]
    [InlineData("inet", "inet '10.0.0.0/8' + n")]
    [InlineData("macaddr", "('08:00:2b:01:02:' || lpad(to_hex(n), 2, '0'))::macaddr")]
    [InlineData("bit varying(8)", "n::bit(8)")]
    [InlineData("mood", "(enum_range(NULL::mood))[n]")]
    [InlineData("positive", "n")]
    [InlineData("point_of", "ROW(n % 3, n)::point_of")]
    [InlineData("int[]", "ARRAY[n % 3, n]")]
    [InlineData("int4range", "int4range(n, n + 5)")]
    [InlineData("jsonb", "jsonb_build_object('n', n)")]
    [InlineData("oid", "n::oid")]
    [InlineData("money", "n::money")]
    [InlineData("boolean", "n % 2 = 0")]
    public async Task EveryRowComesOnce(string type, string value)
    {
        var rows = type switch
        {
            "boolean" => 2,
            "mood" => 5,
            _ => 24,
        };
        var schema = await server.CreateSchemaAsync(Cancellation);
        await server.RunAsync(
            "postgres",
            $"""
            SET search_path TO {schema};
            CREATE TYPE mood AS ENUM ('sad', 'ok', 'A', 'z', 'happy');
            CREATE DOMAIN positive AS int CHECK (VALUE > 0);
            CREATE TYPE point_of AS (x int, y int);
            CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE t (k {type} PRIMARY KEY);
            INSERT INTO t SELECT ({value})::{type.Split(" COLLATE", 2)[0]} FROM generate_series(1, {rows}) n;
            ANALYZE t
            """,
            Cancellation
        );
        await AssertEveryRowComesOnceAsync(schema, rows);
    }

    [Theory]
    [InlineData("a text, b int, PRIMARY KEY (a, b)", "chr(65 + n % 3), n")]
    [InlineData("a int, b text, c uuid, PRIMARY KEY (c, a, b)", "n % 2, 'b' || n % 3, md5(n::text)::uuid")]
    [InlineData(
        "a timestamptz, b date, PRIMARY KEY (b, a) INCLUDE (n)",
        "timestamptz '2024-01-01' + n * interval '1 hour', date '2024-01-01' + n % 4"
    )]
    public async Task EveryRowOfACompositeKeyComesOnce(string columns, string values)
    {
        var schema = await server.CreateSchemaAsync(Cancellation);
        await server.RunAsync(
            "postgres",
            $"SET search_path TO {schema}; CREATE TABLE t (n int, {columns}); INSERT INTO t SELECT n, {values} FROM generate_series(1, "
                + "24) n; ANALYZE t",
            Cancellation
        );
        await AssertEveryRowComesOnceAsync(schema, 24);
    }

    [Fact]
    public async Task ANumberKeyIsDividedWithoutStatistics()
    {
        var schema = await server.CreateSchemaAsync(Cancellation);
        await server.RunAsync(
            "postgres",
            $"SET search_path TO {schema}; CREATE TABLE t (k bigint PRIMARY KEY); INSERT INTO t SELECT n * 1000 FROM "
                + "generate_series(-10, 10) n",
            Cancellation
        );
        await using var source = server.Source("postgres", ("schema", schema));
        var partitions = await source.PartitionAsync(4, Cancellation);
        Assert.Equal(["t 1 of 4", "t 2 of 4", "t 3 of 4", "t 4 of 4"], partitions.Select(partition => partition.Name));
        await AssertEveryRowComesOnceAsync(schema, 21);
    }

    [Fact]
    public async Task APageGoesOnUntilAKeyThatATokenCanHold()
    {
        var schema = await server.CreateSchemaAsync(Cancellation);
        await server.RunAsync(
            "postgres",
            $"SET search_path TO {schema}; CREATE TABLE t (k text PRIMARY KEY); INSERT INTO t SELECT repeat(chr(64 + n), CASE WHEN n "
                + "BETWEEN 3 AND 6 THEN 5000 ELSE 1 END) FROM generate_series(1, 8) n",
            Cancellation
        );
        await using var source = server.Source("postgres", ("schema", schema));
        var pages = await source.AllAsync(1, SqlRows.Small, Cancellation);
        Assert.Equal([2, 5, 1], pages.Select(page => page.Documents.Count));
    }

    private async Task AssertEveryRowComesOnceAsync(string schema, int rows)
    {
        await using var source = server.Source("postgres", ("schema", schema));
        await SqlRows.AssertEachComesOnceAsync(source, rows, Cancellation);
        await using var query = server.SourceOfRules(
            "postgres",
            $$"""[{"tables": ["t"], "query": "SELECT * FROM {{schema}}.t"}]""",
            values: ("schema", schema)
        );
        await SqlRows.AssertEachComesOnceAsync(query, rows, Cancellation);
    }
}
