using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.PostgreSql;

[Collection("PostgreSQL")]
public sealed class PostgreSqlRuleTests(PostgreSqlServer server) : SqlRuleTests(server)
{
    [Fact]
    public async Task TablesThatAreJoinedGiveTheirNamesAndKeys()
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
        var documents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents().ToList();
        Assert.Equal(
            [$"{database}_public_customers_orders_1_7", $"{database}_public_customers_orders_2_7"],
            documents.Select(document => document.Id).Order(StringComparer.Ordinal)
        );
        Assert.Contains("\"public_customers_orders_name\":\"Ann\"", documents[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoColumnsOfOneNameAreRefused()
    {
        var database = await OrdersAsync();
        await using var source = Source(database, "SELECT n, total AS n FROM orders");

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));

        Assert.Contains("rule 1: the query gives two columns the name 'n'. Name them with AS.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AQueryCanNotWrite()
    {
        var database = await OrdersAsync();
        await using var source = Source(database, "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone");

        await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));

        await using var table = server.Source(database);
        Assert.Equal(5, (await table.AllAsync(1, PageLimits.Default, Cancellation)).Ids().Count);
    }

    protected override string IdPrefix(string database) => $"{database}_public_";

    protected override string Body(string database, int n, int customer, int total) =>
        $$"""{"database":"{{database}}","table":["orders"],"schema":"public","public_orders_n":{{n}},"public_orders_customer":"""
        + $$"""{{customer}},"public_orders_total":{{total}}}""";
}
