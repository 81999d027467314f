using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.MsSql;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Testing;
using Connectors.Tests.Support.Tds;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql.Driver;

/// <summary>The driver and a server that speaks its protocol and says what the test says. What SQL Server itself would say is not seen
/// here.</summary>
public sealed class MsSqlServerTests
{
    public MsSqlServerTests() => MsSqlCultures.Require();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheTablesOfASchemaAreReadPageByPage()
    {
        await using var server = new TdsTestServer(MsSqlFixture.Shop);
        await using var source = Source(server);

        await source.PingAsync(Cancellation);
        var pages = await source.AllAsync(1, new PageLimits(2, int.MaxValue), Cancellation);

        Assert.Equal(["shop_dbo_orders_1", "shop_dbo_orders_2", "shop_dbo_orders_3"], pages.Ids());
        Assert.Equal([2, 1], pages.Select(page => page.Documents.Count));
        Assert.Equal(
            """{"database":"shop","table":"orders","schema":"dbo","dbo_orders_id":1,"dbo_orders_note":"a","dbo_orders_changed":"2024-02-29T12:14:15Z"}""",
            pages.Documents()[0].Body
        );
        Assert.Contains(server.Statements, statement => statement.StartsWith("SET DEADLOCK_PRIORITY LOW", StringComparison.Ordinal));
        Assert.Equal(1, server.Logins);
    }

    // learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors, and .../azure/azure-sql/database/
    // troubleshoot-common-errors-issues.
    [Theory]
    [InlineData(18456, FailureKind.Fatal, "refuses the login of user 'reader'. Check username and password")]
    [InlineData(18470, FailureKind.Fatal, "refuses the login of user 'reader'")]
    [InlineData(4060, FailureKind.Fatal, "has no database 'shop' that user 'reader' may open. Correct the field database")]
    [InlineData(40615, FailureKind.Fatal, "Add its address to the server's firewall rules.")]
    [InlineData(40613, FailureKind.Retry, "can't list the tables at the moment: the server answers 40613.")]
    [InlineData(49918, FailureKind.Retry, "can't list the tables at the moment: the server answers 49918.")]
    [InlineData(10928, FailureKind.Retry, "has no connection to spare at the moment.")]
    public async Task WhyALoginIsRefusedIsSaid(int number, FailureKind kind, string sentence)
    {
        await using var server = new TdsTestServer(MsSqlFixture.Shop) { ToLogin = _ => TdsAnswer.Error(number, "Some words.", severity: 16) };
        await AssertPingFailsAsync(server, kind, sentence);
    }

    [Theory]
    [InlineData(229, FailureKind.Fatal, "user 'reader' may not list the tables. Grant SELECT on the schema or on its tables.")]
    [InlineData(208, FailureKind.Fatal, "can't list the tables: it is no longer there.")]
    [InlineData(1205, FailureKind.Retry, "at the moment: the server answers 1205.")]
    [InlineData(1222, FailureKind.Retry, "it took too long to list the tables. Raise statement_timeout")]
    [InlineData(40501, FailureKind.Retry, "at the moment: the server answers 40501.")]
    [InlineData(8134, FailureKind.Fatal, "can't list the tables: the server answers 8134: Some words.")]
    public async Task WhyAStatementFailsIsSaid(int number, FailureKind kind, string sentence)
    {
        await using var server = new TdsTestServer(statement =>
            statement.StartsWith("SET ", StringComparison.Ordinal) ? TdsAnswer.Done : TdsAnswer.Error(number, "Some words.")
        );
        await AssertPingFailsAsync(server, kind, sentence);
    }

    [Fact]
    public async Task AServerThatEndsTheConnectionIsTriedAgain()
    {
        await using var server = new TdsTestServer(_ => TdsAnswer.Error(596, "Session is in the kill state.", severity: 21));
        await AssertPingFailsAsync(server, FailureKind.Retry, "the connection broke, trying to list the tables.");
    }

