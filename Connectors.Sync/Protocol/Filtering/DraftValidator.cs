using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Filtering;

namespace Connectors.Sync.Protocol.Filtering;

/// <summary>
/// Checks drafted sync rules, with the messages of Elastic's own service, which Kibana shows beside the rules. Pure. Beyond that service it
/// tries patterns, and refuses advanced rules that the source can't apply, instead of ignoring them.
/// </summary>
/// <param name="advancedRules">Tells what is wrong with advanced rules; <see langword="null"/> when the source has none.</param>
/// <param name="hasContent">Whether documents of the source are files, whose text is read after the rules.</param>
internal sealed class DraftValidator(Func<JsonNode, IReadOnlyList<string>>? advancedRules, bool hasContent = false)
{
    private const string AdvancedId = "advanced_snippet";
    private static readonly string[] Required = ["id", "policy", "field", "rule", "value", "order"];
    private static readonly string[] MatchAll = [".*", "(.*)"];

    // Of a UUID ten characters are left.
    private const int LeftOut = 26;

    /// <summary>The <c>validation</c> of a draft: <c>{state: valid | invalid, errors: [{ids, messages}]}</c>.</summary>
    public JsonObject Validate(JsonObject draft)
    {
        var errors = new JsonArray();
        var rules = new List<JsonObject>();
        foreach (var node in draft.Array("rules") ?? [])
        {
            if (node is JsonObject rule && FormProblem(rule) is null)
            {
                rules.Add(rule);
            }
            else
            {
                errors.Add((JsonNode)Error(node.Text("id"), node is JsonObject wrong ? FormProblem(wrong)! : "data must be object"));
            }
        }

        foreach (
            var rule in rules.Where(rule =>
                rule.Text("id") != RuleWords.DefaultId && RuleWords.Comparison(rule.Text("rule")) == RuleComparison.Regex
            )
        )
        {
            if (PatternProblem(rule) is { } problem)
            {
                errors.Add((JsonNode)Error(rule.Text("id"), problem));
            }
        }

        foreach (var rule in rules.Where(rule => hasContent && SyncRules.IsContent(rule.Text("field")!)))
        {
            errors.Add((JsonNode)Error(rule.Text("id"), $"{Named(rule)}: {SyncRules.ContentComesLater(rule.Text("field")!)}"));
        }

        AddDuplicates(rules, errors);
        if (SyncRules.AdvancedOf(draft) is { } advanced)
        {
            foreach (
                var problem in advancedRules?.Invoke(advanced)
                    ?? ["This source has no advanced sync rules. Remove them, or use basic rules."]
            )
            {
                errors.Add((JsonNode)Error(AdvancedId, problem));
            }
        }

        return new JsonObject { ["state"] = errors.Count == 0 ? "valid" : "invalid", ["errors"] = errors };
    }

    private static string? FormProblem(JsonObject rule)
    {
        var missing = Required.Where(name => !rule.ContainsKey(name)).ToList();
        if (missing.Count > 0)
        {
            return $"data must contain [{string.Join(", ", missing.Select(name => $"'{name}'"))}] properties";
        }

        return TextProblem(rule, "id")
            ?? (RuleWords.Policy(rule.Text("policy")) is null ? "data.policy must be policy" : null)
            ?? TextProblem(rule, "field")
            ?? (RuleWords.Comparison(rule.Text("rule")) is null ? "data.rule must be rule" : null)
            ?? TextProblem(rule, "value")
            ?? (rule["order"]?.GetValueKind() == JsonValueKind.Number ? null : "data.order must be number");
    }

    private static string? TextProblem(JsonObject rule, string name) =>
        rule.Text(name) switch
        {
            null => $"data.{name} must be string",
            "" => $"data.{name} must be longer than or equal to 1 characters",
            _ => null,
        };

    private static string? PatternProblem(JsonObject rule)
    {
        var pattern = rule.Text("value")!;
        if (MatchAll.Contains(pattern))
        {
            return $"{Named(rule)} uses a match all regexps ['.*', '(.*)'], which are not allowed.";
        }

        try
        {
            RulePattern.Compile(rule.Text("id")!, pattern);
            return null;
        }
        catch (ConnectorException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Two rules of the same field, comparison and value contradict or repeat each other: both are marked.</summary>
    private static void AddDuplicates(List<JsonObject> rules, JsonArray errors)
    {
        var first = new Dictionary<(string?, RuleComparison?, string?), JsonObject>();
        foreach (var rule in rules)
        {
            var meaning = (rule.Text("field"), RuleWords.Comparison(rule.Text("rule")), rule.Text("value"));
            if (!first.TryAdd(meaning, rule))
            {
                errors.Add((JsonNode)Error(rule.Text("id"), $"{Named(rule)} is semantically equal to {Named(first[meaning])}."));
                errors.Add((JsonNode)Error(first[meaning].Text("id"), $"{Named(first[meaning])} is semantically equal to {Named(rule)}."));
            }
        }
    }

    /// <summary>A rule by its place in Kibana's list, and by its id: the middle of a long one is left out.</summary>
    private static string Named(JsonObject rule)
    {
        var id = rule.Text("id")!;
        var left = id.Length - LeftOut;
        var shown = left > 2 ? $"{id[..((left + 1) / 2)]}...{id[^(left / 2)..]}" : id;
        return $"Basic rule {rule.Number("order") + 1} (id: '{shown}')";
    }

    private static JsonObject Error(string? id, string message) =>
        new JsonObject { ["ids"] = new JsonArray(id), ["messages"] = new JsonArray(message) };
}
