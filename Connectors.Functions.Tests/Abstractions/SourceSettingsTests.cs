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

    public static TheoryData<string, Action<SourceSettings>> Readers =>
        new()
        {
            { "GetString", settings => settings.GetString("ulr") },
            { "GetSecret", settings => settings.GetSecret("ulr") },
            { "GetBoolean", settings => settings.GetBoolean("ulr") },
            { "GetInteger", settings => settings.GetInteger("ulr", 1) },
            { "GetChoice", settings => settings.GetChoice("ulr", "a", "b") },
            { "GetList", settings => settings.GetList("ulr") },
        };

    [Theory]
    [MemberData(nameof(Readers))]
    public void SoItIsWhicheverWayItIsRead(string reader, Action<SourceSettings> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        var settings = SourceSettings.FromConfiguration([], [new ConfigField("url", "Address")]);

        Assert.StartsWith(
            $"{reader}(\"ulr\"): the source declares no such field.",
            Assert.Throws<ArgumentException>(() => read(settings)).Message,
            StringComparison.Ordinal
        );
        read(new SourceSettings(new Dictionary<string, JsonNode?>()));
    }

    [Fact]
    public void SettingsThatAreOnlySomeSayThatTheyAreEmpty()
    {
        var settings = new SourceSettings(new Dictionary<string, JsonNode?> { ["url"] = "http://127.0.0.1" });

        Assert.Throws<ConnectorException>(() => settings.GetRequiredString("key"));
    }
}
