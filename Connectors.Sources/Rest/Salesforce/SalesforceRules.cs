using System.Text.Json.Nodes;

namespace Connectors.Sources.Rest.Salesforce;

/// <summary>Advanced sync rules: <c>[{query, language}, ...]</c>, in SOQL or SOSL; they take the place of the objects.</summary>
internal static class SalesforceRules
{
    private const string Example = "[{\"language\": \"SOQL\", \"query\": \"SELECT Name FROM Account\"}]";
    private static readonly string[] Names = ["query", "language"];

    /// <summary>What is wrong with rules, for the person who wrote them.</summary>
    public static IReadOnlyList<string> Check(JsonNode rules) =>
        RuleText.CheckEach(rules, Example, "query and language", Names, Check);

    /// <summary>Language and query of rules that are right; none when there are no rules.</summary>
    public static IReadOnlyList<(string Language, string Query)> From(JsonNode? rules) =>
        [
            .. RuleText
                .Each(rules)
                .Select(rule => (RuleText.Of(rule["language"]) ?? string.Empty, RuleText.Of(rule["query"]) ?? string.Empty)),
        ];

    private static IEnumerable<string> Check(JsonObject rule, string place) =>
        (RuleText.Of(rule["language"]), RuleText.Of(rule["query"])) switch
        {
            (not ("SOQL" or "SOSL"), _) => [$"{place}: language is SOQL or SOSL."],
            (_, null or "") => [$"{place}: query is required, a text: SELECT Name FROM Account."],
            ("SOQL", { } query) when SoqlQuery.Parse(query) is null =>
            [
                $"{place}: this is no query in SOQL. Write one as SELECT Name FROM Account WHERE ...",
            ],
            ("SOQL", { } query) when SoqlQuery.Parse(query)!.IsGrouped =>
            [
                $"{place}: GROUP BY gives no records but sums, which have no id. Select records.",
            ],
            ("SOSL", { } query) when !query.TrimStart().StartsWith("FIND", StringComparison.OrdinalIgnoreCase) =>
            [
                $"{place}: a search in SOSL begins with FIND {{words}}.",
            ],
            _ => [],
        };
}
