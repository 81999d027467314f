using System.Text.Json.Nodes;

namespace Connectors.Sync.Engine.Planning;

/// <summary>
/// What Elasticsearch makes of a document that is written to an index, as hashes: another one means that the same document would be indexed
/// otherwise now. A part is <see langword="null"/> where it may not be read.
/// </summary>
/// <param name="Mappings">The mappings, without what dynamic mapping adds by itself.</param>
/// <param name="Settings">The settings that shape documents: pipelines and analysis.</param>
/// <param name="Pipelines">The definitions of the ingest pipelines that documents pass, and of those that these call.</param>
/// <param name="Inference">The inference endpoints that the fields and the pipelines name.</param>
internal sealed record IndexShape(string? Mappings, string? Settings, string? Pipelines, string? Inference)
{
    /// <summary>Whether documents pass an inference endpoint, as far as that may be read. Not remembered.</summary>
    public bool PassesInference { get; init; }

    public static IndexShape? From(JsonObject? json) =>
        json is null
            ? null
            : new IndexShape(Text(json, "mappings"), Text(json, "settings"), Text(json, "pipelines"), Text(json, "inference"));

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach (var (name, _, hash) in Parts)
        {
            if (hash is not null)
            {
                json[name] = hash;
            }
        }

        return json;
    }

    /// <summary>What differs from before, for a sentence: <c>the index's mappings and the ingest pipelines</c>; <see langword="null"/> when
    /// nothing is known to differ.</summary>
    public string? DifferenceFrom(IndexShape? before)
    {
        if (before is null)
        {
            return null;
        }

        string[] changed =
        [
            .. Parts
                .Zip(before.Parts)
                .Where(pair => pair is { First.Hash: { } now, Second.Hash: { } then } && now != then)
                .Select(pair => pair.First.Said),
        ];
        return changed.Length switch
        {
            0 => null,
            1 => changed[0],
            _ => $"{string.Join(", ", changed[..^1])} and {changed[^1]}",
        };
    }

    private (string Name, string Said, string? Hash)[] Parts =>
        [
            ("mappings", "the index's mappings", Mappings),
            ("settings", "the index's settings for pipelines and analysis", Settings),
            ("pipelines", "the ingest pipelines", Pipelines),
            ("inference", "the inference endpoints", Inference),
        ];

    private static string? Text(JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
