using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Notion;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Notion;

public sealed class NotionRulesTests
{
    [Theory]
    [InlineData("""{"searches": [{"query": "Home", "filter": {"value": "page"}}]}""", null)]
    [InlineData("""{"searches": [{"query": "Home"}]}""", null)]
    [InlineData(
        """{"database_query_filters": [{"database_id": "db000000-0000-4000-8000-000000000001", "filter": {"property": "Done"}}]}""",
        null
    )]
    [InlineData("[]", "Write an object: ")]
    [InlineData("{}", "Write an object: ")]
    [InlineData("""{"searches": {}}""", "searches: must be a list; it is an object.")]
    [InlineData("""{"searches": [7]}""", "searches, rule 1: must be an object; it is a number.")]
    [InlineData("""{"searches": [{"filter": {"value": "block"}}]}""", "searches, rule 1: filter must be ")]
    [InlineData("""{"searches": [{"query": 7}]}""", "searches, rule 1: query must be a text; it is a number.")]
    [InlineData("""{"searches": [{"title": "Home"}]}""", "searches, rule 1: 'title' is not known here.")]
    [InlineData(
        """{"database_query_filters": [{"database_id": "x", "filter": {}}]}""",
        "database_query_filters, rule 1: database_id must be "
    )]
    [InlineData(
        """{"database_query_filters": [{"database_id": "db000000000040008000000000000001"}]}""",
        "database_query_filters, rule 1: filter must be "
    )]
    public void WrongRulesAreTold(string rules, string? sentence)
    {
        var told = NotionRules.Check(JsonNode.Parse(rules)!);
        if (sentence is null)
        {
            Assert.Empty(told);
        }
        else
        {
            Assert.StartsWith(sentence, Assert.Single(told), StringComparison.Ordinal);
        }
    }
}
