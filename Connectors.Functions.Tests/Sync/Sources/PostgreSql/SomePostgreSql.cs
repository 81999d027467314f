using System.Text.Json.Nodes;
using Connectors.Sync.Sources.PostgreSql;
using Connectors.Tests.Support.Servers;
using Connectors.Tests.Sync.Sources.Sql;

namespace Connectors.Tests.Sync.Sources.PostgreSql;

/// <summary>Sources over a database of the test server.</summary>
internal static class SomePostgreSql
{
    public static PostgreSqlDataSource Source(this PostgreSqlServer server, string database, params (string Field, JsonNode Value)[] values)
    {
        var all = new JsonObject
        {
            ["host"] = "127.0.0.1",
            ["port"] = server.Port,
            ["username"] = "postgres",
            ["password"] = PostgreSqlServer.Password,
            ["database"] = database,
        };
        foreach (var (field, value) in values)
        {
            all[field] = value;
        }

        return new PostgreSqlDataSource(SomeSettings.Of(all, PostgreSqlConfiguration.Fields), rowsAPartition: 5);
    }
}
