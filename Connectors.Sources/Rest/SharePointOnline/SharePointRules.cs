using System.Text.Json;
using System.Text.Json.Nodes;

namespace Connectors.Sources.Rest.SharePointOnline;

/// <summary>The advanced sync rule: <c>{"skipExtractingDriveItemsOlderThan": days}</c>; older files come without their content.</summary>
internal static class SharePointRules
{
    private const string Name = "skipExtractingDriveItemsOlderThan";

    /// <summary>What is wrong with rules, for the person who wrote them.</summary>
    public static IReadOnlyList<string> Check(JsonNode rules)
    {
        if (rules is not JsonObject rule)
        {
            return [$"Write an object: {{\"{Name}\": 90}}. It is {RuleText.Kind(rules)}."];
        }

        var problems = RuleText.Unknown(rule, "The rule", Name).ToList();
        if (rule.ContainsKey(Name) && DaysOf(rule) is null)
        {
            problems.Add($"The rule: {Name} must be a whole number of days that is not negative; it is {RuleText.Kind(rule[Name])}.");
        }

        return problems;
    }

    /// <summary>The number of days; <see langword="null"/> when there is no such rule.</summary>
    public static int? DaysOf(JsonNode? rules) =>
        rules is JsonObject rule
        && rule[Name] is JsonValue value
        && value.GetValueKind() == JsonValueKind.Number
        && int.TryParse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture, out var days)
        && days >= 0
            ? days
            : null;
}
