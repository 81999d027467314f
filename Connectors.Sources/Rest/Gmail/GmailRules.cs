using System.Text.Json.Nodes;

namespace Connectors.Sources.Rest.Gmail;

/// <summary>
/// Advanced sync rules: <c>{messages: [...]}</c>, searches as in Gmail's search box; a message is mirrored when one of them finds it.
/// </summary>
internal static class GmailRules
{
    private const string Messages = "messages";

    private const string Example = "{\"messages\": [\"from:ann@example.org\"]}";

    /// <summary>What is wrong with rules, for the person who wrote them.</summary>
    public static IReadOnlyList<string> Check(JsonNode rules)
    {
        if (rules is not JsonObject rule)
        {
            return [$"Write an object with a list of searches: {Example}. It is {RuleText.Kind(rules)}."];
        }

        var isRight =
            rule[Messages] is null or JsonArray { Count: > 0 }
            && (rule[Messages] as JsonArray ?? []).All(search => !string.IsNullOrWhiteSpace(RuleText.Of(search)));
        return
        [
            .. RuleText.Unknown(rule, "The rules", Messages),
            .. isRight ? Array.Empty<string>() : [$"{Messages}: must be a list of searches, each a text that is not empty: {Example}."],
        ];
    }

    /// <summary>One search that finds what any of the rules finds, so that no message comes twice; empty for all messages.</summary>
    public static string SearchOf(JsonNode? rules)
    {
        var searches = ((rules as JsonObject)?[Messages] as JsonArray ?? []).Select(RuleText.Of).OfType<string>().ToList();
        return searches.Count > 1
            ? string.Join(" OR ", searches.Select(search => $"({search})"))
            : searches.FirstOrDefault() ?? string.Empty;
    }
}
