using System.Text;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sync.Filtering;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Sync.Filtering;

/// <summary>Basic rules beside the documents they are meant for.</summary>
public sealed class DocumentFilterTests
{
    [Theory]
    // Texts.
    [InlineData("equals", "name", "Kirk", """{"name": "Kirk"}""", true)]
    [InlineData("equals", "name", "kirk", """{"name": "Kirk"}""", false)]
    [InlineData("contains", "name", "ir", """{"name": "Kirk"}""", true)]
    [InlineData("starts_with", "name", "Ki", """{"name": "Kirk"}""", true)]
    [InlineData("starts_with", "name", "irk", """{"name": "Kirk"}""", false)]
    [InlineData("ends_with", "name", "rk", """{"name": "Kirk"}""", true)]
    [InlineData(">", "name", "Kirk", """{"name": "Spock"}""", true)]
    [InlineData("<", "name", "Kirk", """{"name": "Kir"}""", true)]
    [InlineData("equals", "name", "a\"b\\ü\n", """{"name": "a\"b\\\u00fc\n"}""", true)]
    [InlineData("contains", "name", "ü", """{"name": "x\u00fcx"}""", true)]
    [InlineData("equals", "na\"me", "x", """{"na\u0022me": "x"}""", true)]
    // Patterns match from the beginning, not to the end.
    [InlineData("regex", "name", "K.r", """{"name": "Kirk"}""", true)]
    [InlineData("regex", "name", "irk", """{"name": "Kirk"}""", false)]
    [InlineData("regex", "name", "K.r$", """{"name": "Kirk"}""", false)]
    [InlineData("regex", "name", "(?P<first>[A-Z])irk", """{"name": "Kirk"}""", true)]
    [InlineData("regex", "name", "(?!Spock)", """{"name": "Kirk"}""", true)]
    [InlineData("regex", "name", "a|b", """{"name": "bc"}""", true)]
    [InlineData("regex", "n", "1.5", """{"n": 1.5}""", true)]
    // Numbers.
    [InlineData("equals", "n", "5", """{"n": 5}""", true)]
    [InlineData("equals", "n", "5.0", """{"n": 5}""", true)]
    [InlineData("equals", "n", "5", """{"n": 5e0}""", true)]
    [InlineData("equals", "n", "five", """{"n": 5}""", false)]
    [InlineData(">", "n", "9", """{"n": 10}""", true)]
    [InlineData("<", "n", "9", """{"n": 10}""", false)]
    [InlineData(">", "n", "nine", """{"n": 10}""", false)]
    [InlineData("<", "n", "1e400", """{"n": 10}""", true)]
    [InlineData("equals", "n", "9007199254740993", """{"n": 9007199254740992}""", false)]
    [InlineData("equals", "n", "9007199254740993", """{"n": 9007199254740993}""", true)]
    [InlineData("contains", "n", "23", """{"n": 1234}""", true)]
    [InlineData("equals", "n", "5", """{"n": "5"}""", true)]
    [InlineData("equals", "n", "5.0", """{"n": "5"}""", false)]
    // Booleans, in the words of the Python service.
    [InlineData("equals", "b", "true", """{"b": true}""", true)]
    [InlineData("equals", "b", "Yes", """{"b": true}""", true)]
    [InlineData("equals", "b", "off", """{"b": false}""", true)]
    [InlineData("equals", "b", "off", """{"b": true}""", false)]
    [InlineData("equals", "b", "maybe", """{"b": true}""", false)]
    [InlineData(">", "b", "false", """{"b": true}""", false)]
    // Dates.
    [InlineData(">", "t", "2024-01-01", """{"t": "2024-01-01T00:00:01Z"}""", true)]
    [InlineData("<", "t", "2024-01-01", """{"t": "2024-01-01T01:00:00+02:00"}""", true)]
    [InlineData("equals", "t", "2024-01-01T02:00:00+02:00", """{"t": "2024-01-01T00:00:00"}""", true)]
    [InlineData("equals", "t", "2024-01-01", """{"t": "2024-01-02"}""", false)]
    [InlineData(">", "t", "2024-01-01", """{"t": "2024-13-99"}""", true)]
    // Where the field is.
    [InlineData("equals", "a.b", "x", """{"a": {"b": "x"}}""", true)]
    [InlineData("equals", "a.b", "x", """{"a.b": "x"}""", true)]
    [InlineData("equals", "a.b.c", "x", """{"a.b": {"c": "x"}}""", true)]
    [InlineData("equals", "a.b.c", "x", """{"a": {"b.c": "x"}}""", true)]
    [InlineData("equals", "a.b", "x", """{"a": [{"b": "y"}, {"b": "x"}]}""", true)]
    [InlineData("equals", "a.b", "x", """{"a": "x", "b": "x"}""", false)]
    [InlineData("equals", "a", "x", """{"b": {"a": "x"}}""", false)]
    [InlineData("equals", "a", "x", """{"ab": "x"}""", false)]
    [InlineData("equals", "tags", "x", """{"tags": ["y", ["x"]]}""", true)]
    [InlineData("equals", "tags", "x", """{"tags": []}""", false)]
    [InlineData("contains", "o", "x", """{"o": {"x": "x"}}""", false)]
    [InlineData("contains", "o", "null", """{"o": null}""", false)]
    [InlineData("equals", "missing", "x", """{"name": "x"}""", false)]
    [InlineData("equals", "id", "doc-1", "{}", true)]
    [InlineData("starts_with", "_id", "doc", "{}", true)]
    [InlineData("<", "_timestamp", "2025-01-01", "{}", true)]
    public void ARuleMatchesOrNot(string comparison, string field, string value, string body, bool matches)
    {
        var rule = new DocumentRule("r1", RulePolicy.Exclude, field, ComparisonOf(comparison), value);

        Assert.Equal(matches ? [] : ["doc-1"], Kept(new DocumentRules([rule]), ("doc-1", body)));
    }

