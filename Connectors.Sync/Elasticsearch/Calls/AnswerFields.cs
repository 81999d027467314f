using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sync.Elasticsearch.Calls;

/// <summary>Reads fields that an answer must have: another shape is an error of Elasticsearch by name, and never a default.</summary>
internal static class AnswerFields
{
    /// <summary>A number of documents.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="of">What has the field.</param>
    /// <param name="name">The field.</param>
    /// <exception cref="ConnectorException">There is none, or it is no number that can be one.</exception>
    public static long Count(this ElasticsearchResponse response, JsonObject? of, string name)
    {
        var count = response.Number(of, name);
        return count is >= 0 and <= int.MaxValue
            ? count
            : throw response.NotUnderstood($"'{name}' is {count}, where a number of documents belongs");
    }

    /// <summary>A whole number.</summary>
    /// <exception cref="ConnectorException">There is none.</exception>
    public static long Number(this ElasticsearchResponse response, JsonObject? of, string name) =>
        of?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<long>(out var number)
            ? number
            : throw response.NotUnderstood($"'{name}' is no whole number");

    /// <summary>A text that is not empty.</summary>
    /// <exception cref="ConnectorException">There is none.</exception>
    public static string Text(this ElasticsearchResponse response, JsonObject? of, string name) =>
        of?[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0
            ? text
            : throw response.NotUnderstood($"'{name}' is no text");

    /// <summary>An object.</summary>
    /// <exception cref="ConnectorException">There is none.</exception>
    public static JsonObject Object(this ElasticsearchResponse response, JsonObject? of, string name) =>
        of?[name] as JsonObject ?? throw response.NotUnderstood($"'{name}' is no object");

    /// <summary>Whether all shards did what was asked for, in time.</summary>
    /// <exception cref="ConnectorException">The answer does not say.</exception>
    public static bool IsWhole(this ElasticsearchResponse response, JsonObject json) =>
        response.Number(response.Object(json, "_shards"), "failed") == 0
        && (
            json["timed_out"] is not { } timedOut
            || (
                timedOut.GetValueKind() is JsonValueKind.True or JsonValueKind.False
                    ? timedOut.GetValueKind() == JsonValueKind.False
                    : throw response.NotUnderstood("'timed_out' is neither true nor false")
            )
        );

    /// <summary>The hits of a search, each an object with an id.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="json">Its body.</param>
    /// <param name="mayLack">Whether an answer that was filtered may have no hits at all.</param>
    /// <exception cref="ConnectorException">There are none, or one is something else.</exception>
    public static IReadOnlyList<JsonObject> Hits(this ElasticsearchResponse response, JsonObject json, bool mayLack = false)
    {
        if (mayLack && json["hits"] is null)
        {
            return [];
        }

        var hits = response.Object(json, "hits")["hits"] as JsonArray ?? throw response.NotUnderstood("'hits.hits' is no list");
        var found = new List<JsonObject>(hits.Count);
        foreach (var hit in hits)
        {
            response.Text(hit as JsonObject, "_id");
            found.Add((JsonObject)hit!);
        }

        return found;
    }
}
