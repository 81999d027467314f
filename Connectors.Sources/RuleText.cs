using System.Text.Json;
using System.Text.Json.Nodes;

namespace Connectors.Sources;

/// <summary>Small readers for advanced sync rules, which a user wrote by hand.</summary>
internal static class RuleText
{
    /// <summary>A text; <see langword="null"/> for anything else.</summary>
    public static string? Of(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>Names of an object that are none of <paramref name="known"/>, as a message; nothing when there are none.</summary>
    public static IEnumerable<string> Unknown(JsonObject rule, string place, params string[] known) =>
        rule.Where(pair => !known.Contains(pair.Key, StringComparer.Ordinal))
            .Select(pair => $"{place}: '{pair.Key}' is not known here. There are {string.Join(", ", known)}.");

    /// <summary>The JSON type of a node in a person's words.</summary>
    public static string Kind(JsonNode? node) =>
        node?.GetValueKind() switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => "a text",
            JsonValueKind.Number => "a number",
            JsonValueKind.True or JsonValueKind.False => "true or false",
            _ => "null",
        };
}
