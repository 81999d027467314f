using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Xunit;

namespace Connectors.Tests.Abstractions;

public sealed class SourceSettingsTests
{
    [Fact]
    public void AFieldThatTheSourceDoesNotDeclareIsABugOfTheSource()
    {
        var settings = SourceSettings.FromConfiguration([], [new ConfigField("url", "Address")]);

        Assert.StartsWith(
            "GetRequiredString(\"ulr\"): the source declares no such field. Add it to Description.Fields, or correct the name.",
            Assert.Throws<ArgumentException>(() => settings.GetRequiredString("ulr")).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(
            "url: required, but empty. Set it in the connector's configuration.",
            Assert.Throws<ConnectorException>(() => settings.GetRequiredString("url")).Message
        );
    }

    [Fact]
    public void SettingsThatAreOnlySomeSayThatTheyAreEmpty()
    {
        var settings = new SourceSettings(new Dictionary<string, JsonNode?> { ["url"] = "http://127.0.0.1" });

        Assert.Throws<ConnectorException>(() => settings.GetRequiredString("key"));
    }
}
