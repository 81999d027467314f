using Connectors.Sync.Filtering;
using Connectors.Sync.Protocol;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

/// <summary>Sync rules from a user's draft to the engine.</summary>
public sealed class SyncRulesInServiceTests
{
    private const string Rule = """{"id": "r1", "field": "name", "rule": "contains", "value": "tmp", "policy": "exclude", "order": 0}""";
    private readonly ServiceFixture _fixture = new();

    [Fact]
    public async Task ADraftIsCheckedPutInForceAndApplied()
    {
        var connector = _fixture.AddConnector(
            $$"""{"sync_now": true, "filtering": [{"domain": "DEFAULT", "active": {"rules": []}, "draft": {"rules": [{{Rule}}], "validation": {"state": "edited", "errors": []} } }]}"""
        );

        Assert.Single(await _fixture.RunOnceAsync());

        var filtering = _fixture.Connector(connector)["filtering"]![0]!;
        Assert.Equal("""{"state":"valid","errors":[]}""", filtering["draft"]!["validation"]!.ToJsonString());
        Assert.Equal(filtering["draft"]!.ToJsonString(), filtering["active"]!.ToJsonString());
        var rules = Assert.Single(_fixture.Engine.Requests).Rules!;
        Assert.Equal(new DocumentRule("r1", RulePolicy.Exclude, "name", RuleComparison.Contains, "tmp"), Assert.Single(rules.Rules));
    }

    [Fact]
    public async Task AWrongDraftIsToldAndTheRulesInForceStay()
    {
        var wrong = Rule.Replace("name", "", StringComparison.Ordinal);
        var connector = _fixture.AddConnector(
            $$"""{"sync_now": true, "filtering": [{"domain": "DEFAULT", "active": {"rules": [{{Rule}}]}, "draft": {"rules": [{{wrong}}], "validation": {"state": "edited", "errors": []} } }]}"""
        );

        await _fixture.RunOnceAsync();
        await _fixture.RunOnceAsync();

        var filtering = _fixture.Connector(connector)["filtering"]![0]!;
        Assert.Equal("invalid", filtering["draft"]!["validation"]!["state"]!.GetValue<string>());
        Assert.Equal("name", filtering["active"]!["rules"]![0]!["field"]!.GetValue<string>());
        Assert.Single(_fixture.Store.Updates, update =>
            update.Index == ProtocolIndices.Connectors && update.Partial.ContainsKey("filtering")
        );
    }

    [Fact]
    public async Task AJobKeepsTheRulesThatItWasMadeWith()
    {
        var connector = _fixture.AddConnector($$"""{"filtering": [{"domain": "DEFAULT", "active": {"rules": [{{Rule}}]} }]}""");
        await _fixture.AddJobAsync(connector);
        _fixture.Store.Edit(ProtocolIndices.Connectors, connector, """{"filtering": [{"domain": "DEFAULT", "active": {"rules": []} }]}""");
        await _fixture.AddJobAsync(connector);

        await _fixture.RunOnceAsync();

        Assert.Equal([1, 0], _fixture.Engine.Requests.Select(request => request.Rules?.Rules.Count ?? 0));
        Assert.Equal(2, _fixture.Engine.Requests.Select(request => request.Fingerprint).Distinct().Count());
    }

    [Fact]
    public async Task DraftsAreCheckedAlsoWhileTheSourceIsAway()
    {
        var connector = _fixture.AddConnector(
            $$"""{"filtering": [{"domain": "DEFAULT", "draft": {"rules": [{{Rule}}], "validation": {"state": "edited"} } }]}"""
        );
        _fixture.Sources.Ping = _ => throw new Connectors.Abstractions.ConnectorException("away");

        await _fixture.RunOnceAsync();

        Assert.Equal("valid", _fixture.Connector(connector)["filtering"]![0]!["active"]!["validation"]!["state"]!.GetValue<string>());
    }
}
