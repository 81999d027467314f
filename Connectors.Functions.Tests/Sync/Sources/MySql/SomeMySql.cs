using System.Text.Json.Nodes;
using Connectors.Sync.Sources.MySql;
using Connectors.Tests.Support.Servers;
using Connectors.Tests.Sync.Sources.Sql;

namespace Connectors.Tests.Sync.Sources.MySql;

/// <summary>Sources over a database of the test server.</summary>
internal static class SomeMySql
{
    public static MySqlDataSource Source(this MariaDbServer server, string database, params (string Field, JsonNode Value)[] values)
    {
        var all = new JsonObject
        {
            ["host"] = "127.0.0.1",
            ["port"] = server.Port,
            ["user"] = MariaDbServer.User,
            ["password"] = MariaDbServer.Password,
            ["database"] = database,
        };
        foreach (var (field, value) in values)
        {
            all[field] = value;
        }

        return new MySqlDataSource(SomeSettings.Of(all, MySqlConfiguration.Fields), rowsAPartition: 5);
    }
}
