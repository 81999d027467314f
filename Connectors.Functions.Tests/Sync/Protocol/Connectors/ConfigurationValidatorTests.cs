using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Protocol.Connectors;
using Xunit;

namespace Connectors.Tests.Sync.Protocol.Connectors;

public sealed class ConfigurationValidatorTests
{
    private static readonly ConfigField[] Fields =
    [
        new("host", "Host"),
        new("port", "Port")
        {
            Type = ConfigFieldType.Integer,
            DefaultValue = 27017,
            Validations = [new("greater_than", 0), new("less_than", 65536)],
        },
        new("secure", "Secure") { Type = ConfigFieldType.Boolean, InitialValue = false },
        new("ca", "CA") { DependsOn = [new("secure", true)] },
        new("key", "Key")
        {
            Required = false,
            Sensitive = true,
            Validations = [new("regex", "[A-Z]{3}")],
        },
        new("buckets", "Buckets")
        {
            Required = false,
            Type = ConfigFieldType.List,
            Validations = [new("included_in", new JsonArray("a", "b"))],
        },
        new("shards", "Shards")
        {
            Required = false,
            Type = ConfigFieldType.List,
            Validations = [new("list_type", "int")],
        },
        new("mode", "Mode") { Required = false, Options = [new("Fast", "fast"), new("Slow", "slow")] },
        new("odd", "Odd") { Required = false, Validations = [new("from_the_future", 1)] },
    ];

    [Theory]
    [InlineData("host", "null", "'Host' cannot be empty.")]
    [InlineData("host", "\"  \"", "'Host' cannot be empty.")]
    [InlineData("host", "{}", "'Host' must be a text.")]
    [InlineData("host", "5", null)]
    [InlineData("port", "null", null)]
    [InlineData("port", "\"\"", null)]
    [InlineData("port", "\"8080\"", null)]
    [InlineData("port", "\"eighty\"", "'Port' must be an integer.")]
    [InlineData("port", "1.5", "'Port' must be an integer.")]
    [InlineData("port", "0", "'Port' value '0' should be greater than 0.")]
    [InlineData("port", "70000", "'Port' value '70000' should be less than 65536.")]
    [InlineData("secure", "\"maybe\"", "'Secure' must be true or false.")]
    [InlineData("secure", "\"true\"", "'CA' cannot be empty.")]
    [InlineData("secure", "true", "'CA' cannot be empty.")]
    [InlineData("secure", "false", null)]
    [InlineData("key", "\"hunter2\"", "'Key' value failed regex check [A-Z]{3}.")]
    [InlineData("key", "\"ABC\"", null)]
    [InlineData("key", "\"ABCD\"", "'Key' value failed regex check [A-Z]{3}.")]
    [InlineData("key", "{\"a\": \"hunter2\"}", "'Key' must be a text.")]
    [InlineData("buckets", "[\"a\", \"c\"]", "'Buckets' list value 'c' should be one of a, b.")]
    [InlineData("buckets", "\"a, b\"", null)]
    [InlineData("buckets", "[]", null)]
    [InlineData("buckets", "{\"a\": 1}", "'Buckets' must be a list.")]
    [InlineData("shards", "\"1, x\"", "'Shards' list value 'x' should be of type int.")]
    [InlineData("shards", "[1, 2]", null)]
    [InlineData("mode", "\"medium\"", "'Mode' value 'medium' should be one of fast, slow.")]
    [InlineData("mode", "\"slow\"", null)]
    [InlineData("odd", "\"x\"", null)]
    public void EachFaultIsToldInOneSentence(string field, string value, string? problem)
    {
        var configuration = ConnectorConfiguration.Render(Fields, new Dictionary<string, JsonNode?> { ["host"] = "h" });
        configuration[field]!["value"] = JsonNode.Parse(value);

        Assert.Equal(problem is null ? [] : [problem], ConfigurationValidator.Problems(configuration, Fields));
    }

    [Fact]
    public void AllFaultsAreToldAtOnceInTheOrderOfTheFields()
    {
        var configuration = Some.Json("""{"port": {"value": -1}, "secure": "on", "mode": {"value": "x"}}""");

        Assert.Equal(
            "Field validation errors: 'Host' cannot be empty. 'Port' value '-1' should be greater than 0. "
                + "'Secure' is not an object with a 'value'. Fix 'secure' in the connector's configuration, or remove it to have it "
                + "written again. 'Mode' value 'x' should be one of fast, slow.",
            Assert.Throws<ConnectorException>(() => ConfigurationValidator.Require(configuration, Fields)).Message
        );
        Assert.Equal(["'Host' cannot be empty.", "'Secure' cannot be empty."], ConfigurationValidator.Problems(null, Fields));
    }
}
