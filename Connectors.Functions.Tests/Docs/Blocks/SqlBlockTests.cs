using Connectors.Tests.Support.Servers;
using MySqlConnector;
using Npgsql;
using Xunit;

namespace Connectors.Tests.Docs.Blocks;

/// <summary>The statements of docs/sources/postgresql.md, on a server: the user reads, and can't write.</summary>
[Collection("PostgreSQL")]
public sealed class PostgreSqlBlockTests(PostgreSqlServer server)
{
    [Fact]
    public async Task TheUserOfThePageReadsAndCannotWrite()
    {
        var database = await server.CreateDatabaseAsync(PageStory.Token);
        await server.RunAsync(database, "CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders VALUES (1)", PageStory.Token);
        await server.RunAsync(
            database,
            SqlBlocks.UserOf(SqlBlocks.PostgreSqlPage).Replace("DATABASE shop", $"DATABASE {database}", StringComparison.Ordinal),
            PageStory.Token
        );
        await server.RunAsync(database, "CREATE TABLE later (id int PRIMARY KEY)", PageStory.Token);

        await using var reader = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={server.Port};Username=reader;Password=docs-pw-1;Database={database};Pooling=false"
        );
        await reader.OpenAsync(PageStory.Token);
        await using var read = new NpgsqlCommand("SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM later)", reader);
        Assert.Equal(1L, await read.ExecuteScalarAsync(PageStory.Token));
        await using var write = new NpgsqlCommand("INSERT INTO orders VALUES (2)", reader);
        Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => write.ExecuteNonQueryAsync(PageStory.Token))).SqlState);
    }

    [Fact]
    public async Task TheColumnOfThePageMovesWithEachChange()
    {
        var database = await server.CreateDatabaseAsync(PageStory.Token);
        await server.RunAsync(
            database,
            "CREATE TABLE orders (id int PRIMARY KEY, name text); INSERT INTO orders VALUES (1, 'a')",
            PageStory.Token
        );
        await server.RunAsync(database, SqlBlocks.TimeOf(SqlBlocks.PostgreSqlPage), PageStory.Token);
        await server.RunAsync(
            database,
            "UPDATE orders SET changed = '2020-01-01', name = 'b'; DO 'BEGIN ASSERT (SELECT changed > now() - interval ''1 hour'' FROM "
                + "orders); END'",
            PageStory.Token
        );
    }
}

/// <summary>The statements of docs/sources/mysql.md, on a server: the user reads, and can't write.</summary>
[Collection("MariaDB")]
public sealed class MySqlBlockTests(MariaDbServer server)
{
    [Fact]
    public async Task TheUserOfThePageReadsAndCannotWrite()
    {
        var database = await server.CreateDatabaseAsync(PageStory.Token);
        await server.RunAsync(database, "CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders VALUES (1)", PageStory.Token);
        await server.RunAsync(
            database,
            SqlBlocks.UserOf(SqlBlocks.MySqlPage).Replace("shop.", $"{database}.", StringComparison.Ordinal),
            PageStory.Token
        );

        await using var reader = new MySqlConnection(
            $"Server=127.0.0.1;Port={server.Port};User ID=reader;Password=docs-pw-1;Database={database};Pooling=false"
        );
        await reader.OpenAsync(PageStory.Token);
        await using var read = new MySqlCommand("SELECT count(*) FROM orders", reader);
        Assert.Equal(1L, await read.ExecuteScalarAsync(PageStory.Token));
        await using var write = new MySqlCommand("INSERT INTO orders VALUES (2)", reader);
        await Assert.ThrowsAsync<MySqlException>(() => write.ExecuteNonQueryAsync(PageStory.Token));
    }

    [Fact]
    public async Task TheColumnOfThePageMovesWithEachChange()
    {
        var database = await server.CreateDatabaseAsync(PageStory.Token);
        await server.RunAsync(
            database,
            "CREATE TABLE orders (id int PRIMARY KEY, name text); INSERT INTO orders VALUES (1, 'a')",
            PageStory.Token
        );
        await server.RunAsync(database, SqlBlocks.TimeOf(SqlBlocks.MySqlPage), PageStory.Token);
        await server.RunAsync(
            database,
            "UPDATE orders SET changed = '2020-01-01'; UPDATE orders SET name = 'b'; CREATE TABLE moved (n int CHECK (n = 1)); INSERT "
                + "INTO moved SELECT count(*) FROM orders WHERE changed > NOW() - INTERVAL 1 HOUR",
            PageStory.Token
        );
    }
}
