using System.Text.Json;
using System.Text.Json.Nodes;

namespace Connectors.Sources.Databases.Redis;

/// <summary>Keys of a database that are meant: those whose name fits a pattern, those of a type, or those that are both.</summary>
/// <param name="Pattern">Redis' own kind of pattern; <see langword="null"/> for any name.</param>
/// <param name="Type">The type as <c>TYPE</c> gives it; <see langword="null"/> for any.</param>
internal sealed record RedisRule(string? Pattern, string? Type)
{
    /// <summary>Whether a key is meant.</summary>
    public bool Includes(ReadOnlySpan<byte> key, string type) =>
        IncludesType(type) && (Pattern is null || RedisPattern.Matches(key, Pattern));

    /// <summary>Whether a type is meant.</summary>
    public bool IncludesType(string type) => Type is null || string.Equals(Type, type, StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// Advanced sync rules: <c>[{database, key_pattern, type}, ...]</c>, as the Python service has them. A key is synced when any rule means
/// it, and the databases are those that they name.
/// </summary>
internal static class RedisRules
{
    private const string DatabaseField = "database";
    private const string PatternField = "key_pattern";
    private const string TypeField = "type";

    /// <summary>What is wrong with rules, for the person who wrote them.</summary>
    public static IReadOnlyList<string> Check(JsonNode rules) =>
        RuleText.CheckEach(
            rules,
            "[{\"database\": 0, \"key_pattern\": \"user:*\", \"type\": \"hash\"}]",
            "a database",
            [DatabaseField, PatternField, TypeField],
            Check
        );

    /// <summary>Reads rules that are right: those of each database.</summary>
    public static SortedDictionary<int, IReadOnlyList<RedisRule>> From(JsonNode rules) =>
        new(
            RuleText
                .Each(rules)
                .GroupBy(rule => Number(rule[DatabaseField]) ?? 0)
                .ToDictionary(
                    group => group.Key,
                    IReadOnlyList<RedisRule> (group) =>
                        [.. group.Select(rule => new RedisRule(RuleText.Of(rule[PatternField]), RuleText.Of(rule[TypeField]))).Distinct()]
                )
        );

    private static IEnumerable<string> Check(JsonObject rule, string place)
    {
        if (Number(rule[DatabaseField]) is null)
        {
            yield return $"{place}: database is required: the number of one, from 0 on.";
        }

        foreach (var field in new[] { PatternField, TypeField }.Where(rule.ContainsKey))
        {
            if (RuleText.Of(rule[field]) is not { Length: > 0 })
            {
                yield return $"{place}: {field} must be a text that is not empty; it is {RuleText.Kind(rule[field])}.";
            }
        }

        if (!rule.ContainsKey(PatternField) && !rule.ContainsKey(TypeField))
        {
            yield return $"{place}: needs a key_pattern, a type, or both. The pattern * means all keys.";
        }
    }

    private static int? Number(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.Number
        && int.TryParse(node.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture, out var number)
        && number >= 0
            ? number
            : null;
}
