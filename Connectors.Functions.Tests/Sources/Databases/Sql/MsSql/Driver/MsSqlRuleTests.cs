using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql.Driver;

[Collection("TDS")]
public sealed class MsSqlRuleTests(TdsServer server) : SqlRuleTests(server)
{
    protected override string IdPrefix(string database) => $"{database}_dbo_";

    protected override string Body(string database, int n, int customer, int total) =>
        $$"""{"database":"{{database}}","table":["orders"],"schema":"dbo","dbo_orders_n":{{n}},"dbo_orders_customer":"""
        + $$"""{{customer}},"dbo_orders_total":{{total}}}""";
}
