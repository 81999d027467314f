using System.Text.Json.Nodes;
using Connectors.Sync.Engine.Planning;

namespace Connectors.Sync.Engine.Changes;

/// <summary>
/// The content of a connector's <c>sync_cursor</c>: a source's position, and the content it belongs to. Elasticsearch maps the field as an
/// object.
/// </summary>
/// <param name="Cursor">The source's own cursor.</param>
/// <param name="Fingerprint">The fingerprint of the documents that were synced up to it.</param>
/// <param name="IndexUuid">The uuid of their index.</param>
internal sealed record SyncCursor(string Cursor, string Fingerprint, string IndexUuid)
{
    /// <summary>Reads what <see cref="ToJson"/> wrote; <see langword="null"/> for anything else, another service's cursor for
    /// example.</summary>
    public static SyncCursor? From(JsonObject? json) =>
        Text(json, "place") is { } cursor && Text(json, "fingerprint") is { } fingerprint && Text(json, "index_uuid") is { } uuid
            ? new SyncCursor(cursor, fingerprint, uuid)
            : null;

    /// <summary>
    /// The connector's <c>sync_cursor</c> after a full or incremental sync has completed; nothing after a partial sync, which does not move
    /// it.
    /// </summary>
    /// <param name="request">The sync, as it was carried out.</param>
    /// <param name="cursor">Where the next incremental sync begins; <see langword="null"/> when only a full one can come next.</param>
    /// <param name="indexUuid">The index that was filled.</param>
    public static JsonObject? After(SyncRequest request, string? cursor, string indexUuid) =>
        request.Kind is SyncKind.Full or SyncKind.Incremental && cursor is not null
            ? new SyncCursor(cursor, SyncPreparation.FingerprintOf(request), indexUuid).ToJson()
            : null;

    /// <summary>The stored form.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["place"] = Cursor,
            ["fingerprint"] = Fingerprint,
            ["index_uuid"] = IndexUuid,
        };

    private static string? Text(JsonObject? json, string name) =>
        json?[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;
}
