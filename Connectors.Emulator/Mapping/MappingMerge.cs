using System.Text.Json.Nodes;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Mapping;

/// <summary>Merges a mapping into the fields of an index in two steps: all of it is checked before any of it is applied.</summary>
internal sealed class MappingMerge(IndexMapping mapping)
{
    private static readonly HashSet<string> RootParameters =
    [
        "dynamic",
        "_meta",
        "properties",
        "date_detection",
        "_source",
        "numeric_detection",
        "dynamic_templates",
    ];
    private static readonly HashSet<string> ObjectParameters = ["type", "dynamic", "properties", "enabled"];

    // What changes neither what is accepted nor what our queries find.
    private static readonly HashSet<string> LeafParameters =
    [
        "type",
        "index",
        "doc_values",
        "store",
        "ignore_above",
        "fields",
        "format",
        "analyzer",
        "search_analyzer",
        "search_quote_analyzer",
        "norms",
        "similarity",
        "coerce",
        "meta",
        "index_options",
        "term_vector",
        "eager_global_ordinals",
        "index_prefixes",
        "index_phrases",
        "position_increment_gap",
        "fielddata",
        "boost",
        "copy_to",
    ];

    private static readonly HashSet<string> SemanticParameters =
    [
        "type",
        "inference_id",
        "search_inference_id",
        "model_settings",
        "chunking_settings",
        "index_options",
        "meta",
        "fields",
        "copy_to",
    ];

    private readonly List<Action> _steps = [];

    public int NewFields { get; private set; }

    public void Check(JsonObject root)
    {
        foreach (var (key, value) in root)
        {
            if (!RootParameters.Contains(key))
            {
                throw ElasticErrors
                    .Parsing(
                        "mapper_parsing_exception",
                        $"Root mapping definition has unsupported parameters:  [{key} : {value?.ToJsonString() ?? "null"}]"
                    )
                    .Thrown();
            }
        }

        if (root["dynamic_templates"] is JsonArray { Count: > 0 } || root["_source"] is JsonObject { Count: > 0 })
        {
            throw ElasticErrors.Unsupported("dynamic_templates and _source in a mapping").Thrown();
        }

        if (root["dynamic"] is { } dynamic)
        {
            var mode = ParseDynamic(dynamic);
            _steps.Add(() => mapping.Root.OwnDynamic = mode);
        }

        CheckProperties(mapping.Root, root["properties"]);
    }

    public void Apply() => _steps.ForEach(step => step());

    private void CheckProperties(FieldNode parent, JsonNode? properties)
    {
        if (properties is null)
        {
            return;
        }

        foreach (var (name, definition) in Json.Object(properties, "properties"))
        {
            var spec = Json.Object(definition, $"Expected map for property [fields] on field [{name}]");
            var node = parent;
            var parts = name.Split('.');
            foreach (var part in parts[..^1])
            {
                node = Existing(node, part) ?? Add(node, part, FieldKind.Object, []);
            }

            CheckField(node, parts[^1], spec);
        }
    }

    private void CheckField(FieldNode parent, string name, JsonObject spec)
    {
        var typeName = Json.Text(spec["type"])
            ?? (spec["properties"] is not null || spec["dynamic"] is not null || spec["enabled"] is not null ? "object" : null)
            ?? throw ElasticErrors.Parsing("mapper_parsing_exception", $"No type specified for field [{name}]").Thrown();
        if (!FieldKinds.TryParse(typeName, out var kind))
        {
            throw ElasticErrors
                .Parsing("mapper_parsing_exception", $"The emulator has no handler for type [{typeName}] declared on field [{name}]")
                .Thrown();
        }

        var known = kind switch
        {
            FieldKind.Object => ObjectParameters,
            FieldKind.SemanticText => SemanticParameters,
            _ => LeafParameters,
        };
        if (spec.FirstOrDefault(parameter => !known.Contains(parameter.Key)).Key is { } unknown)
        {
            throw ElasticErrors
                .Parsing(
                    "mapper_parsing_exception",
                    $"unknown parameter [{unknown}] on mapper [{name}] of type [{typeName}] (the emulator knows no more)"
                )
                .Thrown();
        }

        if (Json.Text(spec["format"]) is { } format && kind == FieldKind.Date && !DateText.Knows(format))
        {
            throw ElasticErrors.Unsupported($"the date format [{format}] of field [{name}]").Thrown();
        }

        if (kind == FieldKind.Object && Json.Text(spec["enabled"]) == "false")
        {
            kind = FieldKind.Disabled;
        }

        var node = Existing(parent, name);
        if (node is not null && node.Kind != kind)
        {
            var path = node.Path;
            throw (
                node.Kind == FieldKind.Object
                    ? ElasticErrors.IllegalArgument($"can't merge a non object mapping [{path}] with an object mapping")
                    : ElasticErrors.IllegalArgument(
                        $"mapper [{path}] cannot be changed from type [{FieldKinds.NameOf(node.Kind)}] to [{typeName}]"
                    )
            ).Thrown();
        }

        if (kind == FieldKind.SemanticText)
        {
            CheckEndpoint(node, spec);
        }

        node ??= Add(parent, name, kind, spec);
        var target = node;
        _steps.Add(() => Describe(target, spec));
        CheckProperties(node, spec["properties"]);
    }

