using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Connectors.Emulator.Inference;

/// <summary>The inference endpoints. Begins with those that Elasticsearch brings. Not kept over restarts.</summary>
internal sealed class InferenceStore
{
    /// <summary>The endpoint of a <c>semantic_text</c> field that names none.</summary>
    public const string DefaultId = ".elser-2-elasticsearch";

    private readonly ConcurrentDictionary<string, JsonObject> _endpoints = new(StringComparer.Ordinal);

    public InferenceStore()
    {
        Put(DefaultId, "sparse_embedding", Brought(".elser_model_2_linux-x86_64"));
        Put(".multilingual-e5-small-elasticsearch", "text_embedding", Brought(".multilingual-e5-small_linux-x86_64"));
    }

    public IEnumerable<JsonObject> All =>
        _endpoints.OrderBy(endpoint => endpoint.Key, StringComparer.Ordinal).Select(endpoint => endpoint.Value);

    public JsonObject? Find(string id) => _endpoints.GetValueOrDefault(id);

    /// <summary>Makes an endpoint, or replaces it.</summary>
    public JsonObject Put(string id, string task, JsonObject definition)
    {
        var endpoint = new JsonObject { ["inference_id"] = id, ["task_type"] = task };
        foreach (var name in (string[])["service", "service_settings", "task_settings", "chunking_settings"])
        {
            if (definition[name] is { } value)
            {
                endpoint[name] = value.DeepClone();
            }
        }

        _endpoints[id] = endpoint;
        return endpoint;
    }

    public bool Delete(string id) => _endpoints.TryRemove(id, out _);

    private static JsonObject Brought(string model) =>
        new()
        {
            ["service"] = "elasticsearch",
            ["service_settings"] = new JsonObject
            {
                ["num_threads"] = 1,
                ["model_id"] = model,
                ["adaptive_allocations"] = new JsonObject
                {
                    ["enabled"] = true,
                    ["min_number_of_allocations"] = 0,
                    ["max_number_of_allocations"] = 32,
                },
            },
            ["chunking_settings"] = new JsonObject
            {
                ["strategy"] = "sentence",
                ["max_chunk_size"] = 250,
                ["sentence_overlap"] = 1,
            },
        };
}
