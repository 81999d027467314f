using Connectors.Sync.Protocol;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Protocol;

public sealed class SyncRulesTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"rules": []}""")]
    [InlineData("""{"rules": [{"id": "DEFAULT", "field": "_", "rule": "regex", "value": ".*", "policy": "include", "order": 0}], "advanced_snippet": {"value": {}}}""")]
    public void EverythingIncludedIsNoRule(string? filtering) => Assert.Null(SyncRules.Unsupported(filtering is null ? null : Some.Json(filtering)));

    [Fact]
    public void TheRuleThatElasticsearchGivesEveryConnectorIsNoRule()
    {
        var connector = new ConnectorRecord(new("c1", RecordedLife.Snapshot(1, "as Kibana made it")["connector"]!.AsObject(), 0, 1));
        Assert.NotNull(connector.ActiveFiltering);
        Assert.Null(SyncRules.Unsupported(connector.ActiveFiltering));

        var job = new SyncJobRecord(new("j1", RecordedLife.Snapshot(3, "pending")["job"]!.AsObject(), 0, 1));
        Assert.NotNull(job.Filtering);
        Assert.Null(SyncRules.Unsupported(job.Filtering));
    }

    [Theory]
    [InlineData("""{"id": "r1", "field": "name", "rule": "contains", "value": "x", "policy": "exclude"}""", "r1")]
    [InlineData("""{"id": "DEFAULT", "field": "_", "rule": "regex", "value": ".*", "policy": "exclude"}""", "DEFAULT")]
    [InlineData("""{"id": "DEFAULT", "field": "_", "rule": "regex", "value": "a.*", "policy": "include"}""", "DEFAULT")]
    [InlineData("""{"field": "size", "rule": ">", "value": "3", "policy": "exclude"}""", "(without id)")]
    [InlineData("\"odd\"", "(without id)")]
    public void AnyOtherRuleIsRefused(string rule, string name) => Assert.Equal(
        $"The connector has sync rules ({name}), which this version can't apply. Nothing was synced, so that nothing that they exclude is indexed. Remove the rules to sync everything.",
        SyncRules.Unsupported(Some.Json($$"""{"rules": [{{rule}}]}""")));

    [Theory]
    [InlineData("""{"find": {}}""")]
    [InlineData("[1]")]
    public void AnAdvancedRuleIsRefused(string snippet) => Assert.StartsWith(
        "The connector has an advanced sync rule, which this version can't apply.",
        SyncRules.Unsupported(Some.Json($$$"""{"advanced_snippet": {"value": {{{snippet}}} }}""")),
        StringComparison.Ordinal);
}
