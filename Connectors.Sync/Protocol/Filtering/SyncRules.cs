using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Filtering;

namespace Connectors.Sync.Protocol.Filtering;

/// <summary>
/// The sync rules of a job (<c>{rules, advanced_snippet}</c>), parsed strictly: an invalid rule fails the job, because what a user excluded
/// must never be indexed.
/// </summary>
/// <param name="Basic">The basic rules; <see langword="null"/> when everything is included.</param>
/// <param name="Advanced">The advanced rules, for the source; <see langword="null"/> when there are none.</param>
internal sealed record SyncRules(DocumentRules? Basic, JsonNode? Advanced)
{
    /// <summary>Reads rules.</summary>
    /// <exception cref="ConnectorException">A rule can't be applied; the message names it.</exception>
    public static SyncRules Read(JsonObject? filtering)
    {
        var rules = new List<(long Order, DocumentRule Rule)>();
        var otherwise = RulePolicy.Include;
        foreach (var node in filtering.Array("rules") ?? [])
        {
            if (node.Text("id") == RuleWords.DefaultId)
            {
                otherwise = RuleWords.Policy(node.Text("policy")) ?? throw NotApplied(node);
            }
            else
            {
                rules.Add((node.Number("order"), Rule(node)));
            }
        }

        var basic =
            rules.Count == 0 && otherwise == RulePolicy.Include
                ? null
                : new DocumentRules([.. rules.OrderBy(rule => rule.Order).Select(rule => rule.Rule)], otherwise);

        // Patterns are tried here, before anything is read or written.
        _ = DocumentFilter.For(basic);
        return new SyncRules(basic, AdvancedOf(filtering));
    }

    /// <summary>Whether a field holds the text of a file, and no fact about it.</summary>
    public static bool IsContent(string field) =>
        field is "body" or "_attachment" || field.StartsWith("attachment.", StringComparison.Ordinal);

    /// <summary>Why no rule can look at such a field, as the end of a sentence.</summary>
    public static string ContentComesLater(string field) =>
        $"{field} comes from the text of a file, which is read only after the rules have chosen the files. Use a field that the listing "
        + "has, such as filename, extension, path or size.";

    /// <summary>Makes sure that no rule looks at what is not there yet: it would match nothing, and what it is to leave out would be
    /// indexed.</summary>
    /// <exception cref="ConnectorException">One does.</exception>
    public void RequireNoContent()
    {
        if (Basic?.Rules.FirstOrDefault(rule => IsContent(rule.Field)) is { } rule)
        {
            throw new ConnectorException(
                $"Sync rule '{rule.Id}' can't be applied: {ContentComesLater(rule.Field)} Nothing was synced, so that nothing that it "
                    + "leaves out is indexed."
            );
        }
    }

    /// <summary>The advanced rules of a draft or of active filtering; an empty object or list is none.</summary>
    public static JsonNode? AdvancedOf(JsonObject? filtering) =>
        filtering.Object("advanced_snippet")?["value"] switch
        {
            JsonObject { Count: > 0 } or JsonArray { Count: > 0 } or JsonValue => filtering.Object("advanced_snippet")![
                "value"
            ]!.DeepClone(),
            _ => null,
        };

    /// <summary>The rules as parts of a fingerprint; nothing when there are none.</summary>
    public IEnumerable<JsonNode?> Fingerprint()
    {
        if (Basic is not null)
        {
            yield return new JsonArray([
                Basic.Otherwise.ToWord(),
                .. Basic.Rules.Select(rule =>
                    (JsonNode)new JsonArray(rule.Policy.ToWord(), rule.Field, rule.Comparison.ToWord(), rule.Value)
                ),
            ]);
        }

        if (Advanced is not null)
        {
            yield return Advanced;
        }
    }

    private static DocumentRule Rule(JsonNode? node) =>
        node.NonBlank("field") is { } field
        && RuleWords.Policy(node.Text("policy")) is { } policy
        && RuleWords.Comparison(node.Text("rule")) is { } comparison
        && node.Text("value") is { } value
            ? new DocumentRule(node.Text("id") ?? string.Empty, policy, field, comparison, value)
            : throw NotApplied(node);

    private static ConnectorException NotApplied(JsonNode? node) =>
        new(
            $"Sync rule '{node.NonBlank("id") ?? "(without id)"}' is invalid: it needs a policy (include or exclude), a field, a rule "
                + "(equals, contains, starts_with, ends_with, "
                + "regex, > or <) and a value. Nothing was synced, so that nothing that it excludes is indexed. Fix or remove the rule, "
                + "then start a sync."
        );
}
