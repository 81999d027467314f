using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.LocalHost.Durable;
using Connectors.Tests.Support.Servers;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql;

/// <summary>What holds for the queries of advanced sync rules, whatever the database server.</summary>
public abstract class SqlRuleTests(SqlServer server)
{
    private const string Orders = """
        CREATE TABLE orders (n int PRIMARY KEY, customer int, total int);
        INSERT INTO orders VALUES (1, 7, 10), (2, 7, 20), (3, 8, 30), (4, 8, 40), (5, NULL, 50)
        """;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What ids of a rule begin with, before the names of its tables.</summary>
    protected abstract string IdPrefix(string database);

    /// <summary>A document of table <c>orders</c>.</summary>
    protected abstract string Body(string database, int n, int customer, int total);

    [Fact]
    public async Task TheRowsOfAQueryComeOnceAsThePythonServiceNamesThem()
    {
        var database = await OrdersAsync();
        await using var source = Source(database, "SELECT * FROM orders WHERE total > 10 -- but not the small ones");

        await source.PingAsync(Cancellation);
        await SqlRows.AssertEachComesOnceAsync(source, 4, Cancellation);

        var documents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents().ToList();
        Assert.Equal(
            ((int[])[2, 3, 4, 5]).Select(n => $"{IdPrefix(database)}orders_{n}"),
            documents.Select(document => document.Id).Order(StringComparer.Ordinal)
        );
        Assert.Equal(Body(database, 3, 8, 30), documents.Single(document => document.Id.EndsWith("_3", StringComparison.Ordinal)).Body);
    }

    [Fact]
    public async Task IdsNameTheColumnsThatTellRowsApart()
    {
        var database = await OrdersAsync();
        await using var source = Source(
            database,
            "SELECT total, customer FROM orders WHERE customer IS NOT NULL",
            """["Customer", "total", "customer"]"""
        );

        await SqlRows.AssertEachComesOnceAsync(source, 4, Cancellation);
        var ids = (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids();

        // Where underscores divide several values, a value must not look like two: see docs/sources/mysql.md.
        Assert.Equal(
            ((string[])["7_10_7", "7_20_7", "8_30_8", "8_40_8"]).Select(key => $"{IdPrefix(database)}orders_{key}"),
            ids.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task EveryRuleIsReadAndTheTablesAreNot()
    {
        var database = await OrdersAsync();
        await server.RunAsync(
            database,
            "CREATE TABLE customers (n int PRIMARY KEY); INSERT INTO customers VALUES (7); CREATE TABLE log (line int)",
            Cancellation
        );
        await using var source = server.SourceOfRules(
            database,
            """
            [{"tables": ["orders"], "query": "SELECT * FROM orders WHERE n = 1;"},
             {"tables": ["customers"], "query": "SELECT n FROM customers"}]
            """
        );

        Assert.Equal(
            [$"{IdPrefix(database)}customers_7", $"{IdPrefix(database)}orders_1"],
            (await source.AllAsync(4, PageLimits.Default, Cancellation)).Ids().Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("SELECT * FROM orders", "[\"amount\"]", "rule 1: the query gives no column 'amount', which tells its rows")]
    [InlineData("SELECT customer FROM orders", null, "rule 1: the query gives no column 'n', which tells its rows apart. Select it")]
    [InlineData("SELECT nothing FROM orders", null, "rule 1: the server refuses the query: ")]
    [InlineData("SELECT * FROM order_lines", null, "rule 1: the server refuses the query: ")]
    [InlineData("SELECT * FORM orders", null, "rule 1: the server refuses the query: ")]
    [InlineData("DELETE FROM orders", null, "rule 1: the server refuses the query: ")]
    public async Task WhatIsWrongWithAQueryIsSaidBeforeAnythingIsRead(string query, string? idColumns, string sentence)
    {
        var database = await OrdersAsync();
        await using var source = Source(database, query, idColumns);

        foreach (
            var call in (Func<Task>[])[() => source.PingAsync(Cancellation), async () => await source.PartitionAsync(1, Cancellation)]
        )
        {
            var failure = await Assert.ThrowsAsync<ConnectorException>(call);
            Assert.Equal(FailureKind.Fatal, failure.Kind);
            Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        }

        await using var table = server.Source(database);
        Assert.Equal(5, (await table.AllAsync(1, PageLimits.Default, Cancellation)).Ids().Count);
    }

    [Fact]
    public async Task ARowThatNothingTellsApartFailsTheSyncBeforeAnythingIsRead()
    {
        var database = await OrdersAsync();
        await using var source = Source(database, "SELECT * FROM orders", """["customer"]""");

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PartitionAsync(1, Cancellation));

        Assert.Contains(
            "rule 1: a row has no value in a column that tells rows apart (customer).",
            failure.Message,
            StringComparison.Ordinal
        );

        // It is found by running the query, which the answer to a ping should not wait for.
        await source.PingAsync(Cancellation);
    }

    [Fact]
    public async Task ATableOfARuleHasToBeThere()
    {
        var database = await OrdersAsync();
        await using var source = server.SourceOfRules(database, """[{"tables": ["order"], "query": "SELECT * FROM orders"}]""");

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));

        Assert.Contains("rule 1: there is no table 'order' that the user can see.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATableWithoutAKeyNeedsNamedColumns()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE log (line int NOT NULL); INSERT INTO log VALUES (1), (2)", Cancellation);
        const string Query = "SELECT * FROM log";
        await using var without = Source(database, Query, table: "log");
        await using var with = Source(database, Query, """["line"]""", table: "log");

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => without.PingAsync(Cancellation));

        Assert.Contains("rule 1: none of its tables has a primary key.", failure.Message, StringComparison.Ordinal);
        await SqlRows.AssertEachComesOnceAsync(with, 2, Cancellation);
    }

