using System.Text.Json.Nodes;

namespace Connectors.Sync.Protocol;

/// <summary>What the service can do for a connector, as Kibana wants it told: it hides what is switched off.</summary>
internal static class ConnectorFeatures
{
    private static readonly string[][] Paths =
    [
        ["sync_rules", "basic"],
        ["sync_rules", "advanced"],
        ["document_level_security"],
        ["incremental_sync"],
        ["native_connector_api_keys"],
    ];

    /// <summary>The connector's <c>features</c>.</summary>
    public static JsonObject Render()
    {
        var features = new JsonObject();
        foreach (var path in Paths)
        {
            var place = features;
            foreach (var name in path[..^1])
            {
                place[name] ??= new JsonObject();
                place = place[name]!.AsObject();
            }

            place[path[^1]] = new JsonObject { ["enabled"] = false };
        }

        return features;
    }

    /// <summary>Whether <paramref name="existing"/> says so already; what it says beyond is its own business.</summary>
    public static bool AreAnnounced(JsonObject? existing) => Array.TrueForAll(Paths, path =>
    {
        JsonNode? place = existing;
        foreach (var name in path)
        {
            place = place.Object(name);
        }

        return place is JsonObject feature && feature["enabled"] is JsonValue value && value.TryGetValue<bool>(out var enabled) && !enabled;
    });
}
