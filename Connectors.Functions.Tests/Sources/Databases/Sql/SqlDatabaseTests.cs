using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.LocalHost.Durable;
using Connectors.Tests.Support.Servers;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql;

/// <summary>What holds for every database server.</summary>
public abstract class SqlDatabaseTests(SqlServer server)
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ATableWithoutAKeyStopsDeletesUnlessItIsEmptyOrLeftOut()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            "CREATE TABLE a (n int PRIMARY KEY); CREATE TABLE log (line text); INSERT INTO a VALUES (1)",
            Cancellation
        );
        Assert.Null(await GapAsync());
        await server.RunAsync(database, "INSERT INTO log VALUES ('x')", Cancellation);
        Assert.Contains("log: the table has no primary key", await GapAsync(), StringComparison.Ordinal);
        Assert.Null(await GapAsync(("tables", "*, -log")));
        Assert.NotNull(await GapAsync(("tables", "a, log")));

        async Task<string?> GapAsync(params (string Field, JsonNode Value)[] values)
        {
            await using var source = server.Source(database, values);
            var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
            Assert.EndsWith("a_1", Assert.Single(pages.Ids()), StringComparison.Ordinal);
            return pages.Select(page => page.Gap).SingleOrDefault(gap => gap is not null);
        }
    }

    [Fact]
    public async Task AnExclusionThatLeavesNothingOutIsTold()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY); CREATE TABLE salaries (n int PRIMARY KEY)", Cancellation);
        using var log = new ListLoggerProvider();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(log));
        await using var right = server.Source(database, logging, ("tables", "*, -salaries"));
        await using var misspelt = server.Source(database, logging, ("tables", "*, -salarys"));

        await right.PartitionAsync(1, Cancellation);
        await right.PingAsync(Cancellation);
        await misspelt.PingAsync(Cancellation);
        Assert.Empty(log.All);
        await misspelt.PartitionAsync(1, Cancellation);

        Assert.Equal(
            "The field tables leaves out salarys, and there is no such table: see whether its name is written as the database keeps it",
            Assert.Single(log.All)
        );
        await using var nameless = server.Source(database, ("tables", "*, -"));
        await AssertPingFailsAsync(nameless, "tables: a minus without a name.");
    }

    [Fact]
    public async Task AnInaccessibleOrDroppedTableStopsDeletes()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            """
            CREATE TABLE a (n int PRIMARY KEY); CREATE TABLE b (n int PRIMARY KEY); CREATE TABLE c (n int PRIMARY KEY);
            INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); INSERT INTO c VALUES (1)
            """,
            Cancellation
        );
        await AddReaderAsync(database, readable: ["a", "c"], closed: ["b"]);
        await using var source = server.Source(database, (server.UserField, "limited"), ("password", "x"));
        var partitions = await source.PartitionAsync(1, Cancellation);
        await server.RunAsync(database, "DROP TABLE c", Cancellation);
        var pages = new List<ReadPage>();
        foreach (var partition in partitions)
        {
            pages.AddRange(await source.PartitionAsync(partition, PageToken.Start, PageLimits.Default, Cancellation));
        }

        Assert.EndsWith("a_1", Assert.Single(pages.Ids()), StringComparison.Ordinal);
        Assert.Equal([false, true, true], pages.Select(page => page.Gap is not null));
        await RemoveReaderAsync(database);
    }

    [Fact]
    public async Task AnEmptyDatabaseIsAMistake()
    {
        await using var empty = server.Source(await server.CreateDatabaseAsync(Cancellation));
        await AssertPingFailsAsync(empty, "has no table that the user can see");
    }

    [Fact]
    public async Task ATableThatIsNamedMustBeReadable()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY)", Cancellation);
        await AddReaderAsync(database, readable: [], closed: ["a"]);
        await using var source = server.Source(database, (server.UserField, "limited"), ("password", "x"), ("tables", new JsonArray("a")));
        await AssertPingFailsAsync(source, "may not read the table 'a'. Grant SELECT");
        await RemoveReaderAsync(database);
    }

    [Fact]
    public async Task AnotherPrimaryKeyInMidSyncFailsTheSync()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            "CREATE TABLE a (n int, m int NOT NULL, CONSTRAINT k PRIMARY KEY (n)); INSERT INTO a VALUES (1, 9), (2, 8), (3, 7)",
            Cancellation
        );
        await using var source = server.Source(database);
        var partition = Assert.Single(await source.PartitionAsync(1, Cancellation));
        var first = await source.PageAsync(partition, PageToken.Start, new PageLimits(1, int.MaxValue), Cancellation);
        await server.RunAsync(database, ChangeKey, Cancellation);
        await using var resumed = server.Source(database);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            resumed.PageAsync(partition, first.Next, PageLimits.Default, Cancellation)
        );
        Assert.Contains("the primary key of the table 'a' was changed", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACertificateIsCheckedAgainstTheAuthorityThatIsGiven()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY)", Cancellation);
        await using var tls = await SwitchTlsOnAsync();

        // Kibana's text box makes one line of it.
        await using var trusted = server.Source(database, ("ssl_enabled", true), ("ssl_ca", server.Certificate.ReplaceLineEndings(" ")));
        await trusted.PingAsync(Cancellation);
        await using var unknown = server.Source(database, ("ssl_enabled", true));
        await AssertPingFailsAsync(
            unknown,
            "the TLS connection failed: the server's certificate was signed by itself, and is not trusted on this machine. Paste it (PEM) "
                + "into ssl_ca."
        );
        await using var otherName = server.Source(database, ("ssl_enabled", true), ("ssl_ca", server.Certificate), ("host", "localhost"));
        await AssertPingFailsAsync(
            otherName,
            "the TLS connection failed: the server's certificate is not for 'localhost', but for '127.0.0.1'. Write a name of the "
                + "certificate in host, or have one made for this name."
        );
    }

    [Fact]
    public async Task AQueryThatWaitsForALockEndsAtTheTimeout()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY)", Cancellation);
        await using var patient = server.Source(database);
        var partition = Assert.Single(await patient.PartitionAsync(1, Cancellation));
        await using var source = server.Source(database, ("statement_timeout", 1));
        await using var other = await server.ConnectAsync(database, Cancellation);
        await using var command = other.CreateCommand();
        command.CommandText = LockTableA;
        await command.ExecuteNonQueryAsync(Cancellation);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            source.PageAsync(partition, PageToken.Start, PageLimits.Default, Cancellation)
        );
        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Contains("Raise statement_timeout", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Makes <c>m</c> the primary key of the table <c>a</c>, in place of <c>k</c>.</summary>
    protected abstract string ChangeKey { get; }

    /// <summary>Locks the table <c>a</c> as long as the connection is open.</summary>
    protected abstract string LockTableA { get; }

    /// <summary>Makes a user <c>limited</c> with the password <c>x</c>.</summary>
    /// <param name="database">The database that it may use.</param>
    /// <param name="readable">Tables that it may read.</param>
    /// <param name="closed">Tables that it sees and may not read.</param>
    protected abstract Task AddReaderAsync(string database, string[] readable, string[] closed);

    protected virtual Task RemoveReaderAsync(string database) => Task.CompletedTask;

    /// <summary>Offers TLS until it is disposed, where the server does not do so anyway.</summary>
    protected virtual Task<IAsyncDisposable?> SwitchTlsOnAsync() => Task.FromResult<IAsyncDisposable?>(null);

    protected static async Task AssertPingFailsAsync(IDataSource source, string sentence) =>
        Assert.Contains(
            sentence,
            (await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation))).Message,
            StringComparison.Ordinal
        );

    /// <summary>Asks a source with one wrong value, over a database with a table <c>a</c>.</summary>
    protected async Task AssertWrongValueIsExplainedAsync(string field, string value, FailureKind kind, string sentence)
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE a (n int PRIMARY KEY)", Cancellation);
        await using var source = server.Source(database, (field, value), ("ssl_enabled", field == "ssl_ca"));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(kind, failure.Kind);
        Assert.DoesNotContain(server.UserPassword, failure.ToString(), StringComparison.Ordinal);
    }
}
