using System.Text.Json.Nodes;

namespace Connectors.Sources.ObjectStores.S3;

/// <summary>
/// Advanced sync rules: <c>[{bucket, prefix, extension: [".txt"]}, ...]</c>, as the Python service has them. An object is synced when any
/// of them means it, and the buckets are those that they name.
/// </summary>
internal sealed class S3Rules
{
    private const string BucketField = "bucket";
    private const string PrefixField = "prefix";
    private const string ExtensionField = "extension";
    private readonly List<Rule> _rules;

    private S3Rules(List<Rule> rules) => _rules = rules;

    /// <summary>The buckets that rules name, in order.</summary>
    public IReadOnlyList<string> Buckets =>
        [.. _rules.Select(rule => rule.Bucket).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>What is wrong with rules, for the person who wrote them.</summary>
    public static IReadOnlyList<string> Check(JsonNode rules) =>
        RuleText.CheckEach(
            rules,
            "[{\"bucket\": \"reports\", \"prefix\": \"2026/\", \"extension\": [\".pdf\", \".txt\"]}]",
            "a bucket",
            [BucketField, PrefixField, ExtensionField],
            Check
        );

    /// <summary>Reads rules that are right; <see langword="null"/> when there are none.</summary>
    public static S3Rules? From(JsonNode? rules) =>
        RuleText.Each(rules).Select(RuleOf).ToList() is { Count: > 0 } some ? new S3Rules(some) : null;

    /// <summary>The prefixes of a bucket under which something can be meant, none of them below another; in S3's order.</summary>
    public IReadOnlyList<string> PrefixesOf(string bucket)
    {
        var prefixes = _rules.Where(rule => rule.Bucket == bucket).Select(rule => rule.Prefix).Distinct(StringComparer.Ordinal).ToList();
        var outer = prefixes.FindAll(prefix =>
            !prefixes.Exists(other => other.Length < prefix.Length && prefix.StartsWith(other, StringComparison.Ordinal))
        );
        outer.Sort(S3Bounds.CompareKeys);
        return outer;
    }

    /// <summary>Whether an object is meant.</summary>
    public bool Includes(string bucket, string key) =>
        _rules.Exists(rule =>
            rule.Bucket == bucket
            && key.StartsWith(rule.Prefix, StringComparison.Ordinal)
            && rule.Extensions?.Contains(Path.GetExtension(key), StringComparer.Ordinal) != false
        );

    private static IEnumerable<string> Check(JsonObject rule, string place)
    {
        if (string.IsNullOrWhiteSpace(RuleText.Of(rule[BucketField])))
        {
            yield return $"{place}: bucket is required: the name of one bucket.";
        }

        if (rule.ContainsKey(PrefixField) && RuleText.Of(rule[PrefixField]) is null)
        {
            yield return $"{place}: prefix must be a text; it is {RuleText.Kind(rule[PrefixField])}.";
        }

        if (
            rule.ContainsKey(ExtensionField)
            && !(rule[ExtensionField] is JsonArray extensions && extensions.All(extension => RuleText.Of(extension) is { Length: > 0 }))
        )
        {
            yield return $"{place}: extension must be a list of texts, for example [\".txt\"].";
        }
    }

    private static Rule RuleOf(JsonObject rule) =>
        new(
            RuleText.Of(rule[BucketField]) ?? string.Empty,
            RuleText.Of(rule[PrefixField]) ?? string.Empty,
            rule[ExtensionField] is JsonArray { Count: > 0 } extensions
                ? [.. extensions.Select(extension => WithDot(RuleText.Of(extension) ?? string.Empty))]
                : null
        );

    private static string WithDot(string extension) => extension.StartsWith('.') ? extension : '.' + extension;

    private sealed record Rule(string Bucket, string Prefix, IReadOnlyList<string>? Extensions);
}
