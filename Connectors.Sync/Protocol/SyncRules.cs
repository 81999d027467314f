using System.Text.Json.Nodes;

namespace Connectors.Sync.Protocol;

/// <summary>Tells jobs that we can run from those whose sync rules we would have to ignore: what a user excluded must never be indexed.</summary>
internal static class SyncRules
{
    /// <summary>Why a job with these rules (<c>{rules, advanced_snippet}</c>) can't be run, for the operator; <see langword="null"/> when everything is included.</summary>
    public static string? Unsupported(JsonObject? filtering)
    {
        var rules = filtering.Array("rules")?.Where(rule => !IncludesEverything(rule)).ToList() ?? [];
        if (rules.Count > 0)
        {
            var names = string.Join(", ", rules.Select(rule => rule.NonBlank("id") ?? "(without id)").Take(5));
            return $"The connector has sync rules ({names}), which this version can't apply. Nothing was synced, so that nothing that they exclude is indexed. Remove the rules to sync everything.";
        }

        return filtering.Object("advanced_snippet")?["value"] is { } snippet && !IsEmpty(snippet)
            ? "The connector has an advanced sync rule, which this version can't apply. Nothing was synced, so that nothing that it leaves out is indexed. Remove the rule to sync everything."
            : null;
    }

    private static bool IncludesEverything(JsonNode? rule) =>
        rule.Text("policy") == "include" && rule.Text("rule") == "regex" && rule.Text("value") == ".*" && rule.Text("field") is "_" or null;

    private static bool IsEmpty(JsonNode snippet) => snippet switch
    {
        JsonObject properties => properties.Count == 0,
        JsonArray items => items.Count == 0,
        _ => false,
    };
}