    [Fact]
    public void TheFirstRuleThatMatchesDecides()
    {
        var rules = new DocumentRules([
            new("keep", RulePolicy.Include, "owner", RuleComparison.EqualTo, "me"),
            new("drop", RulePolicy.Exclude, "size", RuleComparison.GreaterThan, "10"),
        ]);

        Assert.Equal(
            ["a", "c", "d"],
            Kept(rules, ("a", """{"owner": "me", "size": 99}"""), ("b", """{"size": 11}"""), ("c", """{"size": 10}"""), ("d", "{}"))
        );
    }

    [Fact]
    public void WhatNoRuleMatchesCanBeLeftOut()
    {
        var rules = new DocumentRules([new("keep", RulePolicy.Include, "n", RuleComparison.LessThan, "2")], RulePolicy.Exclude);

        Assert.Equal(["a"], Kept(rules, ("a", """{"n": 1}"""), ("b", """{"n": 2}"""), ("c", "{}")));
    }

    [Fact]
    public void RulesThatOnlyIncludeAreNoWork()
    {
        Assert.Null(DocumentFilter.For(null));
        Assert.Null(DocumentFilter.For(new DocumentRules([])));
        Assert.Null(DocumentFilter.For(new DocumentRules([new("r", RulePolicy.Include, "a", RuleComparison.EqualTo, "b")])));
    }

    [Fact]
    public void ABodyThatIsNoJsonIsLeftToElasticsearchToRefuse()
    {
        var rules = new DocumentRules([new("r", RulePolicy.Exclude, "a", RuleComparison.EqualTo, "b")]);

        Assert.Equal(["a", "b"], Kept(rules, ("a", """{"a": "b" """), ("b", "[1]"), ("c", """{"a": "b"}""")));
    }

    [Fact]
    public void APatternThatTakesForEverFailsTheSyncInsteadOfDecidingWrongly()
    {
        // A look-behind needs the engine that can run away.
        var rules = new DocumentRules([new("r7", RulePolicy.Exclude, "a", RuleComparison.Regex, "(?<!x)(a+)+$")]);

        var exception = Assert.Throws<ConnectorException>(() => Kept(rules, ("a", $$"""{"a": "{{new string('a', 40)}}b"}""")));

        Assert.Equal(
            "Sync rule 'r7': its regular expression takes too long. Simplify it; nested repetitions such as (a+)+ are the usual cause.",
            exception.Message
        );
    }

