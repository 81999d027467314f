using Connectors.Abstractions;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Filtering;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Filtering;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Protocol.Filtering;

public sealed class SyncRulesTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"rules": []}""")]
    [InlineData(
        """{"rules": [{"id": "DEFAULT", "field": "_", "rule": "regex", "value": ".*", "policy": "include", "order": 0}], "advanced_snippet": {"value": {}}}"""
    )]
    public void EverythingIncludedIsNoRule(string? filtering)
    {
        var rules = SyncRules.Read(filtering is null ? null : Some.Json(filtering));

        Assert.Null(rules.Basic);
        Assert.Null(rules.Advanced);
        Assert.Empty(rules.Fingerprint());
    }

    [Fact]
    public void TheRuleThatElasticsearchGivesEveryConnectorIsNoRule()
    {
        var connector = new ConnectorRecord(new("c1", RecordedLife.Snapshot(1, "as Kibana made it")["connector"]!.AsObject(), 0, 1));
        Assert.NotNull(connector.ActiveFiltering);
        Assert.Null(SyncRules.Read(connector.ActiveFiltering).Basic);

        var job = new SyncJobRecord(new("j1", RecordedLife.Snapshot(3, "pending")["job"]!.AsObject(), 0, 1));
        Assert.NotNull(job.Filtering);
        Assert.Null(SyncRules.Read(job.Filtering).Basic);
    }

    [Fact]
    public void RulesAreTriedInTheirOrderAndTheDefaultOneLast()
    {
        var rules = SyncRules
            .Read(
                Some.Json(
                    """
                    {"rules": [
                        {"id": "DEFAULT", "field": "_", "rule": "regex", "value": ".*", "policy": "exclude", "order": 0},
                        {"id": "r2", "field": "size", "rule": ">", "value": "3", "policy": "EXCLUDE", "order": 2},
                        {"id": "r1", "field": "name", "rule": "starts_with", "value": "x", "policy": "include", "order": 1}
                    ]}
                    """
                )
            )
            .Basic!;

        Assert.Equal(
            [
                new("r1", RulePolicy.Include, "name", RuleComparison.StartsWith, "x"),
                new("r2", RulePolicy.Exclude, "size", RuleComparison.GreaterThan, "3"),
            ],
            rules.Rules
        );
        Assert.Equal(RulePolicy.Exclude, rules.Otherwise);
    }

    [Theory]
    [InlineData("""{"id": "r1", "field": "name", "rule": "contains", "value": "x", "policy": "maybe"}""", "r1")]
    [InlineData("""{"id": "r1", "field": "name", "rule": "sounds_like", "value": "x", "policy": "exclude"}""", "r1")]
    [InlineData("""{"id": "r1", "field": "", "rule": "contains", "value": "x", "policy": "exclude"}""", "r1")]
    [InlineData("""{"id": "r1", "field": "name", "rule": "contains", "policy": "exclude"}""", "r1")]
    [InlineData("""{"id": "DEFAULT", "policy": "never"}""", "DEFAULT")]
    [InlineData("""{"field": "size"}""", "(without id)")]
    [InlineData("\"odd\"", "(without id)")]
    public void ARuleThatCanNotBeUnderstoodIsNeverIgnored(string rule, string name) =>
        Assert.StartsWith(
            $"Sync rule '{name}' is invalid:",
            Assert.Throws<ConnectorException>(() => SyncRules.Read(Some.Json($$"""{"rules": [{{rule}}]}"""))).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void OtherRulesAreAnotherFingerprint()
    {
        string[] rules =
        [
            """{"id": "r1", "field": "a", "rule": "contains", "value": "x", "policy": "exclude", "order": 0}""",
            """{"id": "r2", "field": "b", "rule": "equals", "value": "y", "policy": "include", "order": 1}""",
        ];
        var fingerprints = new[]
        {
            $$"""{"rules": [{{rules[0]}}]}""",
            $$"""{"rules": [{{rules[0]}}, {{rules[1]}}]}""",
            $$$"""{"rules": [{{{rules[0]}}}], "advanced_snippet": {"value": {"find": {"filter": 1} } } }""",
            $$"""{"rules": [{{rules[0].Replace("exclude", "include", StringComparison.Ordinal)}}]}""",
        }
            .Select(json => SyncFingerprint.Of(SyncRules.Read(Some.Json(json)).Fingerprint()))
            .ToList();

        Assert.Equal(4, fingerprints.Distinct().Count());
    }
}
