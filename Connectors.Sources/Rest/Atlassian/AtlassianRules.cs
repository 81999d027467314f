using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Connectors.Sources.Rest.Atlassian;

/// <summary>Advanced sync rules: <c>[{query}, ...]</c>, in CQL or JQL; what any of them finds is mirrored.</summary>
internal static partial class AtlassianRules
{
    /// <summary>What is wrong with rules, for the person who wrote them.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="example">A query in the product's language.</param>
    public static IReadOnlyList<string> Check(JsonNode rules, string example) =>
        RuleText.CheckEach(rules, $"[{{\"query\": \"{example}\"}}]", "query", ["query"], (rule, place) =>
            string.IsNullOrWhiteSpace(RuleText.Of(rule["query"])) ? [$"{place}: query is required, a text: {example}."] : []
        );

    /// <summary>The queries of rules that are right; none when there are no rules.</summary>
    public static IReadOnlyList<string> From(JsonNode? rules) =>
        [.. RuleText.Each(rules).Select(rule => RuleText.Of(rule["query"])).OfType<string>()];

    /// <summary>A query that finds what another one finds and what fulfils a condition, in the same order.</summary>
    public static string Restrict(string query, string condition)
    {
        var (what, order) = Split(query);
        return what.Length == 0 ? $"{condition}{order}" : $"({what}) AND {condition}{order}";
    }

    /// <summary>A query as it is, with an order when it has none of its own.</summary>
    public static string InOrder(string query, string order) => Split(query).Order.Length > 0 ? query : $"{query} ORDER BY {order}";

    private static (string What, string Order) Split(string query)
    {
        // The words may also stand in a text that is searched for.
        var order = OrderBy().Matches(query).LastOrDefault(match => query[..match.Index].Count(letter => letter is '"' or '\'') % 2 == 0);
        return order is null ? (query.Trim(), string.Empty) : (query[..order.Index].Trim(), $" {query[order.Index..].Trim()}");
    }

    [GeneratedRegex(@"\border\s+by\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex OrderBy();
}
