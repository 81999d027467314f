using System.Text.Json;
using System.Text.Json.Nodes;

namespace Connectors.Sync.Protocol;

/// <summary>Reads protocol documents, which anybody may have written: a field of another type than expected counts as absent.</summary>
internal static class JsonFields
{
    public static JsonObject? Object(this JsonNode? node, string name) => (node as JsonObject)?[name] as JsonObject;

    public static JsonArray? Array(this JsonNode? node, string name) => (node as JsonObject)?[name] as JsonArray;

    public static string? Text(this JsonNode? node, string name) =>
        (node as JsonObject)?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A text that says something: blank counts as absent.</summary>
    public static string? NonBlank(this JsonNode? node, string name) =>
        node.Text(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    public static bool Flag(this JsonNode? node, string name) =>
        (node as JsonObject)?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    public static long Number(this JsonNode? node, string name) =>
        (node as JsonObject)?[name] is JsonValue value && value.TryGetValue<long>(out var number) ? number : 0;

    public static DateTimeOffset? Time(this JsonNode? node, string name) => ProtocolTime.Parse(node.Text(name));
}
