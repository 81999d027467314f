using System.Text.Json.Nodes;

namespace Connectors.Sources.Rest.ServiceNow;

/// <summary>
/// Advanced sync rules: <c>[{service, query}, ...]</c>, a table by label or name and an encoded query; they take the place of the field
/// services.
/// </summary>
internal static class ServiceNowRules
{
    private static readonly string[] Names = ["service", "query"];

    /// <summary>What is wrong with rules, for the person who wrote them.</summary>
    public static IReadOnlyList<string> Check(JsonNode rules)
    {
        if (rules is not JsonArray { Count: > 0 } and not JsonObject)
        {
            return ["Write a list of rules: [{\"service\": \"Incident\", \"query\": \"active=true\"}]."];
        }

        return [.. List(rules).SelectMany((rule, index) => Check(rule, $"Rule {index + 1}"))];
    }

    /// <summary>Service and query of rules that are right; none when there are no rules.</summary>
    public static IReadOnlyList<(string Service, string Query)> From(JsonNode? rules) =>
        [
            .. List(rules)
                .OfType<JsonObject>()
                .Select(rule => (RuleText.Of(rule["service"]) ?? string.Empty, RuleText.Of(rule["query"]) ?? string.Empty)),
        ];

    private static JsonArray List(JsonNode? rules) =>
        rules switch
        {
            JsonArray list => list,
            null => [],
            _ => [rules.DeepClone()],
        };

    private static IEnumerable<string> Check(JsonNode? node, string place)
    {
        if (node is not JsonObject rule)
        {
            return [$"{place}: must be an object with service and query; it is {RuleText.Kind(node)}."];
        }

        return RuleText
            .Unknown(rule, place, Names)
            .Concat(
                Names
                    .Where(name => string.IsNullOrWhiteSpace(RuleText.Of(rule[name])))
                    .Select(name => $"{place}: {name} is required, a text: {(name == "service" ? "Incident" : "active=true")}.")
            );
    }
}
