using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sync.Elasticsearch.Shapes;

/// <summary>
/// The part of an index's mappings that a person decided on. What dynamic mapping makes of a new field is left out: documents add such
/// fields while they are written, and a document that was written before has none of them.
/// </summary>
internal static class MappingShape
{
    private static readonly string[] Nested = ["properties", "fields"];
    private static readonly string[] OurFields = ["id", "_timestamp", "_digest", AccessControl.FieldName];

    /// <summary>The mappings, reduced. Fields that nobody defined, our own, and <c>_meta</c> are not in it.</summary>
    public static JsonObject Of(JsonObject mappings)
    {
        var templates = Templates(mappings);
        var shape = new JsonObject();
        foreach (var (name, value) in mappings)
        {
            // Fields that are computed by a search shape no document.
            if (name is not ("_meta" or "properties" or "runtime"))
            {
                shape[name] = value?.DeepClone();
            }
        }

        var own = new JsonObject();
        foreach (var (name, field) in mappings["properties"] as JsonObject ?? [])
        {
            if (!OurFields.Contains(name, StringComparer.Ordinal))
            {
                Add(own, name, field as JsonObject ?? [], IsDynamic(mappings, byDefault: true), templates);
            }
        }

        shape["properties"] = own;
        return shape;
    }

    /// <summary>The inference endpoints that fields, and further fields of theirs, name.</summary>
    public static IEnumerable<string> InferenceIds(JsonObject mappings)
    {
        foreach (
            var field in Nested
                .SelectMany(name => mappings[name] as JsonObject ?? [])
                .Select(pair => pair.Value)
                .OfType<JsonObject>()
        )
        {
            if (IsSemantic(field) && field["inference_id"]?.ToString() is { Length: > 0 } id)
            {
                yield return id;
            }

            foreach (var below in InferenceIds(field))
            {
                yield return below;
            }
        }
    }

    private static void Add(JsonObject to, string name, JsonObject field, bool isInDynamic, IReadOnlyList<JsonObject> templates)
    {
        if (field["properties"] is not JsonObject properties)
        {
            var definition = Definition(field);
            if (!isInDynamic || !IsMadeDynamically(definition, templates))
            {
                to[name] = definition;
            }

            return;
        }

        var shape = Definition(field);
        shape.Remove("properties");
        var isPlain = shape.All(pair => pair is { Key: "type", Value: JsonValue type } && type.ToString() == "object");
        var children = new JsonObject();
        foreach (var (child, below) in properties)
        {
            Add(children, child, below as JsonObject ?? [], IsDynamic(field, isInDynamic), templates);
        }

        if (!isInDynamic || !isPlain || children.Count > 0)
        {
            shape["properties"] = children;
            to[name] = shape;
        }
    }

    /// <summary>A field's definition, without what its first document adds to it.</summary>
    private static JsonObject Definition(JsonObject field)
    {
        var definition = field.DeepClone().AsObject();
        RemoveModelSettings(definition);
        foreach (var further in (definition["fields"] as JsonObject ?? []).Select(pair => pair.Value).OfType<JsonObject>())
        {
            RemoveModelSettings(further);
        }

        return definition;

        static void RemoveModelSettings(JsonObject definition)
        {
            if (IsSemantic(definition))
            {
                definition.Remove("model_settings");
            }
        }
    }

    private static bool IsMadeDynamically(JsonObject definition, IReadOnlyList<JsonObject> templates) =>
        definition["type"]?.ToString() switch
        {
            "boolean" or "long" or "float" or "double" or "object" => definition.Count == 1,
            "date" => definition.All(pair => pair.Key is "type" or "format"),
            "text" => definition.Count == 1 || JsonNode.DeepEquals(definition, DynamicText),
            "dense_vector" => true,
            _ => false,
        } || templates.Any(template => Fits(template, definition));

    private static JsonObject DynamicText { get; } =
        JsonNode.Parse("""{"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":256}}}""")!.AsObject();

    /// <summary>Whether a dynamic template makes such a field; a type that it leaves open is added, and <c>{name}</c> stands for
    /// anything.</summary>
    private static bool Fits(JsonObject template, JsonObject definition) =>
        definition.All(pair => pair.Key == "type" || template.ContainsKey(pair.Key))
        && template.All(pair =>
            pair.Value?.ToString().Contains('{', StringComparison.Ordinal) == true && pair.Value is JsonValue
                ? definition.ContainsKey(pair.Key)
                : JsonNode.DeepEquals(pair.Value, definition[pair.Key])
        );

    private static List<JsonObject> Templates(JsonObject mappings) =>
        [
            .. from entry in (mappings["dynamic_templates"] as JsonArray ?? []).OfType<JsonObject>()
            from template in entry
            let mapping = template.Value?["mapping"] as JsonObject
            where mapping is not null
            select mapping,
        ];

    private static bool IsDynamic(JsonObject mapping, bool byDefault) =>
        mapping["dynamic"] is { } dynamic ? dynamic.ToString() == "true" : byDefault;

    private static bool IsSemantic(JsonObject field) => field["type"]?.ToString() == "semantic_text";
}
