using System.Text.Json.Nodes;

namespace Connectors.Sync.Engine.Planning;

/// <summary>
/// Metadata about the content of an index, stored in the index itself (the mapping's <c>_meta</c>) so that both are deleted together.
/// </summary>
/// <param name="Fingerprint">The fingerprint of every document in it; <see langword="null"/> while it changes.</param>
/// <param name="ChangeToken">
/// The source's change token as of the last completed sync without a rejected document; <see langword="null"/> while a sync runs.
/// </param>
/// <param name="DocumentCount">Number of documents at that time.</param>
/// <param name="HoldsForeign">Whether it held documents that no connector wrote when the first sync came to it, and no sync was allowed yet
/// to delete them.</param>
internal sealed record IndexMetadata(string? Fingerprint, string? ChangeToken, long DocumentCount, bool HoldsForeign = false)
{
    /// <summary>What Elasticsearch made of its documents when the last full sync began; <see langword="null"/> when nobody knows.</summary>
    public IndexShape? Shape { get; init; }

    public static IndexMetadata? From(JsonObject? meta) =>
        meta is null
            ? null
            : new IndexMetadata(
                Text(meta, "fingerprint"),
                Text(meta, "change_mark"),
                Number(meta, "document_count"),
                Flag(meta, "holds_foreign")
            )
            {
                Shape = IndexShape.From(meta["shape"] as JsonObject),
            };

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["document_count"] = DocumentCount };
        if (Fingerprint is not null)
        {
            json["fingerprint"] = Fingerprint;
        }

        if (ChangeToken is not null)
        {
            json["change_mark"] = ChangeToken;
        }

        if (HoldsForeign)
        {
            json["holds_foreign"] = true;
        }

        if (Shape is not null)
        {
            json["shape"] = Shape.ToJson();
        }

        return json;
    }

    private static string? Text(JsonObject meta, string name) =>
        meta[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static bool Flag(JsonObject meta, string name) =>
        meta[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    private static long Number(JsonObject meta, string name) =>
        meta[name] is JsonValue value && value.TryGetValue<long>(out var number) ? number : -1;
}
