using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Filtering;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Protocol.Filtering;

/// <summary>What Kibana shows beside drafted rules.</summary>
public sealed class DraftValidatorTests
{
    private const string Good = """{"id": "r1", "field": "name", "rule": "contains", "value": "x", "policy": "exclude", "order": 0}""";
    private const string Default = """{"id": "DEFAULT", "field": "_", "rule": "regex", "value": ".*", "policy": "include", "order": 9}""";

    [Theory]
    [InlineData("", "[]")]
    [InlineData(Good + "," + Default, "[]")]
    [InlineData(
        """{"id": "r1", "field": "", "rule": "contains", "value": "x", "policy": "exclude", "order": 0}""",
        """[{"ids":["r1"],"messages":["data.field must be longer than or equal to 1 characters"]}]"""
    )]
    [InlineData(
        """{"id": "r1", "field": "f", "rule": "contains", "value": 5, "policy": "exclude", "order": 0}""",
        """[{"ids":["r1"],"messages":["data.value must be string"]}]"""
    )]
    [InlineData(
        """{"id": "r1", "field": "f", "rule": "is", "value": "x", "policy": "exclude", "order": 0}""",
        """[{"ids":["r1"],"messages":["data.rule must be rule"]}]"""
    )]
    [InlineData(
        """{"id": "r1", "field": "f", "rule": "equals", "value": "x", "policy": "maybe", "order": 0}""",
        """[{"ids":["r1"],"messages":["data.policy must be policy"]}]"""
    )]
    [InlineData(
        """{"id": "r1", "field": "f", "rule": "equals", "value": "x", "policy": "include", "order": "1"}""",
        """[{"ids":["r1"],"messages":["data.order must be number"]}]"""
    )]
    [InlineData(
        """{"id": "r1", "rule": "equals", "policy": "include", "order": 1}""",
        """[{"ids":["r1"],"messages":["data must contain [\u0027field\u0027, \u0027value\u0027] properties"]}]"""
    )]
    [InlineData("5", """[{"ids":[null],"messages":["data must be object"]}]""")]
    [InlineData(
        """{"id": "r1", "field": "f", "rule": "regex", "value": "(.*)", "policy": "exclude", "order": 0}""",
        """[{"ids":["r1"],"messages":["Basic rule 1 (id: \u0027r1\u0027) uses a match all regexps [\u0027.*\u0027, \u0027(.*)\u0027], which are not allowed."]}]"""
    )]
    [InlineData(
        """{"id": "r1", "field": "f", "rule": "regex", "value": "(", "policy": "exclude", "order": 0}""",
        """[{"ids":["r1"],"messages":["Sync rule \u0027r1\u0027: \u0027(\u0027 is no regular expression: insufficient closing parentheses."]}]"""
    )]
    [InlineData(
        Good + """, {"id": "r2", "field": "name", "rule": "contains", "value": "x", "policy": "include", "order": 1}""",
        """[{"ids":["r2"],"messages":["Basic rule 2 (id: \u0027r2\u0027) is semantically equal to Basic rule 1 (id: \u0027r1\u0027)."]},{"ids":["r1"],"messages":["Basic rule 1 (id: \u0027r1\u0027) is semantically equal to Basic rule 2 (id: \u0027r2\u0027)."]}]"""
    )]
    [InlineData(
        """{"id": "5b46a3b7-e3f3-4d44-8c41-4a3f1c7f0a19", "field": "f", "rule": "regex", "value": ".*", "policy": "exclude", "order": 3}""",
        """[{"ids":["5b46a3b7-e3f3-4d44-8c41-4a3f1c7f0a19"],"messages":["Basic rule 4 (id: \u00275b46a...f0a19\u0027) uses a match all regexps [\u0027.*\u0027, \u0027(.*)\u0027], which are not allowed."]}]"""
    )]
    public void EachRuleIsChecked(string rules, string errors)
    {
        var validation = new DraftValidator(null).Validate(Some.Json($$"""{"rules": [{{rules}}]}"""));

        Assert.Equal(errors, validation["errors"]!.ToJsonString());
        Assert.Equal(errors == "[]" ? "valid" : "invalid", validation["state"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("body")]
    [InlineData("_attachment")]
    [InlineData("attachment.content")]
    public void OfFilesNoRuleCanLookAtTheTextWhichIsReadAfterTheRules(string field)
    {
        var rules = Some.Json($$"""{"rules": [{{Good.Replace("\"name\"", $"\"{field}\"", StringComparison.Ordinal)}}]}""");

        var error = Assert.Single(new DraftValidator(null, hasContent: true).Validate(rules)["errors"]!.AsArray())!;
        Assert.StartsWith(
            $"Basic rule 1 (id: 'r1'): {field} comes from the text of a file, which is read only after the rules",
            (string?)error["messages"]![0],
            StringComparison.Ordinal
        );

        // A table may have a column of that name.
        Assert.Equal("valid", (string?)new DraftValidator(null).Validate(rules)["state"]);
        Assert.Throws<ConnectorException>(SyncRules.Read(rules).RequireNoContent);
        SyncRules.Read(Some.Json($$"""{"rules": [{{Good}}]}""")).RequireNoContent();
    }

    [Fact]
    public void AdvancedRulesAreForTheSourceToJudge()
    {
        var draft = Some.Json("""{"rules": [], "advanced_snippet": {"value": {"find": {"filter": {}, "nonsense": 1}}}}""");
        JsonNode? asked = null;

        Assert.Equal(
            """[{"ids":["advanced_snippet"],"messages":["This source has no advanced sync rules. Remove them, or use basic rules."]}]""",
            new DraftValidator(null).Validate(draft)["errors"]!.ToJsonString()
        );
        Assert.Equal(
            """{"state":"invalid","errors":[{"ids":["advanced_snippet"],"messages":["one"]},{"ids":["advanced_snippet"],"messages":["two"]}]}""",
            new DraftValidator(rules =>
            {
                asked = rules;
                return ["one", "two"];
            }).Validate(draft).ToJsonString()
        );
        Assert.Equal("""{"find":{"filter":{},"nonsense":1}}""", asked!.ToJsonString());
        Assert.Equal("""{"state":"valid","errors":[]}""", new DraftValidator(_ => []).Validate(draft).ToJsonString());
    }

    [Theory]
    [InlineData("after validation", """{"state":"valid","errors":[]}""")]
    [InlineData(
        "after validation of bad rules",
        """{"state":"invalid","errors":[{"ids":["r1"],"messages":["data.field must be longer than or equal to 1 characters"]}]}"""
    )]
    public void RecordedDraftsAreJudgedAsByElasticsService(string snapshot, string recorded)
    {
        var filtering = RecordedLife.Snapshot(6, snapshot)["connector_changed"]!["filtering"]!.AsArray();
        Assert.Equal(recorded, filtering[0]!["draft"]!["validation"]!.ToJsonString());

        // That service never tries patterns, and so let '(' pass, which then failed each sync.
        var draft = filtering[0]!["draft"]!.DeepClone().AsObject();
        foreach (var rule in draft["rules"]!.AsArray().Where(rule => rule!["value"]!.GetValue<string>() == "("))
        {
            rule!["value"] = "[(]";
        }

        Assert.Equal(recorded, new DraftValidator(null).Validate(draft).ToJsonString());
    }

    [Fact]
    public void OnlyAnEditedDraftIsDecidedAndAWrongOneStaysOutOfForce()
    {
        var edited = Connector("edited", Good);
        var change = FilteringDraft.Decide(edited, new DraftValidator(null))!["filtering"]![0]!;
        Assert.Equal(change["draft"]!.ToJsonString(), change["active"]!.ToJsonString());
        Assert.Equal("valid", change["active"]!["validation"]!["state"]!.GetValue<string>());

        var wrong = FilteringDraft.Decide(
            Connector("edited", Good.Replace("contains", "is", StringComparison.Ordinal)),
            new DraftValidator(null)
        )!["filtering"]![0]!;
        Assert.Equal("invalid", wrong["draft"]!["validation"]!["state"]!.GetValue<string>());
        Assert.Equal("""{"rules":["old"]}""", wrong["active"]!.ToJsonString());

        Assert.Null(FilteringDraft.Decide(Connector("valid", Good), new DraftValidator(null)));
        Assert.Null(FilteringDraft.Decide(Connector("invalid", Good), new DraftValidator(null)));
        Assert.Null(FilteringDraft.Decide(Some.Connector("{}"), new DraftValidator(null)));
    }

    private static ConnectorRecord Connector(string state, string rule) =>
        Some.Connector(
            $$$"""{"filtering": [{"domain": "DEFAULT", "active": {"rules": ["old"]}, "draft": {"rules": [{{{rule}}}], "validation": {"errors": [], "state": "{{{state}}}"} } }]}"""
        );
}
