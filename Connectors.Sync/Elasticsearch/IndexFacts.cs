using System.Text.Json.Nodes;
using Connectors.Sync.Elasticsearch.Calls;

namespace Connectors.Sync.Elasticsearch;

/// <summary>What <c>GET /index</c> tells.</summary>
/// <param name="Uuid">Another one means that the index was deleted and made again.</param>
/// <param name="MaxResultWindow">Most documents a search may return.</param>
/// <param name="Mappings">Its mapping.</param>
internal sealed record IndexFacts(string Uuid, int MaxResultWindow, JsonObject Mappings)
{
    /// <summary>Most documents a search may return, unless the index says otherwise.</summary>
    public const int DefaultMaxResultWindow = 10_000;

    /// <summary>Its settings, flat.</summary>
    public JsonObject Settings { get; init; } = [];

    /// <summary>Reads them; <see langword="null"/> when there is no such index.</summary>
    public static async Task<IndexFacts?> ReadAsync(ElasticsearchCalls calls, string index, CancellationToken cancellationToken)
    {
        using var answer = await calls.SendAsync(
            ElasticsearchRequest.Get($"{ElasticsearchRequest.Escape(index)}?flat_settings=true", 404), cancellationToken);
        if (answer.Status == 404)
        {
            return null;
        }

        var indices = answer.Json();
        if (indices.Count != 1)
        {
            throw new ConnectorException($"'{index}' stands for {indices.Count} indices at Elasticsearch {calls.Failures.Host}. A sync fills exactly one: name that.");
        }

        var (name, found) = indices.First();
        var facts = found as JsonObject;
        if (facts?["data_stream"] is not null)
        {
            throw new ConnectorException($"'{index}' is a data stream at Elasticsearch {calls.Failures.Host}: what is in one can't be changed or deleted. Attach an index to the connector.");
        }

        if (name != index && (facts?["aliases"] as JsonObject)?.ContainsKey(index) != true)
        {
            throw new ConnectorException($"'{index}' is a pattern and not the name of an index. Attach an index to the connector.");
        }

        var settings = facts?["settings"] as JsonObject;
        var window = int.TryParse(settings?["index.max_result_window"]?.ToString(), out var set) ? set : DefaultMaxResultWindow;
        return new IndexFacts(settings?["index.uuid"]?.ToString() ?? string.Empty, window, facts?["mappings"] as JsonObject ?? []) { Settings = settings ?? [] };
    }
}
