using System.Text.Json.Nodes;

namespace Connectors.Sources.Rest.Salesforce;

/// <summary>Advanced sync rules: <c>[{query, language}, ...]</c>, in SOQL or SOSL; they take the place of the objects.</summary>
internal static class SalesforceRules
{
    private const string Example = "[{\"language\": \"SOQL\", \"query\": \"SELECT Name FROM Account\"}]";
    private static readonly string[] Names = ["query", "language"];

    /// <summary>What is wrong with rules, for the person who wrote them.</summary>
    public static IReadOnlyList<string> Check(JsonNode rules) =>
        rules is JsonArray { Count: > 0 } list
            ? [.. list.SelectMany((rule, index) => Check(rule, $"Rule {index + 1}"))]
            : [$"Write a list of rules: {Example}."];

    /// <summary>Language and query of rules that are right; none when there are no rules.</summary>
    public static IReadOnlyList<(string Language, string Query)> From(JsonNode? rules) =>
        [
            .. (rules as JsonArray ?? [])
                .OfType<JsonObject>()
                .Select(rule => (RuleText.Of(rule["language"]) ?? string.Empty, RuleText.Of(rule["query"]) ?? string.Empty)),
        ];

    private static IEnumerable<string> Check(JsonNode? node, string place)
    {
        if (node is not JsonObject rule)
        {
            return [$"{place}: must be an object with query and language; it is {RuleText.Kind(node)}."];
        }

        var unknown = RuleText.Unknown(rule, place, Names);
        return (RuleText.Of(rule["language"]), RuleText.Of(rule["query"])) switch
        {
            (not ("SOQL" or "SOSL"), _) => unknown.Append($"{place}: language is SOQL or SOSL."),
            (_, null or "") => unknown.Append($"{place}: query is required, a text: SELECT Name FROM Account."),
            ("SOQL", { } query) when SoqlQuery.Parse(query) is null => unknown.Append(
                $"{place}: this is no query in SOQL. Write one as SELECT Name FROM Account WHERE ..."
            ),
            ("SOQL", { } query) when SoqlQuery.Parse(query)!.IsGrouped => unknown.Append(
                $"{place}: GROUP BY gives no records but sums, which have no id. Select records."
            ),
            ("SOSL", { } query) when !query.TrimStart().StartsWith("FIND", StringComparison.OrdinalIgnoreCase) => unknown.Append(
                $"{place}: a search in SOSL begins with FIND {{words}}."
            ),
            _ => unknown,
        };
    }
}
