using System.Text.Json.Nodes;

namespace Connectors.Sync.Protocol.Connectors;

/// <summary>What the service can do for a connector, as Kibana expects it: Kibana hides features that are off.</summary>
internal static class ConnectorFeatures
{
    /// <summary>The connector's <c>features</c>.</summary>
    /// <param name="hasAdvancedRules">Whether its source can apply advanced sync rules.</param>
    /// <param name="hasIncrementalSync">Whether it can be synced incrementally.</param>
    /// <param name="hasAccessControl">Whether its source knows who may see what.</param>
    public static JsonObject Render(bool hasAdvancedRules, bool hasIncrementalSync, bool hasAccessControl)
    {
        var features = new JsonObject();
        foreach (var (path, isEnabled) in All(hasAdvancedRules, hasIncrementalSync, hasAccessControl))
        {
            var place = features;
            foreach (var name in path[..^1])
            {
                place[name] ??= new JsonObject();
                place = place[name]!.AsObject();
            }

            place[path[^1]] = new JsonObject { ["enabled"] = isEnabled };
        }

        return features;
    }

    /// <summary>Whether <paramref name="existing"/> says so already; what it says beyond is its own business.</summary>
    public static bool AreAnnounced(JsonObject? existing, bool hasAdvancedRules, bool hasIncrementalSync, bool hasAccessControl) =>
        All(hasAdvancedRules, hasIncrementalSync, hasAccessControl)
            .All(feature =>
            {
                JsonNode? place = existing;
                foreach (var name in feature.Path)
                {
                    place = place.Object(name);
                }

                return place is JsonObject found
                    && found["enabled"] is JsonValue value
                    && value.TryGetValue<bool>(out var enabled)
                    && enabled == feature.IsEnabled;
            });

    private static IEnumerable<(string[] Path, bool IsEnabled)> All(
        bool hasAdvancedRules,
        bool hasIncrementalSync,
        bool hasAccessControl
    ) =>
        [
            (["sync_rules", "basic"], true),
            (["sync_rules", "advanced"], hasAdvancedRules),
            (["document_level_security"], hasAccessControl),
            (["incremental_sync"], hasIncrementalSync),
            (["native_connector_api_keys"], false),
        ];
}
