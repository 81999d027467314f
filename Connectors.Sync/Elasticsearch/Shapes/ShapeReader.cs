using System.Text.Json.Nodes;
using Connectors.Sync.Elasticsearch.Calls;
using Connectors.Sync.Elasticsearch.Indices;
using Connectors.Sync.Engine.Planning;
using static Connectors.Sync.Elasticsearch.Calls.ElasticsearchRequest;

namespace Connectors.Sync.Elasticsearch.Shapes;

/// <summary>Reads what Elasticsearch makes of documents of an index. What the credentials may not read is left open.</summary>
internal sealed class ShapeReader(ElasticsearchCalls calls)
{
    private const string None = "_none";
    private const string DefaultPipeline = "index.default_pipeline";
    private const string FinalPipeline = "index.final_pipeline";
    private const string Analysis = "index.analysis.";

    /// <summary>Settings of an inference service that say how much it carries at a time, which changes by itself, and nothing of what it
    /// answers.</summary>
    private static readonly string[] Capacity = ["num_allocations", "num_threads", "adaptive_allocations", "rate_limit"];

    /// <summary>Reads it; <see langword="null"/> when there is no such index.</summary>
    /// <param name="index">The index.</param>
    /// <param name="pipeline">The pipeline that bulk requests name; <see langword="null"/> for the index's own.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    public async Task<IndexShape?> ReadAsync(string index, string? pipeline, CancellationToken cancellationToken)
    {
        if (await IndexInfo.ReadAsync(calls, index, cancellationToken) is not { } info)
        {
            return null;
        }

        var settings = new JsonObject(
            info.Settings.Where(IsShaping).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))
        );
        var definitions = await PipelinesAsync(
            [pipeline ?? settings[DefaultPipeline]?.ToString(), settings[FinalPipeline]?.ToString()],
            cancellationToken
        );
        string[] endpoints = [.. MappingShape.InferenceIds(info.Mappings), .. PipelineShape.InferenceIds(definitions)];
        var inference = await EndpointsAsync(endpoints, cancellationToken);
        return new IndexShape(Hash(MappingShape.Of(info.Mappings)), Hash(settings), Hash(definitions), Hash(inference))
        {
            PassesInference = endpoints.Length > 0,
        };
    }

    private static bool IsShaping(KeyValuePair<string, JsonNode?> setting) =>
        setting.Key.StartsWith(Analysis, StringComparison.Ordinal)
        || (setting.Key is DefaultPipeline or FinalPipeline && setting.Value?.ToString() != None);

    private static string? Hash(JsonObject? part) => part is null ? null : SyncFingerprint.Of(part);

    /// <summary>The definitions by name, with those that they call; <see langword="null"/> when one may not be read.</summary>
    private async Task<JsonObject?> PipelinesAsync(IEnumerable<string?> names, CancellationToken cancellationToken)
    {
        var found = new JsonObject();
        var wanted = new Queue<string>(names.OfType<string>().Where(name => name.Length > 0 && name != None));
        while (wanted.TryDequeue(out var name))
        {
            if (found.ContainsKey(name))
            {
                continue;
            }

            using var response = await calls.SendAsync(Get($"_ingest/pipeline/{Escape(name)}", 403, 404), cancellationToken);
            if (response.Status == 403)
            {
                return null;
            }

            var definition = response.IsSuccess && response.Json()[name] is JsonObject pipeline ? PipelineShape.Of(pipeline) : null;
            found[name] = definition;
            foreach (var called in PipelineShape.Called(definition))
            {
                wanted.Enqueue(called);
            }
        }

        return found;
    }

    /// <summary>The endpoints by id; a model that is none has no definition here. <see langword="null"/> when one may not be
    /// read.</summary>
    private async Task<JsonObject?> EndpointsAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var found = new JsonObject();
        foreach (var id in ids.Distinct(StringComparer.Ordinal))
        {
            using var response = await calls.SendAsync(Get($"_inference/{Escape(id)}", 400, 403, 404, 405), cancellationToken);
            if (response.Status == 403)
            {
                return null;
            }

            var endpoint = response.IsSuccess
                ? (response.Json()["endpoints"] as JsonArray)?.FirstOrDefault()?.DeepClone() as JsonObject
                : null;
            foreach (var name in Capacity)
            {
                (endpoint?["service_settings"] as JsonObject)?.Remove(name);
            }

            found[id] = endpoint;
        }

        return found;
    }
}
