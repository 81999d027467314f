using System.Text.Json.Nodes;

namespace Connectors.Sync.Engine.Changes;

/// <summary>
/// What is kept as a connector's <c>sync_cursor</c>: a place in the source's history, and which content it goes with. It is an object, because that is how Elasticsearch
/// maps the field.
/// </summary>
/// <param name="Place">The place, in the source's own words.</param>
/// <param name="Fingerprint">What shaped the documents that were synced up to it.</param>
/// <param name="IndexUuid">The index that holds them.</param>
internal sealed record SyncCursor(string Place, string Fingerprint, string IndexUuid)
{
    /// <summary>Reads what <see cref="ToJson"/> wrote; <see langword="null"/> for anything else, another service's cursor for example.</summary>
    public static SyncCursor? From(JsonObject? json) =>
        Text(json, "place") is { } place && Text(json, "fingerprint") is { } fingerprint && Text(json, "index_uuid") is { } uuid ? new SyncCursor(place, fingerprint, uuid) : null;

    public JsonObject ToJson() => new() { ["place"] = Place, ["fingerprint"] = Fingerprint, ["index_uuid"] = IndexUuid };

    private static string? Text(JsonObject? json, string name) => json?[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;
}
