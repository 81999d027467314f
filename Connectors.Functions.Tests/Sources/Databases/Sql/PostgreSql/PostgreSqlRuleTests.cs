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
        var (database, documents) = await JoinedAsync();

        Assert.Equal(
            [$"{database}_public_customers_orders_1_7", $"{database}_public_customers_orders_2_7"],
            documents.Select(document => document.Id)
        );
        Assert.Contains("\"public_customers_orders_name\":\"Ann\"", documents[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public Task TwoColumnsOfOneNameAreRefused() =>
        AssertRefusedAsync("SELECT n, total AS n FROM orders", "rule 1: the query gives two columns the name 'n'. Name them with AS.");

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
