using System.Text.Json.Nodes;
using Connectors.Sources.Databases.Redis;
using Connectors.Tests.Support.Servers;

namespace Connectors.Tests.Sources.Databases.Redis;

/// <summary>Sources over the test server.</summary>
internal static class SomeRedis
{
    public const int MostBytes = 1_000;

    public static RedisDataSource Source(this RedisServer server, params (string Field, JsonNode Value)[] values) =>
        server.Source(rules: null, values);

    public static RedisDataSource Source(this RedisServer server, string? rules, params (string Field, JsonNode Value)[] values)
    {
        var all = new JsonObject
        {
            ["host"] = "127.0.0.1",
            ["port"] = server.Port,
            ["password"] = RedisServer.Password,
        };
        foreach (var (field, value) in values)
        {
            all[field] = value;
        }

        var context = SomeSettings.Of(all, RedisConfiguration.Fields) with { AdvancedRules = rules is null ? null : JsonNode.Parse(rules) };
        return new RedisDataSource(context, MostBytes);
    }
}
