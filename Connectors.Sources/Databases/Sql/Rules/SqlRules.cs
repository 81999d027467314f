using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Connectors.Sources.Databases.Sql.Rules;

/// <summary>
/// Advanced sync rules: <c>[{tables, query, id_columns}, ...]</c>, as the Python service has them. The rows of the queries are synced in
/// place of the tables.
/// </summary>
internal static partial class SqlRules
{
    private const string TablesField = "tables";
    private const string QueryField = "query";
    private const string IdColumnsField = "id_columns";

    /// <summary>What is wrong with rules, for the person who wrote them.</summary>
    public static IReadOnlyList<string> Check(JsonNode rules) =>
        RuleText.CheckEach(
            rules,
            "[{\"tables\": [\"orders\"], \"query\": \"SELECT * FROM orders WHERE total > 100\"}]",
            "tables and a query",
            [TablesField, QueryField, IdColumnsField],
            Check
        );

    /// <summary>Reads rules that are right; none when there are no rules.</summary>
    public static IReadOnlyList<SqlRule> From(JsonNode? rules) =>
        [
            .. RuleText
                .Each(rules)
                .Select(
                    (rule, index) =>
                        new SqlRule(
                            index + 1,
                            Names(rule[TablesField]) ?? [],
                            WithoutEnd(RuleText.Of(rule[QueryField]) ?? string.Empty),
                            Names(rule[IdColumnsField]) ?? []
                        )
                ),
        ];

    private static IEnumerable<string> Check(JsonObject rule, string place)
    {
        if (Names(rule[TablesField]) is null)
        {
            yield return $"{place}: {TablesField} is required: a list of the names of the tables that the query reads.";
        }

        if (rule.ContainsKey(IdColumnsField) && Names(rule[IdColumnsField]) is null)
        {
            yield return $"{place}: {IdColumnsField} must be a list of the names of columns that together tell the query's rows apart.";
        }

        if (WithoutEnd(RuleText.Of(rule[QueryField]) ?? string.Empty) is not { Length: > 0 } query)
        {
            yield return $"{place}: {QueryField} is required: a SELECT statement.";
        }
        else if (query.Contains(';', StringComparison.Ordinal))
        {
            yield return $"{place}: {QueryField} must be one SELECT statement. It can't have a semicolon inside, not even in a text.";
        }
        else if (Limited().IsMatch(query) && !Ordered().IsMatch(query))
        {
            yield return $"{place}: {QueryField} takes only some of its rows and does not say which: the query is run for each page, and "
                + "what is not listed is deleted. Give it an ORDER BY with columns that tell the rows apart, or say with WHERE which rows "
                + "are meant.";
        }
    }

    private static string[]? Names(JsonNode? node) =>
        node is JsonArray { Count: > 0 } list && list.All(name => RuleText.Of(name) is { Length: > 0 })
            ? [.. list.Select(name => RuleText.Of(name)!)]
            : null;

    private static string WithoutEnd(string query) => query.Trim().TrimEnd(';', ' ', '\t', '\r', '\n');

    [GeneratedRegex(@"\b(LIMIT|OFFSET|FETCH\s+(FIRST|NEXT)|SELECT\s+TOP)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Limited();

    [GeneratedRegex(@"\bORDER\s+BY\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ordered();
}
