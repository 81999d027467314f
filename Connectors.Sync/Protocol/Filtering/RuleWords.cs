using Connectors.Sync.Filtering;

namespace Connectors.Sync.Protocol.Filtering;

/// <summary>The protocol's words in sync rules. As in Elastic's own service, upper and lower case are the same.</summary>
internal static class RuleWords
{
    /// <summary>The rule that Elasticsearch gives every connector: what becomes of a document that no other matches.</summary>
    public const string DefaultId = "DEFAULT";

    public static RulePolicy? Policy(string? word) =>
        word?.ToLowerInvariant() switch
        {
            "include" => RulePolicy.Include,
            "exclude" => RulePolicy.Exclude,
            _ => null,
        };

    public static RuleComparison? Comparison(string? word) =>
        word?.ToLowerInvariant() switch
        {
            "equals" => RuleComparison.EqualTo,
            "contains" => RuleComparison.Contains,
            "starts_with" => RuleComparison.StartsWith,
            "ends_with" => RuleComparison.EndsWith,
            "regex" => RuleComparison.Regex,
            ">" => RuleComparison.GreaterThan,
            "<" => RuleComparison.LessThan,
            _ => null,
        };
}