    [Fact]
    public async Task RowsThatRepeatTheirKeyAreOneDocumentAndOneLineOfLog()
    {
        var database = await OrdersAsync();
        using var log = new ListLoggerProvider();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(log));
        await using var source = Source(
            database,
            "SELECT * FROM orders WHERE customer IS NOT NULL",
            """["customer"]""",
            logging: logging
        );

        var ids = (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids();

        Assert.Equal(
            [$"{IdPrefix(database)}orders_7", $"{IdPrefix(database)}orders_8"],
            ids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            "Several rows of rule 1 have the same customer, and only one of them becomes the document: name id_columns that tell them apart",
            Assert.Single(log.All)
        );
    }

    [Theory]
    [InlineData("DROP TABLE orders; CREATE TABLE orders (n int PRIMARY KEY, customer int)", "rule 1: the server refuses the query: ")]
    [InlineData("DROP TABLE orders", "rule 1: ")]
    public async Task WhatIsGoneInMidSyncFailsTheSync(string change, string sentence)
    {
        var database = await OrdersAsync();
        await using var source = Source(database, "SELECT * FROM orders WHERE total > 0");
        var partition = Assert.Single(await source.PartitionAsync(1, Cancellation));
        var first = await source.PageAsync(partition, PageToken.Start, SqlRows.Small, Cancellation);
        await server.RunAsync(database, change, Cancellation);

        await using var resumed = Source(database, "SELECT * FROM orders WHERE total > 0");

        foreach (var each in (IDataSource[])[source, resumed])
        {
            var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
                each.PageAsync(partition, first.Next, SqlRows.Small, Cancellation)
            );
            Assert.Equal(FailureKind.Fatal, failure.Kind);
            Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task TextsThatTheServerTakesForTheSameAreDifferentKeys()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            """
            CREATE TABLE people (n int PRIMARY KEY, name varchar(20) NOT NULL);
            INSERT INTO people VALUES (1, 'anna'), (2, 'Anna'), (3, 'ANNA'), (4, 'anna b'), (5, 'bert'), (6, 'Bert'), (7, 'Anna B')
            """,
            Cancellation
        );
        await using var source = Source(database, "SELECT n, name FROM people", """["name"]""", table: "people");

