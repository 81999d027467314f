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
    public static IReadOnlyList<string> Check(JsonNode rules) =>
        RuleText.CheckEach(
            rules,
            "[{\"service\": \"Incident\", \"query\": \"active=true\"}]",
            "service and query",
            Names,
            Check,
            takesOne: true
        );

    /// <summary>Service and query of rules that are right; none when there are no rules.</summary>
    public static IReadOnlyList<(string Service, string Query)> From(JsonNode? rules) =>
        [
            .. RuleText
                .Each(rules)
                .Select(rule => (RuleText.Of(rule["service"]) ?? string.Empty, RuleText.Of(rule["query"]) ?? string.Empty)),
        ];

    private static IEnumerable<string> Check(JsonObject rule, string place) =>
        Names
            .Where(name => string.IsNullOrWhiteSpace(RuleText.Of(rule[name])))
            .Select(name => $"{place}: {name} is required, a text: {(name == "service" ? "Incident" : "active=true")}.");
}