    [Fact]
    public async Task ACallOnAConnectionThatBrokeBeforeItFailsAsTheConnectionAndAFaultOfTheProgramAsItself()
    {
        await using var server = new TdsTestServer(MsSqlFixture.Shop);
        var dialect = MsSqlFixture.Dialect(("port", server.Port));
        await using var database = dialect.Open();

        var broke = await Assert.ThrowsAsync<IOException>(() => RunAsync(async transaction =>
            {
                await using var command = transaction.Connection!.CreateCommand();
                command.CommandText = "SELECT 1";
                await transaction.Connection.CloseAsync();
                return await command.ExecuteScalarAsync(Cancellation);
            })
        );
        Assert.IsType<InvalidOperationException>(broke.InnerException);
        var failure = dialect.Explain("read the table 't'", broke);
        Assert.Contains("the connection broke, trying to read the table 't'.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Retry, failure.Kind);
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(_ => Task.FromResult<object?>(Array.Empty<int>().First())));

        Task<object?> RunAsync(Func<DbTransaction, Task<object?>> work) =>
            SqlTransactions.RunAsync(dialect, database, work, Cancellation);
    }

    [Fact]
    public async Task AClosedPortIsSaidAtOnce()
    {
        int port;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        await using var source = new MsSqlDataSource(MsSqlFixture.Context(("port", port)));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.StartsWith($"SQL Server 127.0.0.1:{port}: nothing listens there.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMissingSchemaIsSaid()
    {
        await using var server = new TdsTestServer(statement =>
            statement.StartsWith("SET ", StringComparison.Ordinal) ? TdsAnswer.Done : TdsAnswer.Rows(1, new object?[] { null })
        );
        await AssertPingFailsAsync(server, FailureKind.Fatal, "has no schema 'dbo'. Correct the field schema.");
    }

    // learn.microsoft.com/sql/relational-databases/security/metadata-visibility-configuration: a catalog view has no row for a table on
    // which the user was granted nothing.
    [Theory]
    [InlineData("*", "*: the server lists only the tables that the user has a right to")]
    [InlineData("orders", null)]
    public async Task WhereNotEveryTableIsListedNothingIsDeletedUnlessTheyAreNamed(string tables, string? gap)
    {
        await using var server = new TdsTestServer(statement =>
            statement == MsSqlCatalog.ListsAllQuery ? TdsAnswer.Rows(1, [false]) : MsSqlFixture.Shop(statement)
        );
        await using var source = Source(server, ("tables", tables));
        await source.PingAsync(Cancellation);
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Equal(["shop_dbo_orders_1", "shop_dbo_orders_2"], pages.Ids());
        Assert.StartsWith(
            gap ?? "none",
            pages.Select(page => page.Gap).SingleOrDefault(each => each is not null) ?? "none",
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task WithoutAnIncrementalColumnThereIsNoCursor()
    {
        await using var server = new TdsTestServer(MsSqlFixture.Shop);
        await using var source = Source(server);
        Assert.Null((await source.FindCursorAsync(Cancellation)).Cursor);
    }

    [Fact]
    public async Task ChangesAreReadByTheColumn()
    {
        await using var server = new TdsTestServer(MsSqlFixture.Shop);
        await using var source = Source(server, ("incremental_column", "changed"));
        var start = await source.FindCursorAsync(Cancellation);
        using var changes = await source.ReadChangesAsync(start.Cursor!, PageToken.Start, new PageLimits(2, int.MaxValue), Cancellation);
        Assert.Null(changes.ExpiredReason);
        Assert.Contains(server.Statements, statement =>
            statement.Contains("WHERE (t.[changed] >= @p1 OR t.[changed] IS NULL) ORDER BY t.[id]", StringComparison.Ordinal)
        );
    }

    private static MsSqlDataSource Source(TdsTestServer server, params (string Field, JsonNode? Value)[] values) =>
        new(MsSqlFixture.Context([("port", server.Port), .. values]));

    private static async Task AssertPingFailsAsync(TdsTestServer server, FailureKind kind, string sentence)
    {
        await using var source = Source(server);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(kind, failure.Kind);
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
    }
}
