using System.Text.Json.Nodes;
using Connectors.Sync.Engine.Planning;

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

    /// <summary>What the connector's <c>sync_cursor</c> becomes with a full or incremental sync that completes; nothing for one that goes only a part of the way, which does not
    /// move it.</summary>
    /// <param name="request">The sync, as it was carried out.</param>
    /// <param name="place">Where the next incremental sync begins; <see langword="null"/> when only a full one can come next.</param>
    /// <param name="indexUuid">The index that was filled.</param>
    public static JsonObject? After(SyncRequest request, string? place, string indexUuid) => request.Kind is SyncKind.Full or SyncKind.Incremental && place is not null
        ? new SyncCursor(place, SyncPreparation.FingerprintOf(request), indexUuid).ToJson()
        : null;

    /// <summary>As it is kept.</summary>
    public JsonObject ToJson() => new() { ["place"] = Place, ["fingerprint"] = Fingerprint, ["index_uuid"] = IndexUuid };

    private static string? Text(JsonObject? json, string name) => json?[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;
}
