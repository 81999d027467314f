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
    public static IReadOnlyList<string> Check(JsonNode rules, SqlQuoting quoting) =>
        RuleText.CheckEach(
            rules,
            "[{\"tables\": [\"orders\"], \"query\": \"SELECT * FROM orders WHERE total > 100\"}]",
            "tables and a query",
            [TablesField, QueryField, IdColumnsField],
            (rule, place) => Check(rule, quoting).Select(problem => $"{place}: {problem}")
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

    private static IEnumerable<string> Check(JsonObject rule, SqlQuoting quoting)
    {
        if (Names(rule[TablesField]) is null)
        {
            yield return $"{TablesField} is required: a list of the names of the tables that the query reads.";
        }

        if (rule.ContainsKey(IdColumnsField) && Names(rule[IdColumnsField]) is null)
        {
            yield return $"{IdColumnsField} must be a list of the names of columns that together tell the query's rows apart.";
        }

        var query = WithoutEnd(RuleText.Of(rule[QueryField]) ?? string.Empty);
        if (query.Length == 0)
        {
            yield return $"{QueryField} is required: a SELECT statement.";
        }
        else if (WhyNot(query, quoting) is { } problem)
        {
            yield return $"{QueryField} {problem}";
        }
    }

    /// <summary>Why a query can't be read page by page, by its outline.</summary>
    private static string? WhyNot(string query, SqlQuoting quoting)
    {
        var outline = quoting.Outline(query, out var problem);
        if (problem is not null)
        {
            return problem;
        }

        var depths = new List<int> { 0 };
        foreach (var letter in outline)
        {
            depths.Add(depths[^1] + (letter == '(' ? 1 : letter == ')' ? -1 : 0));
        }

        // It is put into brackets: what closes them would be another query.
        return depths[^1] != 0 || depths.Any(depth => depth < 0) ? "has a bracket without its other half."
            : outline.Contains(';', StringComparison.Ordinal) ? "must be one SELECT statement, without a semicolon inside."
            : !Reading().IsMatch(outline) ? "must be a SELECT statement."
            : quoting.Variables?.IsMatch(outline) == true ? "has a variable (@name), which is not possible here."
            : quoting
                .Limits.Matches(outline)
                .Any(limit => !Ordered().Matches(outline).Any(order => depths[order.Index] == depths[limit.Index]))
                ? "takes only some of its rows and does not say which: the query is run for each page, and what is not listed is deleted. "
                    + "Give it an ORDER BY with columns that tell the rows apart, or say with WHERE which rows are meant."
            : null;
    }

    private static string[]? Names(JsonNode? node) =>
        node is JsonArray { Count: > 0 } list && list.All(name => RuleText.Of(name) is { Length: > 0 })
            ? [.. list.Select(name => RuleText.Of(name)!)]
            : null;

    private static string WithoutEnd(string query) => query.Trim().TrimEnd(';', ' ', '\t', '\r', '\n');

    [GeneratedRegex(@"^[\s(]*(SELECT|WITH|VALUES|TABLE)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reading();

    [GeneratedRegex(@"\bORDER\s+BY\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ordered();
}
