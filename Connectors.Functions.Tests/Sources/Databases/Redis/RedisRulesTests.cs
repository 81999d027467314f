using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Redis;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Redis;

[Collection("Redis")]
public sealed class RedisRulesTests(RedisServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""[{"database": 0, "key_pattern": "*"}]""", "0/a 0/user:1 0/user:2")]
    [InlineData("""[{"database": 0, "key_pattern": "user:*"}]""", "0/user:1 0/user:2")]
    [InlineData("""[{"database": 0, "key_pattern": "user:*", "type": "HASH"}]""", "0/user:2")]
    [InlineData("""[{"database": 0, "type": "string"}, {"database": 1, "type": "string"}]""", "0/a 0/user:1 1/a")]
    [InlineData(
        """[{"database": 0, "key_pattern": "user:[0-1]"}, {"database": 0, "key_pattern": "user:*"}, {"database": 0, "key_pattern": "a", "type": "set"}]""",
        "0/user:1 0/user:2"
    )]
    [InlineData("""[{"database": 5, "key_pattern": "*"}]""", "")]
    public async Task KeysThatAnyRuleMeansAreListedOnce(string rules, string expected)
    {
        await using var client = await server.EmptyAsync();
        await client.GetDatabase(0).StringSetAsync("a", "1");
        await client.GetDatabase(0).StringSetAsync("user:1", "1");
        await client.GetDatabase(0).HashSetAsync("user:2", "a", "1");
        await client.GetDatabase(1).StringSetAsync("a", "1");
        foreach (var limit in (int[])[1, 100])
        {
            await using var source = server.Source(rules, ("database", "1"));
            await source.PingAsync(Cancellation);
            var documents = (await source.AllAsync(1, new PageLimits(limit, int.MaxValue), Cancellation))
                .Documents()
                .Select(document => document.Json());
            Assert.Equal(
                expected,
                string.Join(
                    ' ',
                    documents.Select(body => $"{body.GetProperty("database")}/{body.GetProperty("key")}").Order(StringComparer.Ordinal)
                )
            );
        }
    }

    [Theory]
    [InlineData("{}", "Write a list of rules")]
    [InlineData("[]", "Write a list of rules")]
    [InlineData("[1]", "Rule 1: must be an object with a database; it is a number.")]
    [InlineData("""[{"database": 0, "key_pattern": "*"}, {"key_pattern": "x"}]""", "Rule 2: database is required")]
    [InlineData("""[{"database": -1, "key_pattern": "x"}]""", "Rule 1: database is required")]
    [InlineData("""[{"database": "0", "key_pattern": "x"}]""", "Rule 1: database is required")]
    [InlineData("""[{"database": 0, "key_pattern": ""}]""", "Rule 1: key_pattern must be a text that is not empty")]
    [InlineData("""[{"database": 0, "type": 5}]""", "Rule 1: type must be a text that is not empty; it is a number.")]
    [InlineData("""[{"database": 0}]""", "Rule 1: needs a key_pattern, a type, or both.")]
    [InlineData("""[{"database": 0, "type": "hash", "pattern": "x"}]""", "Rule 1: 'pattern' is not known here.")]
    public void WrongRulesAreExplained(string rules, string message) =>
        Assert.Contains(RedisRules.Check(JsonNode.Parse(rules)!), problem => problem.StartsWith(message, StringComparison.Ordinal));

    [Fact]
    public async Task PatternsMeanWhatTheServerTakesThemFor()
    {
        string[] names =
        [
            "a",
            "ab",
            "abc",
            "b",
            "a*",
            "a?",
            "[a]",
            "a]b",
            "ü",
            "a\\b",
            "a-b",
            "aXb",
            "aab",
            "^",
            "-",
            "abcabc",
            "hello",
            "hallo",
            "hllo",
            "heello",
        ];
        string[] patterns =
        [
            "*",
            "",
            "a",
            "a*",
            "*b",
            "*b*",
            "a?",
            "?",
            "??",
            "a\\*",
            "a\\?",
            "[ab]",
            "[a-c]",
            "[c-a]",
            "[^a]",
            "[^a-b]*",
            "a[\\-x]b",
            "[a",
            "[a-",
            "[^",
            "a\\",
            "a\\\\b",
            "\\[a\\]",
            "a]b",
            "*[bc]",
            "**",
            "*a*b*c*",
            "?*?",
            "[]a]",
            "ü",
            "?ü",
            "??",
            "h?llo",
            "h*llo",
            "h[ae]llo",
            "h[^e]llo",
            "h[a-e]llo",
            "[-a]",
            "[\\]]*",
        ];
        await using var client = await server.EmptyAsync();
        var redis = client.GetDatabase();
        foreach (var name in names)
        {
            await redis.StringSetAsync(name, "1");
        }

        foreach (var pattern in patterns)
        {
            var answer = await redis.ExecuteAsync("KEYS", pattern);
            Assert.Equal(
                $"{pattern}: {string.Join(' ', ((string[]?)answer)!.Order(StringComparer.Ordinal))}",
                $"{pattern}: {string.Join(' ', names.Where(name => RedisPattern.Matches(System.Text.Encoding.UTF8.GetBytes(name), pattern)).Order(StringComparer.Ordinal))}"
            );
        }
    }
}
