using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Protocol.Connectors;

public sealed class ConnectorConfigurationTests
{
    [Fact]
    public void TheDefaultConfigurationIsByteForByteWhatElasticsServiceWrites()
    {
        var recorded = RecordedLife.Update(1, "configuration")["configuration"]!;

        Assert.Equal(recorded.ToJsonString(), ConnectorConfiguration.Render(Some.MongoFields).ToJsonString());
    }

    [Fact]
    public void FeaturesHaveTheRecordedFormAndTellTheTruth()
    {
        var recorded = RecordedLife.Update(1, "configuration")["features"]!.DeepClone();
        Assert.Equal(
            recorded.ToJsonString(),
            ConnectorFeatures.Render(hasAdvancedRules: true, hasIncrementalSync: false, hasAccessControl: false).ToJsonString()
        );
        recorded["sync_rules"]!["advanced"]!["enabled"] = false;

        Assert.Equal(recorded.ToJsonString(), Some.NoFeatures().ToJsonString());
        Assert.False(ConnectorFeatures.AreAnnounced(Some.NoFeatures(), true, false, false));
        Assert.True(ConnectorFeatures.AreAnnounced(Some.NoFeatures(), false, false, false));
        Assert.False(ConnectorFeatures.AreAnnounced(null, false, false, false));
        Assert.False(ConnectorFeatures.AreAnnounced(RecordedLife.Update(1, "configuration")["features"]!.AsObject(), false, false, false));
    }

    [Fact]
    public void OtherTypesAndDisplaysAreRendered()
    {
        ConfigField[] fields =
        [
            new("limit", "Limit")
            {
                Type = ConfigFieldType.Integer,
                DefaultValue = 10,
                Validations = [new("greater_than", 0)],
            },
            new("names", "Names")
            {
                Type = ConfigFieldType.List,
                Display = ConfigDisplay.TextArea,
                InitialValue = new JsonArray("a"),
            },
            new("text", "Text") { Display = ConfigDisplay.TextBox },
        ];

        var rendered = ConnectorConfiguration.Render(fields, new Dictionary<string, JsonNode?> { ["text"] = "t" });

        Assert.Equal(
            """
            {"default_value":10,"depends_on":[],"display":"numeric","label":"Limit","options":[],"order":1,"required":true,"sensitive":false,"tooltip":null,"type":"int","ui_restrictions":[],"validations":[{"type":"greater_than","constraint":0}],"value":10}
            """,
            rendered["limit"]!.ToJsonString()
        );
        Assert.Equal(
            ["list", "textarea", """["a"]"""],
            new[] { "type", "display" }
                .Select(name => rendered["names"]![name]!.ToString())
                .Append(rendered["names"]!["value"]!.ToJsonString())
        );
        Assert.Equal(["str", "textbox", "t"], new[] { "type", "display", "value" }.Select(name => rendered["text"]![name]!.ToString()));
        Assert.Equal(
            "lmit: there is no such field. There are: limit, names, text.",
            Assert
                .Throws<ConnectorException>(() => ConnectorConfiguration.Render(fields, new Dictionary<string, JsonNode?> { ["lmit"] = 1 }))
                .Message
        );
        Assert.Equal(
            "lmit: there is no such field. The source has none.",
            Assert
                .Throws<ConnectorException>(() => ConnectorConfiguration.Render([], new Dictionary<string, JsonNode?> { ["lmit"] = 1 }))
                .Message
        );
    }

    [Fact]
    public void WhatIsMissingIsAddedAndNothingElse()
    {
        var configuration = ConnectorConfiguration.Render(Some.MongoFields);
        Assert.Null(ConnectorConfiguration.Missing(configuration, Some.MongoFields));

        configuration["host"] = Some.Json("""{"value": "mongodb://h", "label": "My host", "type": "str"}""");
        configuration["user"] = "not an object";
        configuration["mine"] = new JsonObject { ["value"] = 1 };
        configuration.Remove("database");
        var missing = ConnectorConfiguration.Missing(configuration, Some.MongoFields)!;

        Assert.Equal(["host", "database"], missing.Select(pair => pair.Key));
        Assert.Equal(
            """{"depends_on":[],"display":"text","options":[],"order":1,"required":true,"sensitive":false,"ui_restrictions":[],"validations":[]}""",
            missing["host"]!.ToJsonString()
        );
        Assert.Equal(ConnectorConfiguration.Render(Some.MongoFields)["database"]!.ToJsonString(), missing["database"]!.ToJsonString());
    }

    [Fact]
    public void AConfigurationThatPassedThroughTheConnectorApiLacksNothing()
    {
        var configuration = RecordedLife.Snapshot(3, "pending")["job"]!["connector"]!["configuration"]!.AsObject();

        // The Connector API drops a null tool-tip; writing it again at every poll would be noise without end.
        Assert.False(configuration["host"]!.AsObject().ContainsKey("tooltip"));
        Assert.Null(ConnectorConfiguration.Missing(configuration, Some.MongoFields));
    }
}
