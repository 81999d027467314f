using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Connectors.Sources.Rest.OneDrive;

/// <summary>
/// Advanced sync rules: <c>[{owners, skipFilesWithExtensions, parentPathPattern}, ...]</c>, each with at least one of these; a file is
/// mirrored when one of the rules lets it in.
/// </summary>
internal static class OneDriveRules
{
    private static readonly string[] Names = ["skipFilesWithExtensions", "parentPathPattern", "owners"];
    private static readonly string Some = $"{string.Join(", ", Names)} or some of them";

    /// <summary>What is wrong with rules, for the person who wrote them.</summary>
    public static IReadOnlyList<string> Check(JsonNode rules) =>
        RuleText.CheckEach(
            rules,
            "[{\"owners\": [\"ann@example.org\"], \"skipFilesWithExtensions\": [\".jpg\"]}]",
            Some,
            Names,
            Check,
            takesOne: true
        );

    /// <summary>Rules that are right; none when there are none.</summary>
    public static IReadOnlyList<OneDriveRule> From(JsonNode? rules) =>
        [
            .. RuleText
                .Each(rules)
                .Select(rule => new OneDriveRule(
                    Texts(rule["owners"]),
                    [.. Texts(rule["skipFilesWithExtensions"]).Select(ending => ending.StartsWith('.') ? ending : $".{ending}")],
                    RuleText.Of(rule["parentPathPattern"]) is { } pattern ? Glob(pattern) : null
                )),
        ];

    /// <summary>
    /// A pattern of folders: <c>*</c> and <c>?</c> stay within a name, <c>**</c> stands for any number of folders.
    /// </summary>
    private static Regex Glob(string pattern)
    {
        var text = new StringBuilder("^");
        for (var index = 0; index < pattern.Length; index++)
        {
            if (pattern.AsSpan(index).StartsWith("**/"))
            {
                text.Append("(?:.*/)?");
                index += 2;
            }
            else if (pattern.AsSpan(index).StartsWith("**"))
            {
                text.Append(".+");
                index++;
            }
            else
            {
                text.Append(
                    pattern[index] switch
                    {
                        '*' => "[^/]*",
                        '?' => "[^/]",
                        var other => Regex.Escape(other.ToString()),
                    }
                );
            }
        }

        return new Regex(
            text.Append('$').ToString(),
            RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Singleline,
            TimeSpan.FromSeconds(1)
        );
    }

    private static IReadOnlyList<string> Texts(JsonNode? list) =>
        list is JsonArray items ? [.. items.Select(RuleText.Of).OfType<string>().Select(item => item.Trim().ToLowerInvariant())] : [];

    private static IEnumerable<string> Check(JsonObject rule, string place)
    {
        if (rule.Count == 0)
        {
            yield return $"{place}: must be an object with {Some}; it is empty.";
        }

        foreach (var name in Names.Where(rule.ContainsKey))
        {
            var isRight =
                name == "parentPathPattern"
                    ? !string.IsNullOrEmpty(RuleText.Of(rule[name]))
                    : rule[name] is JsonArray { Count: > 0 } list && list.All(item => !string.IsNullOrWhiteSpace(RuleText.Of(item)));
            if (!isRight)
            {
                yield return $"{place}: {name} must be {ShapeOf(name)}; it is {RuleText.Kind(rule[name])} of another form.";
            }
        }
    }

    private static string ShapeOf(string name) =>
        name switch
        {
            "owners" => "a list of mail addresses: [\"ann@example.org\"]",
            "parentPathPattern" => "a pattern of folders: /drive/root:/Reports/**",
            _ => "a list of extensions: [\".jpg\"]",
        };
}