    private static void CheckEndpoint(FieldNode? node, JsonObject spec)
    {
        // Elasticsearch shows its default, and lets nobody change the endpoint of a field.
        spec["inference_id"] ??= Json.Text(node?.Definition["inference_id"]) ?? Inference.InferenceStore.DefaultId;
        if (
            node is not null
            && Json.Text(node.Definition["inference_id"]) is { } before
            && Json.Text(spec["inference_id"]) is var after
            && before != after
        )
        {
            throw ElasticErrors
                .IllegalArgument(
                    $"Mapper for [{node.Path}] conflicts with existing mapper:\n\tCannot update parameter [inference_id] from [{before}] "
                        + $"to [{after}]"
                )
                .Thrown();
        }

        if (node?.Definition["model_settings"] is { } settings)
        {
            spec["model_settings"] ??= settings.DeepClone();
        }
    }

    private void Describe(FieldNode node, JsonObject spec)
    {
        if (spec["dynamic"] is { } dynamic)
        {
            node.OwnDynamic = ParseDynamic(dynamic);
        }

        var kept = new JsonObject();
        foreach (var (key, value) in spec.Where(parameter => parameter.Key is not ("type" or "properties" or "fields" or "dynamic")))
        {
            kept[key] = value?.DeepClone();
        }

        node.Definition = kept;
        node.IgnoreAbove = spec["ignore_above"] is { } above ? Json.Whole(above) : int.MaxValue;
        if (spec["fields"] is JsonObject fields)
        {
            node.MultiFields = [.. fields.Select(field => SubField(node, field.Key, Json.Object(field.Value, field.Key)))];
        }
    }

    private FieldNode SubField(FieldNode node, string name, JsonObject spec)
    {
        var type = Json.Text(spec["type"]) ?? "keyword";
        if (!FieldKinds.TryParse(type, out var kind))
        {
            throw ElasticErrors
                .Parsing("mapper_parsing_exception", $"The emulator has no handler for type [{type}] declared on field [{name}]")
                .Thrown();
        }

        var field = new FieldNode(name, node, kind, mapping.NextOrdinal());
        Describe(field, spec);
        return field;
    }

    private readonly List<FieldNode> _pending = [];

    private FieldNode? Existing(FieldNode parent, string name) =>
        parent.Find(name) is { IsReal: true } node ? node : _pending.Find(pending => pending.Parent == parent && pending.Name == name);

    private FieldNode Add(FieldNode parent, string name, FieldKind kind, JsonObject spec)
    {
        if (name.Length == 0)
        {
            throw ElasticErrors.IllegalArgument("field name cannot be an empty string").Thrown();
        }

        var node = new FieldNode(name, parent, kind, mapping.NextOrdinal());
        var count = 1 + ((spec["fields"] as JsonObject)?.Count ?? 0);
        NewFields += count;
        _pending.Add(node);
        _steps.Add(() =>
        {
            parent.Attach(node);
            mapping.Count(count);
        });
        return node;
    }

    private static DynamicMode ParseDynamic(JsonNode value) =>
        Json.Text(value) switch
        {
            "true" => DynamicMode.Add,
            "false" => DynamicMode.Ignore,
            "strict" => DynamicMode.Refuse,
            var other => throw ElasticErrors.Unsupported($"dynamic: {other}").Thrown(),
        };
}
