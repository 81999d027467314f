using System.Text.Json.Nodes;

namespace Connectors.Sources.Rest.GitHub;

/// <summary>
/// Advanced sync rules: <c>[{repository, filter: {issue, pr, branch, path}}, ...]</c>; they take the place of the field repositories.
/// Issues and pull requests are
/// found by a search, files below a branch or a folder.
/// </summary>
internal static class GitHubRules
{
    private static readonly string[] Filters = ["issue", "pr", "branch", "path"];

    /// <summary>What is wrong with rules, for the person who wrote them.</summary>
    public static IReadOnlyList<string> Check(JsonNode rules) =>
        RuleText.CheckEach(
            rules,
            "[{\"repository\": \"ann/alpha\", \"filter\": {\"issue\": \"label:bug\", \"branch\": \"main\"}}]",
            "repository and filter",
            ["repository", "filter"],
            Check,
            takesOne: true
        );

    /// <summary>Rules that are right; none when there are none.</summary>
    public static IReadOnlyList<GitHubRule> From(JsonNode? rules) =>
        [
            .. RuleText
                .Each(rules)
                .Select(rule => new GitHubRule(
                    RuleText.Of(rule["repository"]) ?? string.Empty,
                    Of(rule, "issue"),
                    Of(rule, "pr"),
                    Of(rule, "branch"),
                    Of(rule, "path")
                )),
        ];

    private static string? Of(JsonObject rule, string name) => RuleText.Of(rule["filter"]?[name]);

    private static IEnumerable<string> Check(JsonObject rule, string place)
    {
        if (string.IsNullOrWhiteSpace(RuleText.Of(rule["repository"])))
        {
            yield return $"{place}: repository is required: NAME or OWNER/NAME.";
        }

        if (rule["filter"] is not JsonObject { Count: > 0 } filter)
        {
            yield return $"{place}: filter is required: an object with some of {string.Join(", ", Filters)}.";
            yield break;
        }

        foreach (
            var problem in RuleText
                .Unknown(filter, $"{place}, filter", Filters)
                .Concat(
                    filter
                        .Where(pair =>
                            Filters.Contains(pair.Key, StringComparer.Ordinal) && string.IsNullOrWhiteSpace(RuleText.Of(pair.Value))
                        )
                        .Select(pair => $"{place}, filter: {pair.Key} must be a text.")
                )
        )
        {
            yield return problem;
        }
    }
}
