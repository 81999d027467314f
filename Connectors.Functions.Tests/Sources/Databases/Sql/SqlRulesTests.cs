using System.Text.Json.Nodes;
using Connectors.Sources.Databases.Sql.Rules;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql;

public sealed class SqlRulesTests
{
    [Theory]
    [InlineData("{}", "Write a list of rules")]
    [InlineData("[]", "Write a list of rules")]
    [InlineData("[1]", "Rule 1: must be an object with tables and a query; it is a number.")]
    [InlineData("""[{"query": "SELECT 1"}]""", "Rule 1: tables is required")]
    [InlineData("""[{"tables": [], "query": "SELECT 1"}]""", "Rule 1: tables is required")]
    [InlineData("""[{"tables": "a", "query": "SELECT 1"}]""", "Rule 1: tables is required")]
    [InlineData("""[{"tables": ["a"], "query": "SELECT 1"}, {"tables": ["a"]}]""", "Rule 2: query is required")]
    [InlineData("""[{"tables": ["a"], "query": " ; "}]""", "Rule 1: query is required")]
    [InlineData("""[{"tables": ["a"], "query": 5}]""", "Rule 1: query is required")]
    [InlineData("""[{"tables": ["a"], "query": "SELECT 1; DROP TABLE a"}]""", "Rule 1: query must be one SELECT statement")]
    [InlineData("""[{"tables": ["a"], "query": "SELECT 1", "id_columns": []}]""", "Rule 1: id_columns must be a list")]
    [InlineData("""[{"tables": ["a"], "query": "SELECT 1", "id_columns": ["a", ""]}]""", "Rule 1: id_columns must be a list")]
    [InlineData("""[{"tables": ["a"], "query": "SELECT 1", "columns": ["a"]}]""", "Rule 1: 'columns' is not known here.")]
    [InlineData("""[{"tables": ["a"], "query": "select * from a\nlimit 5"}]""", "Rule 1: query takes only some of its rows")]
    [InlineData("""[{"tables": ["a"], "query": "SELECT TOP 5 * FROM a"}]""", "Rule 1: query takes only some of its rows")]
    [InlineData("""[{"tables": ["a"], "query": "SELECT * FROM a FETCH FIRST 5 ROWS ONLY"}]""", "Rule 1: query takes only some of its rows")]
    public void WrongRulesAreExplained(string rules, string message) =>
        Assert.StartsWith(message, Assert.Single(SqlRules.Check(JsonNode.Parse(rules)!)), StringComparison.Ordinal);

    [Theory]
    [InlineData("SELECT * FROM a")]
    [InlineData(" SELECT * FROM a ;\n")]
    [InlineData("SELECT * FROM a ORDER BY n LIMIT 5")]
    [InlineData("SELECT limited, topmost FROM offsets")]
    public void RightRulesAreRead(string query)
    {
        var rules = new JsonArray(new JsonObject { ["tables"] = new JsonArray("b", "a"), ["query"] = query });

        Assert.Empty(SqlRules.Check(rules));
        var rule = Assert.Single(SqlRules.From(rules));
        Assert.Equal((query.Trim(' ', ';', '\n'), "rule 1", "a_b"), (rule.Query, rule.Name, rule.JoinedTables));
        Assert.Equal(["b", "a"], rule.Tables);
        Assert.Empty(rule.IdColumns);
    }

    [Fact]
    public void WithoutRulesThereAreNone() => Assert.Empty(SqlRules.From(null));
}
