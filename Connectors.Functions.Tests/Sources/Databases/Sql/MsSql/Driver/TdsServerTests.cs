using Connectors.Tests.Support.Servers;
using Microsoft.Data.SqlClient;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql.Driver;

/// <summary>The server that the other tests here stand on answers nothing that it does not understand.</summary>
[Collection("TDS")]
public sealed class TdsServerTests(TdsServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SELECT k FROM t GROUP BY k")]
    [InlineData("SELECT k FROM t ORDER BY k DESC")]
    [InlineData("SELECT DISTINCT k FROM t")]
    [InlineData("SELECT COUNT(*) FROM t")]
    [InlineData("SELECT k FROM t WHERE note LIKE 'a%'")]
    [InlineData("SELECT k FROM t WHERE note = code")]
    [InlineData("SELECT a.k FROM t AS a JOIN t AS b ON a.k = b.k")]
    [InlineData("SELECT name FROM sys.tables AS s, t")]
    [InlineData("TRUNCATE TABLE t")]
    public async Task AStatementThatItDoesNotKnowIsRefused(string statement)
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE t (k int PRIMARY KEY, note nvarchar(9), code varchar(9))", Cancellation);
        var refused = await Assert.ThrowsAsync<SqlException>(() => server.RunAsync(database, statement, Cancellation));
        Assert.Contains("does not know this", refused.Message, StringComparison.Ordinal);
        Assert.True(server.Data.Refused.TryDequeue(out var noted));
        Assert.EndsWith(statement, noted, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INSERT INTO t VALUES (1, NULL)", 2627)]
    [InlineData("INSERT INTO t VALUES (NULL, NULL)", 515)]
    [InlineData("INSERT INTO t VALUES ('x', NULL)", 245)]
    [InlineData("SELECT k FROM t AS t WHERE t.x = 1", 207)]
    [InlineData("SELECT k FROM u", 208)]
    [InlineData("SELECT k FROM t LIMIT 5", 102)]
    public async Task WhatIsWrongHasTheNumberOfSqlServer(string statement, int number)
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            "CREATE TABLE t (k int PRIMARY KEY, note nvarchar(9)); INSERT INTO t VALUES (1, 'a')",
            Cancellation
        );
        var failure = await Assert.ThrowsAsync<SqlException>(() => server.RunAsync(database, statement, Cancellation));
        Assert.Equal(number, failure.Number);
    }
}
