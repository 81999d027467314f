using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Protocol.Connectors;

public sealed class ConfigurationValidatorTests
{
    private static readonly SourceCatalog BuiltIn = new(
        BuiltInSources.Classes,
        "/plugins",
        NullLoggerFactory.Instance,
        TimeProvider.System
    );

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
        var named = field == "secure" && problem?.Contains("'CA'", StringComparison.Ordinal) == true ? "ca" : field;

        var own = Assert.Single(Fields, known => known.Name == named);
        Assert.Equal(problem is null ? [] : [problem], ConfigurationValidator.Problems(configuration, Fields, own));
        Assert.Equal(
            problem is null ? [] : [$"{named} ('{own.Label}'){problem[(own.Label.Length + 2)..]}"],
            ConfigurationValidator.Problems(configuration, Fields)
        );
    }

    [Theory]
    [InlineData("127.0.0.1:16379", "16379")]
    [InlineData("db.example:5432", "5432")]
    [InlineData("sql.example,1433", "1433")]
    [InlineData("[::1]:6379", "6379")]
    [InlineData("127.0.0.1", null)]
    [InlineData("::1", null)]
    [InlineData("[::1]", null)]
    [InlineData("2001:db8::8:800:200c:417a", null)]
    [InlineData("fe80::1%eth0", null)]
    [InlineData("1::1:5432", null)]
    public void APortInTheFieldOfAHostIsSentToItsOwnField(string host, string? port)
    {
        foreach (var source in (string[])["redis", "postgresql", "mysql", "mssql"])
        {
            var fields = BuiltIn.Describe(source).Fields;
            var configuration = ConnectorConfiguration.Render(fields, new Dictionary<string, JsonNode?> { ["host"] = host });
            var field = fields.First(known => known.Name == "host");
            Assert.Equal(
                port is null
                    ? []
                    : [$"'Host' takes the name or the address of a server and no port. Put the port, {port}, into the field port."],
                ConfigurationValidator.Problems(configuration, fields, field)
            );
        }
    }

    [Fact]
    public void EverySourceWithAHostAndAPortChecksThatTheyAreApart()
    {
        var both = BuiltInSources
            .Classes.Keys.Select(type => BuiltIn.Describe(type).Fields.ToDictionary(field => field.Name))
            .Where(fields => fields.ContainsKey("host") && fields.ContainsKey("port"))
            .ToList();
        Assert.True(both.Count >= 4);
        Assert.All(both, fields => Assert.True(fields["host"].TakesNoUrl));
    }

    [Theory]
    [InlineData("/srv/notes", null)]
    [InlineData("\\\\server\\notes", null)]
    [InlineData("c:\\notes", null)]
    [InlineData("D:/notes", null)]
    [InlineData("notes", "value 'notes' is")]
    [InlineData("../notes", "value is")]
    [InlineData("~/notes", "value is")]
    [InlineData("c:notes", "value is")]
    [InlineData("file:///srv/notes", "value is")]
    public void APathIsAbsoluteOnSomeSystem(string path, string? wrong)
    {
        foreach (var source in (string[])["dir", "network_drive"])
        {
            var fields = BuiltIn.Describe(source).Fields;
            var configuration = ConnectorConfiguration.Render(fields, new Dictionary<string, JsonNode?> { ["directory"] = path });
            var field = fields.First(known => known.Name == "directory");
            Assert.Equal(
                wrong is null ? [] : [$"'{field.Label}' {wrong} no absolute path. Write the whole of it, such as /srv/documents."],
                ConfigurationValidator.Problems(configuration, fields, field)
            );
        }
    }

    [Fact]
    public void EveryFieldThatNamesAFileOrAFolderTakesAPath() =>
        Assert.Equal(
            ["dir.directory", "dir.groups_file", "dir.users_file", "network_drive.directory", "network_drive.identity_mappings"],
            BuiltInSources
                .Classes.Keys.SelectMany(type =>
                    BuiltIn.Describe(type).Fields.Where(field => field.TakesPath).Select(field => $"{type}.{field.Name}")
                )
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public void TheNameOfASecretDoesNotHideWhatIsSaidOfIt() =>
        Assert.Contains(
            "client_secret ('Client Secret') cannot be empty.",
            Assert.Throws<ConnectorException>(() => ConfigurationValidator.Require(null, BuiltIn.Describe("box").Fields)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void AllFaultsAreToldAtOnceInTheOrderOfTheFields()
    {
        var configuration = Some.Json("""{"port": {"value": -1}, "secure": "on", "mode": {"value": "x"}}""");

        Assert.Equal(
            "Field validation errors: host ('Host') cannot be empty. port ('Port') value '-1' should be greater than 0. "
                + "secure ('Secure') is not an object with a 'value'. Fix 'secure' in the connector's configuration, or remove it to have "
                + "it written again. mode ('Mode') value 'x' should be one of fast, slow.",
            Assert.Throws<ConnectorException>(() => ConfigurationValidator.Require(configuration, Fields)).Message
        );
        Assert.Equal(
            ["host ('Host') cannot be empty.", "secure ('Secure') cannot be empty."],
            ConfigurationValidator.Problems(null, Fields)
        );
    }
}
