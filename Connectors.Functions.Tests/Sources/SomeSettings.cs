using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Tests.Sources;

/// <summary>Contexts as from a connector document.</summary>
internal static class SomeSettings
{
    public static SourceContext Of(JsonObject values, IEnumerable<ConfigField> fields)
    {
        var configuration = new JsonObject(
            values.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, new JsonObject { ["value"] = pair.Value?.DeepClone() }))
        );
        return new SourceContext { Settings = SourceSettings.FromConfiguration(configuration, fields) };
    }
}
