using System.Text.Json.Nodes;

namespace Connectors.Emulator.Indices;

/// <summary>An index that comes to be by itself.</summary>
/// <param name="Index">The index's name.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="Mappings">Its fields.</param>
/// <param name="Aliases">The names by which it is used.</param>
internal sealed record IndexDefinition(string Index, JsonNode Settings, JsonNode Mappings, JsonNode Aliases);

/// <summary>The two indices of the connector protocol, which Elasticsearch 8.10 and later makes from its own templates at the first
/// write.</summary>
internal static class ConnectorIndices
{
    private static readonly Lazy<JsonObject> Mappings = new(() =>
    {
        using var stream = typeof(ConnectorIndices).Assembly.GetManifestResourceStream("connector-indices.json")!;
        return (JsonObject)JsonNode.Parse(stream)!;
    });

    /// <summary>The definition behind <c>.elastic-connectors</c> or <c>.elastic-connectors-sync-jobs</c>; null for any other
    /// name.</summary>
    public static IndexDefinition? Find(string name)
    {
        if (
            name
            is not (
                ".elastic-connectors"
                or ".elastic-connectors-sync-jobs"
                or ".elastic-connectors-v1"
                or ".elastic-connectors-sync-jobs-v1"
            )
        )
        {
            return null;
        }

        var alias = name.EndsWith("-v1", StringComparison.Ordinal) ? name[..^3] : name;
        return new IndexDefinition(
            alias + "-v1",
            new JsonObject
            {
                ["auto_expand_replicas"] = "0-1",
                ["hidden"] = "true",
                ["number_of_replicas"] = "0",
            },
            Mappings.Value[alias + "-v1"]!.DeepClone(),
            new JsonObject { [alias] = new JsonObject() }
        );
    }
}
