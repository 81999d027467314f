using System.Text.Json.Nodes;

namespace Connectors.Sync.Elasticsearch.Shapes;

/// <summary>What an ingest pipeline does, and what it leads to.</summary>
internal static class PipelineShape
{
    /// <summary>The definition without what changes when it is only saved again.</summary>
    public static JsonObject Of(JsonObject pipeline) =>
        new()
        {
            ["processors"] = pipeline["processors"]?.DeepClone(),
            ["on_failure"] = pipeline["on_failure"]?.DeepClone(),
            ["field_access_pattern"] = pipeline["field_access_pattern"]?.DeepClone(),
        };

    /// <summary>The pipelines that it calls. A name that is only known with a document is not among them.</summary>
    public static IEnumerable<string> Called(JsonNode? pipeline) => Values(pipeline, "pipeline", "name");

    /// <summary>The models and inference endpoints that it asks.</summary>
    public static IEnumerable<string> InferenceIds(JsonNode? pipeline) => Values(pipeline, "inference", "model_id");

    /// <summary>A parameter of all processors of a kind, wherever they stand: in lists, in <c>on_failure</c>, in a
    /// <c>foreach</c>.</summary>
    private static IEnumerable<string> Values(JsonNode? node, string processor, string parameter)
    {
        IEnumerable<JsonNode?> below = node switch
        {
            JsonObject container => container.Select(pair => pair.Value),
            JsonArray list => list,
            _ => [],
        };
        if (
            node is JsonObject named
            && named[processor] is JsonObject found
            && found[parameter] is JsonValue value
            && value.TryGetValue<string>(out var text)
            && text.Length > 0
            && !text.Contains("{{", StringComparison.Ordinal)
        )
        {
            yield return text;
        }

        foreach (var inner in below.SelectMany(child => Values(child, processor, parameter)))
        {
            yield return inner;
        }
    }
}
