using System.Text.Json.Nodes;

namespace Connectors.Sync.Engine.Planning;

/// <summary>
/// What we know about the content of an index, kept in the index itself (the mapping's <c>_meta</c>), so that it goes when the index goes.
/// </summary>
/// <param name="Fingerprint">What shaped every document in it; <see langword="null"/> while a change of it is under way.</param>
/// <param name="ChangeMark">The source's change mark as of the last completed sync without a rejected document; <see langword="null"/> while a sync runs.</param>
/// <param name="DocumentCount">Documents in it then.</param>
/// <param name="HoldsForeign">Whether it held documents that no connector wrote when the first sync came to it, and no sync was allowed yet to delete them.</param>
internal sealed record IndexMark(string? Fingerprint, string? ChangeMark, long DocumentCount, bool HoldsForeign = false)
{
    /// <summary>What Elasticsearch made of its documents when the last full sync began; <see langword="null"/> when nobody knows.</summary>
    public IndexShape? Shape { get; init; }

    public static IndexMark? From(JsonObject? meta) => meta is null
        ? null
        : new IndexMark(Text(meta, "fingerprint"), Text(meta, "change_mark"), Number(meta, "document_count"), Flag(meta, "holds_foreign"))
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

        if (ChangeMark is not null)
        {
            json["change_mark"] = ChangeMark;
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

    private static string? Text(JsonObject meta, string name) => meta[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static bool Flag(JsonObject meta, string name) => meta[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    private static long Number(JsonObject meta, string name) => meta[name] is JsonValue value && value.TryGetValue<long>(out var number) ? number : -1;
}
