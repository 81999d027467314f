using System.Text.Json.Nodes;

namespace Connectors.Sources.Rest.Notion;

/// <summary>
/// Advanced sync rules: <c>{searches: [{query, filter: {value}}], database_query_filters: [{database_id, filter}]}</c>; they take the place
/// of the fields databases and pages, and no users are mirrored.
/// </summary>
internal static class NotionRules
{
    private const string Searches = "searches";
    private const string Queries = "database_query_filters";

    /// <summary>What is wrong with rules, for the person who wrote them.</summary>
    public static IReadOnlyList<string> Check(JsonNode rules)
    {
        if (rules is not JsonObject fields || (fields[Searches] ?? fields[Queries]) is null)
        {
            return ["Write an object: {\"searches\": [{\"query\": \"Roadmap\", \"filter\": {\"value\": \"page\"}}]}."];
        }

        return
        [
            .. RuleText.Unknown(fields, "Rules", Searches, Queries),
            .. CheckEach(fields, Searches, CheckSearch),
            .. CheckEach(fields, Queries, CheckQuery),
        ];
    }

    /// <summary>The searches of rules that are right; none when there are no rules.</summary>
    public static IReadOnlyList<NotionSearch> SearchesOf(JsonNode? rules) =>
        [
            .. List(rules, Searches)
                .Select(rule => new NotionSearch(
                    RuleText.Of(rule["query"]) is { Length: > 0 } query ? query : null,
                    RuleText.Of(rule["filter"]?["value"])
                )),
        ];

    /// <summary>Databases and the filter of each, as Notion's API takes it.</summary>
    public static IReadOnlyList<(string Database, JsonNode Filter)> QueriesOf(JsonNode? rules) =>
        [.. List(rules, Queries).Select(rule => (RuleText.Of(rule["database_id"])!, rule["filter"]!.DeepClone()))];

    private static IEnumerable<JsonObject> List(JsonNode? rules, string name) => (rules?[name] as JsonArray ?? []).OfType<JsonObject>();

    private static IEnumerable<string> CheckEach(JsonObject rules, string name, Func<JsonObject, string, IEnumerable<string>> check) =>
        rules[name] switch
        {
            null => [],
            JsonArray list => list.SelectMany(
                (rule, index) =>
                    rule is JsonObject fields
                        ? check(fields, $"{name}, rule {index + 1}")
                        : [$"{name}, rule {index + 1}: must be an object; it is {RuleText.Kind(rule)}."]
            ),
            var other => [$"{name}: must be a list; it is {RuleText.Kind(other)}."],
        };

    private static IEnumerable<string> CheckSearch(JsonObject rule, string place)
    {
        if (rule["query"] is { } query && RuleText.Of(query) is null)
        {
            yield return $"{place}: query must be a text; it is {RuleText.Kind(query)}.";
        }

        if (
            rule["filter"] is { } filter
            && RuleText.Of((filter as JsonObject)?["value"]) is not (NotionSearch.Page or NotionSearch.Database)
        )
        {
            yield return $"{place}: filter must be {{\"value\": \"page\"}} or {{\"value\": \"database\"}}.";
        }

        foreach (var unknown in RuleText.Unknown(rule, place, "query", "filter"))
        {
            yield return unknown;
        }
    }

    private static IEnumerable<string> CheckQuery(JsonObject rule, string place)
    {
        if (RuleText.Of(rule["database_id"]) is not { } id || !Guid.TryParse(id, out _))
        {
            yield return $"{place}: database_id must be the database's id, 32 digits and letters of its address.";
        }

        if (rule["filter"] is not JsonObject)
        {
            yield return $"{place}: filter must be an object, as Notion's API takes it; it is {RuleText.Kind(rule["filter"])}.";
        }

        foreach (var unknown in RuleText.Unknown(rule, place, "database_id", "filter"))
        {
            yield return unknown;
        }
    }
}
