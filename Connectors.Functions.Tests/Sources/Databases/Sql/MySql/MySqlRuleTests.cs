using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MySql;

[Collection("MariaDB")]
public sealed class MySqlRuleTests(MariaDbServer server) : SqlRuleTests(server)
{
    [Fact]
    public async Task TablesThatAreJoinedGiveTheirNamesAndKeys()
    {
        var (_, documents) = await JoinedAsync();

        Assert.Equal(["customers_orders_7_1", "customers_orders_7_2"], documents.Select(document => document.Id));
    }

    [Fact]
    public Task TwoColumnsOfOneNameAreRefused() =>
        AssertRefusedAsync("SELECT n, total AS n FROM orders", "rule 1: the server refuses the query: Duplicate column name 'n'");

    protected override string IdPrefix(string database) => "";

    protected override string Body(string database, int n, int customer, int total) =>
        $$"""{"Table":["orders"],"n":{{n}},"customer":{{customer}},"total":{{total}}}""";
}
