using System.Text.Json.Nodes;
using Connectors.Sync;
using Connectors.Sync.Configuration;
using Connectors.Sync.Protocol;
using Xunit;

namespace Connectors.Tests.Sync.Protocol;

public sealed class ConfigurationCheckTests
{
    private static readonly ConfigField[] Fields =
    [
        new("host", "Host"),
        new("port", "Port") { Type = ConfigFieldType.Integer, DefaultValue = 27017, Validations = [new("greater_than", 0), new("less_than", 65536)] },
        new("secure", "Secure") { Type = ConfigFieldType.Boolean, InitialValue = false },
        new("ca", "CA") { DependsOn = [new("secure", true)] },
        new("key", "Key") { Required = false, Sensitive = true, Validations = [new("regex", "[A-Z]{3}")] },
        new("buckets", "Buckets") { Required = false, Type = ConfigFieldType.List, Validations = [new("included_in", new JsonArray("a", "b"))] },
        new("shards", "Shards") { Required = false, Type = ConfigFieldType.List, Validations = [new("list_type", "int")] },
        new("mode", "Mode") { Required = false, Options = [new("Fast", "fast"), new("Slow", "slow")] },
        new("odd", "Odd") { Required = false, Validations = [new("from_the_future", 1)] },
    ];

    [Theory]
    [InlineData("host", "null", "host: required, but empty. Set it in the connector's configuration.")]
    [InlineData("host", "\"  \"", "host: required, but empty. Set it in the connector's configuration.")]
    [InlineData("host", "{}", "host: '{}' is not a text.")]
    [InlineData("host", "5", null)]
    [InlineData("port", "null", null)]
    [InlineData("port", "\"\"", null)]
    [InlineData("port", "\"8080\"", null)]
    [InlineData("port", "\"eighty\"", "port: 'eighty' is not a whole number.")]
    [InlineData("port", "1.5", "port: '1.5' is not a whole number.")]
    [InlineData("port", "0", "port: '0' is not greater than 0.")]
    [InlineData("port", "70000", "port: '70000' is not less than 65536.")]
    [InlineData("secure", "\"maybe\"", "secure: 'maybe' is not true or false.")]
    [InlineData("secure", "\"true\"", "ca: required, but empty. Set it in the connector's configuration.")]
    [InlineData("secure", "true", "ca: required, but empty. Set it in the connector's configuration.")]
    [InlineData("secure", "false", null)]
    [InlineData("key", "\"hunter2\"", "key: the value does not match [A-Z]{3}.")]
    [InlineData("key", "\"ABC\"", null)]
    [InlineData("key", "\"ABCD\"", "key: the value does not match [A-Z]{3}.")]
    [InlineData("key", "{\"a\": \"hunter2\"}", "key: the value is not a text.")]
    [InlineData("buckets", "[\"a\", \"c\"]", "buckets: 'c' is none of a, b.")]
    [InlineData("buckets", "\"a, b\"", null)]
    [InlineData("buckets", "[]", null)]
    [InlineData("buckets", "{\"a\": 1}", "buckets: '{\"a\":1}' is not a list.")]
    [InlineData("shards", "\"1, x\"", "shards: '1, x' is not a list of whole numbers.")]
    [InlineData("shards", "[1, 2]", null)]
    [InlineData("mode", "\"medium\"", "mode: 'medium' is none of fast, slow.")]
    [InlineData("mode", "\"slow\"", null)]
    [InlineData("odd", "\"x\"", null)]
    public void EachFaultIsToldInOneSentence(string field, string value, string? problem)
    {
        var configuration = ConnectorConfiguration.Render(Fields, new Dictionary<string, JsonNode?> { ["host"] = "h" });
        configuration[field]!["value"] = JsonNode.Parse(value);

        Assert.Equal(problem is null ? [] : [problem], ConfigurationCheck.Problems(configuration, Fields));
    }

    [Fact]
    public void AllFaultsAreToldAtOnceInTheOrderOfTheFields()
    {
        var configuration = Some.Json("""{"port": {"value": -1}, "secure": "on", "mode": {"value": "x"}}""");

        Assert.Equal(
            "host: required, but empty. Set it in the connector's configuration. port: '-1' is not greater than 0. "
            + "secure: not an object with a 'value'. Mend it, or remove it so that it is written anew. mode: 'x' is none of fast, slow.",
            Assert.Throws<ConnectorException>(() => ConfigurationCheck.Require(configuration, Fields)).Message);
        Assert.Equal(
            ["host: required, but empty. Set it in the connector's configuration.", "secure: required, but empty. Set it in the connector's configuration."],
            ConfigurationCheck.Problems(null, Fields));
    }
}
