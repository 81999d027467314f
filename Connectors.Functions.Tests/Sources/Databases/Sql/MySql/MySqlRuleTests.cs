using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MySql;

[Collection("MariaDB")]
public sealed class MySqlRuleTests(MariaDbServer server) : SqlRuleTests(server)
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
        Assert.Equal(
            ["customers_orders_7_1", "customers_orders_7_2"],
            (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids().Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task TwoColumnsOfOneNameAreRefused()
    {
        var database = await OrdersAsync();
        await using var source = Source(database, "SELECT n, total AS n FROM orders");

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));

        Assert.Contains("rule 1: the server refuses the query: Duplicate column name 'n'", failure.Message, StringComparison.Ordinal);
    }

    protected override string IdPrefix(string database) => "";

    protected override string Body(string database, int n, int customer, int total) =>
        $$"""{"Table":["orders"],"n":{{n}},"customer":{{customer}},"total":{{total}}}""";
}
