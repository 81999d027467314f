using System.Globalization;
using System.Text.Json.Nodes;

namespace Connectors.Sources.Rest.Dropbox;

/// <summary>
/// Advanced sync rules: <c>[{query, options, match_field_options}, ...]</c>, searches in Dropbox's words; what any of them finds is
/// mirrored.
/// </summary>
internal static class DropboxRules
{
    private static readonly string[] Names = ["query", "options", "match_field_options"];

    private static readonly string[] Options =
    [
        "path",
        "max_results",
        "order_by",
        "file_status",
        "filename_only",
        "file_extensions",
        "file_categories",
        "account_id",
    ];

    /// <summary>What is wrong with rules, for the person who wrote them.</summary>
    public static IReadOnlyList<string> Check(JsonNode rules) =>
        RuleText.CheckEach(
            rules,
            "[{\"query\": \"plan\", \"options\": {\"file_extensions\": [\"txt\"]}}]",
            "query",
            Names,
            Check,
            takesOne: true
        );

    /// <summary>The bodies of the searches of rules that are right; none when there are no rules.</summary>
    public static IReadOnlyList<JsonObject> From(JsonNode? rules) => [.. RuleText.Each(rules).Select(Body)];

    private static List<string> Check(JsonObject rule, string place)
    {
        var problems = new List<string>();
        if (RuleText.Of(rule["query"]) is not { Length: > 0 })
        {
            problems.Add($"{place}: query is required, the text to search for.");
        }

        foreach (var name in Names[1..].Where(name => rule[name] is not (null or JsonObject)))
        {
            problems.Add($"{place}: {name} must be an object; it is {RuleText.Kind(rule[name])}.");
        }

        if (rule["options"] is JsonObject options)
        {
            problems.AddRange(RuleText.Unknown(options, $"{place}, options", Options));
            if (options["path"] is { } path && RuleText.Of(path) is not { Length: > 0 })
            {
                problems.Add($"{place}: path in options is a text: /docs.");
            }

            if (options["max_results"] is { } most && NumberOf(most) is not (>= 1 and <= 1000))
            {
                problems.Add($"{place}: max_results, the results of a page, is a number from 1 to 1000.");
            }
        }

        return problems;
    }

    private static JsonObject Body(JsonObject rule)
    {
        var body = rule.DeepClone().AsObject();
        if (body["options"] is JsonObject options && options["max_results"] is { } most)
        {
            // Elastic's schema asks for a text, Dropbox for a number.
            options["max_results"] = NumberOf(most);
        }

        return body;
    }

    private static int? NumberOf(JsonNode node) =>
        int.TryParse(node.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
