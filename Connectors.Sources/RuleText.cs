using System.Text.Json;
using System.Text.Json.Nodes;

namespace Connectors.Sources;

/// <summary>Small readers for advanced sync rules, which a user wrote by hand.</summary>
internal static class RuleText
{
    /// <summary>A text; <see langword="null"/> for anything else.</summary>
    public static string? Of(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>The rules of a list, or the only one; none when there are no rules.</summary>
    public static IEnumerable<JsonObject> Each(JsonNode? rules) => Nodes(rules).OfType<JsonObject>();

    /// <summary>What is wrong with a list of rules, for the person who wrote them.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="example">Some that are right.</param>
    /// <param name="has">What a rule has: <c>service and query</c>.</param>
    /// <param name="names">The names that a rule may have.</param>
    /// <param name="check">What else is wrong with a rule, whose place in the list it gets as well.</param>
    /// <param name="takesOne">Whether one rule may stand there by itself.</param>
    public static IReadOnlyList<string> CheckEach(
        JsonNode rules,
        string example,
        string has,
        string[] names,
        Func<JsonObject, string, IEnumerable<string>> check,
        bool takesOne = false
    )
    {
        return rules is JsonArray { Count: > 0 } || (takesOne && rules is JsonObject)
            ? [.. Nodes(rules).SelectMany((node, index) => CheckOne(node, $"Rule {index + 1}"))]
            : [$"Write a list of rules: {example}."];

        IEnumerable<string> CheckOne(JsonNode? node, string place) =>
            node is JsonObject rule
                ? Unknown(rule, place, names).Concat(check(rule, place))
                : [$"{place}: must be an object with {has}; it is {Kind(node)}."];
    }

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

    private static JsonNode?[] Nodes(JsonNode? rules) =>
        rules switch
        {
            JsonArray list => [.. list],
            JsonObject => [rules],
            _ => [],
        };
}
