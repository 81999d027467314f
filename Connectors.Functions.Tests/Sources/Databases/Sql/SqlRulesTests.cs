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
    public void WrongRulesAreExplained(string rules, string message) =>
        Assert.All(
            Dialects.Values,
            quoting =>
                Assert.StartsWith(message, Assert.Single(SqlRules.Check(JsonNode.Parse(rules)!, quoting)), StringComparison.Ordinal)
        );

    [Theory]
    [InlineData("mysql", "select * from a\nlimit 5", "takes only some of its rows")]
    [InlineData("mysql", "SELECT * FROM a WHERE n IN (SELECT n FROM b ORDER BY n) LIMIT 5", "takes only some of its rows")]
    [InlineData("mysql", "SELECT n, ROW_NUMBER() OVER (ORDER BY n) FROM a LIMIT 5", "takes only some of its rows")]
    [InlineData("mysql", "SELECT * FROM a WHERE x = 'ORDER BY' LIMIT 5", "takes only some of its rows")]
    [InlineData("mysql", "SELECT * FROM a -- ORDER BY n\nLIMIT 5", "takes only some of its rows")]
    [InlineData("mysql", "DELETE FROM a", "must be a SELECT statement.")]
    [InlineData("postgresql", "/* SELECT */ UPDATE a SET n = 1 RETURNING n", "must be a SELECT statement.")]
    [InlineData("mssql", "EXEC a", "must be a SELECT statement.")]
    [InlineData("mysql", "SELECT @n := @n + 1 AS n FROM a", "has a variable (@name)")]
    [InlineData("postgresql", "SELECT * FROM a OFFSET 5", "takes only some of its rows")]
    [InlineData("postgresql", "SELECT * FROM a FETCH FIRST 5 ROWS ONLY", "takes only some of its rows")]
    [InlineData("mssql", "SELECT TOP 5 * FROM a", "takes only some of its rows")]
    [InlineData("mssql", "SELECT DISTINCT TOP (5) n FROM a", "takes only some of its rows")]
    [InlineData("mssql", "SELECT 1 AS n) AS t DELETE FROM a SELECT * FROM (SELECT 1 AS n", "has a bracket without its other half")]
    [InlineData("mssql", "SELECT ']', [x''] FROM a) DELETE FROM b SELECT (1 FROM [x']", "has a bracket without its other half")]
    [InlineData("mssql", "SELECT /* ( /* */ */ n) FROM a", "has a bracket without its other half")]
    [InlineData("mysql", "SELECT (n FROM a", "has a bracket without its other half")]
    [InlineData("mysql", "SELECT n FROM a WHERE 1=1--1) AS x; DELETE FROM a; SELECT * FROM (SELECT 1 AS n", "has a bracket without")]
    [InlineData("mysql", "SELECT n FROM a /*! ) AS x; DELETE FROM a; */", "has a comment that the server carries out")]
    [InlineData("mysql", "SELECT n FROM a /*m!100100 ) */", "has a comment that the server carries out")]
    [InlineData("mssql", "SELECT n FROM a --\r '\n) AS x DELETE FROM a SELECT * FROM (SELECT 1 AS n --'", "has a line end or a character")]
    [InlineData("mssql", "SELECT n FROM a WHERE x = 'y", "has a quote or a comment without its end")]
    [InlineData("mssql", "SELECT n /* FROM a", "has a quote or a comment without its end")]
    [InlineData("postgresql", "SELECT $a$ ( $a$ ) FROM a", "has a dollar sign outside of quotes")]
    [InlineData("postgresql", "SELECT n AS a$$ FROM a) AS x; COMMIT; SELECT * FROM (SELECT 1 AS b$$", "has a dollar sign outside of quotes")]
    [InlineData("postgresql", "SELECT E'\\'' , n) FROM a", "has a text of the form E'...'")]
    public void WhatCanNotBeReadPageByPageIsExplained(string dialect, string query, string message) =>
        Assert.StartsWith($"Rule 1: query {message}", Assert.Single(SqlRules.Check(Rule(query), Dialects[dialect])), StringComparison.Ordinal);

    [Theory]
    [InlineData("mysql", "SELECT * FROM a ORDER BY n LIMIT 5")]
    [InlineData("mysql", "/* all */ (select n FROM a)")]
    [InlineData("postgresql", "WITH x AS (SELECT 1 AS n) SELECT n FROM x")]
    [InlineData("postgresql", "TABLE a")]
    [InlineData("mysql", "SELECT * FROM a WHERE kind = 'credit limit;' AND x = \"(\" AND `limit` > 1 # limit (")]
    [InlineData("mysql", "SELECT 'it''s \\') LIMIT', @@version FROM a /* limit ( */")]
    [InlineData("mysql", "SELECT * FROM (SELECT * FROM a ORDER BY n LIMIT 5) b")]
    [InlineData("postgresql", "SELECT \"limit\", '$$ limit )', '\\', \"e\".\"e\", a[1] FROM a")]
    [InlineData("postgresql", "SELECT n FROM a ORDER BY n OFFSET 5")]
    [InlineData("mssql", "SELECT [limit (], offset, ']' FROM a -- (")]
    [InlineData("mssql", "SELECT TOP 5 n FROM a ORDER BY n")]
    public void TextsNamesAndCommentsMeanNothing(string dialect, string query) =>
        Assert.Empty(SqlRules.Check(Rule(query), Dialects[dialect]));

    private static Dictionary<string, SqlQuoting> Dialects { get; } =
        new(StringComparer.Ordinal)
        {
            ["mysql"] = SqlQuoting.MySql,
            ["postgresql"] = SqlQuoting.PostgreSql,
            ["mssql"] = SqlQuoting.MsSql,
        };

    private static JsonArray Rule(string query) => new(new JsonObject { ["tables"] = new JsonArray("a"), ["query"] = query });

    [Theory]
    [InlineData("SELECT * FROM a")]
    [InlineData(" SELECT * FROM a ;\n")]
    [InlineData("SELECT * FROM a ORDER BY n LIMIT 5")]
    [InlineData("SELECT limited, topmost FROM offsets")]
    public void RightRulesAreRead(string query)
    {
        var rules = new JsonArray(new JsonObject { ["tables"] = new JsonArray("b", "a"), ["query"] = query });

        Assert.All(Dialects.Values, quoting => Assert.Empty(SqlRules.Check(rules, quoting)));
        var rule = Assert.Single(SqlRules.From(rules));
        Assert.Equal((query.Trim(' ', ';', '\n'), "rule 1", "a_b"), (rule.Query, rule.Name, rule.JoinedTables));
        Assert.Equal(["b", "a"], rule.Tables);
        Assert.Empty(rule.IdColumns);
    }

    [Fact]
    public void WithoutRulesThereAreNone() => Assert.Empty(SqlRules.From(null));
}