        await SqlRows.AssertEachComesOnceAsync(source, 7, Cancellation);
    }

    [Fact]
    public async Task ARowThatLosesItsKeyInMidSyncFailsTheSync()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, "CREATE TABLE notes (id int); INSERT INTO notes VALUES (1), (2)", Cancellation);
        await using var source = Source(database, "SELECT id FROM notes", """["id"]""", table: "notes");
        var partition = Assert.Single(await source.PartitionAsync(1, Cancellation));
        await server.RunAsync(database, "INSERT INTO notes VALUES (NULL)", Cancellation);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            source.PageAsync(partition, PageToken.Start, PageLimits.Default, Cancellation)
        );

        Assert.Contains("rule 1: a row has no value in a column that tells rows apart (id).", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RulesOnTablesWhoseNamesBeginAlikeShareNoIds()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(
            database,
            """
            CREATE TABLE item (k varchar(20) PRIMARY KEY); CREATE TABLE item_part (k varchar(20) PRIMARY KEY);
            INSERT INTO item VALUES ('part_5'); INSERT INTO item_part VALUES ('5')
            """,
            Cancellation
        );
        await using var source = server.SourceOfRules(
            database,
            """[{"tables": ["item"], "query": "SELECT k FROM item"}, {"tables": ["item_part"], "query": "SELECT k FROM item_part"}]"""
        );

        Assert.Equal(
            [$"{IdPrefix(database)}item_[\"part_5\"]", $"{IdPrefix(database)}item_part_5"],
            (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids().Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task RulesAreReadWholeEveryTime()
    {
        var database = await OrdersAsync();
        await using var source = Source(database, "SELECT * FROM orders");

        Assert.Equal(new ChangeCheckResult(true, null), await source.HasChangedAsync("any", Cancellation));
        var start = await ((IChangeFeed)source).FindCursorAsync(Cancellation);
        Assert.Null(start.Cursor);
        Assert.StartsWith("Advanced sync rules are set", start.Unavailable, StringComparison.Ordinal);
    }

    /// <summary>Orders with their customers, in the order of their ids: two tables whose keys have other names.</summary>
    protected async Task<(string Database, IReadOnlyList<ReadDocument> Documents)> JoinedAsync()
    {
        var database = await OrdersAsync();
        await server.RunAsync(
            database,
            "CREATE TABLE customers (id int PRIMARY KEY, name text); INSERT INTO customers VALUES (7, 'Ann')",
            Cancellation
        );
        await using var source = server.SourceOfRules(
            database,
            """
            [{"tables": ["orders", "customers"],
              "query": "SELECT o.n, c.id, c.name FROM orders o JOIN customers c ON c.id = o.customer ORDER BY o.n"}]
            """
        );

        await SqlRows.AssertEachComesOnceAsync(source, 2, Cancellation);
        var documents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents();
        return (database, [.. documents.OrderBy(document => document.Id, StringComparer.Ordinal)]);
    }

    protected async Task AssertRefusedAsync(string query, string sentence)
    {
        await using var source = Source(await OrdersAsync(), query);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));

        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
    }

    protected async Task<string> OrdersAsync()
    {
        var database = await server.CreateDatabaseAsync(Cancellation);
        await server.RunAsync(database, Orders, Cancellation);
        return database;
    }

    protected IDataSource Source(
        string database,
        string query,
        string? idColumns = null,
        string table = "orders",
        ILoggerFactory? logging = null
    ) =>
        server.SourceOfRules(
            database,
            $$"""[{"tables": ["{{table}}"], "query": "{{query}}"{{(idColumns is null ? "" : $", \"id_columns\": {idColumns}")}}}]""",
            logging
        );
}