    [Fact]
    public void TooManyFieldsAreRefusedInWords() =>
        Assert.Equal(
            "The sync rules ask for 65 different fields, and at most 64 are possible. Remove some of the rules.",
            Assert
                .Throws<ConnectorException>(() =>
                    DocumentFilter.For(
                        new DocumentRules([
                            .. Enumerable
                                .Range(0, 65)
                                .Select(n => new DocumentRule($"r{n}", RulePolicy.Exclude, $"f{n}", RuleComparison.EqualTo, "x")),
                        ])
                    )
                )
                .Message
        );

    [Fact]
    public void TheValuesFoundAreThoseOfASlowReading() =>
        Gen.Select(GenJson, OneOf("a", "b", "a.b", "b.a", "a.a.b", "b.b"))
            .Sample(
                (json, field) =>
                {
                    var found = new List<FoundValue>();
                    new FieldFinder([field, "other"]).Find(Encoding.UTF8.GetBytes(json), found);
                    using var document = JsonDocument.Parse(json);
                    Assert.Equal(
                        Slow(document.RootElement, field).Order(StringComparer.Ordinal),
                        found.Select(value => Encoding.UTF8.GetString(value.Raw.Span)).Order(StringComparer.Ordinal)
                    );
                },
                iter: 2_000
            );

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    private static Gen<string> GenJson { get; } = GenObject(3);

    private static Gen<string> GenObject(int depth) =>
        Gen.Select(OneOf("a", "b", "a.b", "b.a"), GenValue(depth))
            .Select((name, value) => $"\"{name}\":{value}")
            .Array[0, 3]
            .Select(members => $"{{{string.Join(',', members)}}}");

    private static Gen<string> GenValue(int depth)
    {
        var leaf = OneOf("1", "\"x\"", "true", "null", "\"a.b\"");
        return depth == 0
            ? leaf
            : Gen.OneOf(leaf, GenObject(depth - 1), GenValue(depth - 1).Array[0, 3].Select(items => $"[{string.Join(',', items)}]"));
    }

    private static IEnumerable<string> Slow(JsonElement value, string rest)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                return value.EnumerateArray().SelectMany(item => Slow(item, rest));
            case JsonValueKind.Object:
                return value
                    .EnumerateObject()
                    .SelectMany(member =>
                        member.Name == rest ? Leaves(member.Value)
                        : rest.StartsWith(member.Name + ".", StringComparison.Ordinal)
                            ? Slow(member.Value, rest[(member.Name.Length + 1)..])
                        : []
                    );
            default:
                return [];
        }
    }

    private static IEnumerable<string> Leaves(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray().SelectMany(Leaves),
            JsonValueKind.Object or JsonValueKind.Null => [],
            JsonValueKind.String => [value.GetString()!],
            _ => [value.GetRawText()],
        };

    private static RuleComparison ComparisonOf(string word) => Connectors.Sync.Protocol.Filtering.RuleWords.Comparison(word)!.Value;

    private static List<string> Kept(DocumentRules rules, params (string Id, string Body)[] documents)
    {
        using var builder = new SourcePageBuilder(new PageLimits(100, 1024 * 1024));
        foreach (var (id, body) in documents)
        {
            // Past the checks, so that a body may be broken.
            builder.Begin(id, new DateTimeOffset(2024, 6, 1, 0, 0, 0, TimeSpan.Zero)).WriteRawValue(body, skipInputValidation: true);
            builder.End();
        }

        using var page = builder.Build(PageToken.Start, isLast: true);
        var dropped = DocumentFilter.For(rules)!.Apply(page);
        Assert.Equal(documents.Length, page.Count + dropped);
        return [.. Enumerable.Range(0, page.Count).Select(index => Encoding.UTF8.GetString(page[index].Id.Span))];
    }
}
