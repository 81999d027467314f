using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch.Calls;
using static Connectors.Sync.Elasticsearch.Calls.ElasticsearchRequest;

namespace Connectors.Sync.Elasticsearch.Indices;

/// <summary>Maps fields of an index so that Elasticsearch makes embeddings of them while documents are written. Safe for concurrent
/// use.</summary>
internal sealed class SemanticMapping(ElasticsearchCalls calls)
{
    private const string SemanticText = "semantic_text";

    /// <summary>Makes sure that the inference endpoints exist, and that an index that exists takes the fields.</summary>
    /// <exception cref="ConnectorException">It does not, or one does not exist.</exception>
    public async Task CheckAsync(string index, IReadOnlyList<SemanticField> fields, CancellationToken cancellationToken)
    {
        foreach (var id in fields.Select(field => field.InferenceId).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            // Who may not see endpoints (403) may still use them.
            using var response = await calls.SendAsync(Get($"_inference/{Escape(id)}", 403, 404), cancellationToken);
            if (response.Status == 404)
            {
                throw new ConnectorException(
                    $"There is no inference endpoint '{id}' at Elasticsearch {calls.Failures.Host}. GET _inference/_all shows those that "
                        + "there are; PUT _inference makes one."
                );
            }
        }

        if (await IndexInfo.ReadAsync(calls, index, cancellationToken) is { } info)
        {
            _ = Definition(index, info.Mappings, fields);
        }
    }

    /// <summary>Adds the fields to the mapping of an index that exists. Idempotent.</summary>
    /// <exception cref="ConnectorException">Elasticsearch refuses, or a field is mapped otherwise.</exception>
    public async Task AddAsync(string index, IReadOnlyList<SemanticField> fields, CancellationToken cancellationToken)
    {
        var info = await IndexInfo.ReadAsync(calls, index, cancellationToken)
            ?? throw new ConnectorException($"Index '{index}' does not exist, so its fields can't be mapped.");
        await calls.AcknowledgeAsync(Put($"{Escape(index)}/_mapping", Definition(index, info.Mappings, fields)), cancellationToken);
    }

    /// <summary>The mapping to be added: each field as it is, or as Elasticsearch would map a text, and the field beside it.</summary>
    internal static JsonObject Definition(string index, JsonObject mappings, IReadOnlyList<SemanticField> fields)
    {
        var added = new JsonObject();
        foreach (var field in fields)
        {
            var present = Find(mappings, field.Field);
            if (present?["properties"] is not null || present?["type"]?.ToString() is "object" or "nested" or SemanticText)
            {
                throw new ConnectorException(
                    $"Field '{field.Field}' of index '{index}' is mapped as {present["type"]?.ToString() ?? "object"}, so it can't be "
                        + "copied to a semantic_text field. Name a field that holds text."
                );
            }

            if (
                Find(mappings, field.Target) is { } target
                && (
                    target["type"]?.ToString() != SemanticText
                    || (field.InferenceId is { } wanted && target["inference_id"]?.ToString() != wanted)
                )
            )
            {
                var asked = target["inference_id"] is { } endpoint ? $" of the inference endpoint '{endpoint}'" : string.Empty;
                throw new ConnectorException(
                    $"Field '{field.Target}' of index '{index}' is mapped already, as {target["type"]}{asked}. A field can't be mapped "
                        + "otherwise later: fill another index."
                );
            }

            Set(added, field.Field, WithCopy(present?.DeepClone().AsObject() ?? DynamicText(), field.Target));
            Set(
                added,
                field.Target,
                field.InferenceId is { } id
                    ? new JsonObject { ["type"] = SemanticText, ["inference_id"] = id }
                    : new JsonObject { ["type"] = SemanticText }
            );
        }

        return added;
    }

    /// <summary>What dynamic mapping would make of a text, so that searches and aggregations find what they expect.</summary>
    private static JsonObject DynamicText() =>
        new()
        {
            ["type"] = "text",
            ["fields"] = new JsonObject
            {
                ["keyword"] = new JsonObject { ["type"] = "keyword", ["ignore_above"] = 256 },
            },
        };

    private static JsonObject WithCopy(JsonObject definition, string target)
    {
        string[] targets =
        [
            .. definition["copy_to"] switch
            {
                JsonArray list => list.Select(item => item!.ToString()),
                JsonValue one => [one.ToString()],
                _ => [],
            },
        ];
        definition["copy_to"] = new JsonArray([.. targets.Append(target).Distinct(StringComparer.Ordinal).Select(name => (JsonNode?)name)]);
        return definition;
    }

    private static JsonObject? Find(JsonObject mappings, string path) =>
        path.Split('.').Aggregate((JsonObject?)mappings, (node, part) => (node?["properties"] as JsonObject)?[part] as JsonObject);

    private static void Set(JsonObject mappings, string path, JsonObject definition)
    {
        var parts = path.Split('.');
        var node = mappings;
        foreach (var part in parts)
        {
            var properties = (JsonObject)(node["properties"] ??= new JsonObject());
            node = (JsonObject)(properties[part] ??= new JsonObject());
        }

        foreach (var (name, value) in definition)
        {
            node[name] = value?.DeepClone();
        }
    }
}
