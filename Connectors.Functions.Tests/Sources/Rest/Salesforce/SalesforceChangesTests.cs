using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Salesforce;

/// <summary>What the recording does not reach, answered as Salesforce's documentation has it.</summary>
public sealed class SalesforceChangesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>REST API Developer Guide, QueryAll: finds records in the recycle bin too, which have IsDeleted.</summary>
    [Fact]
    public async Task ChangesAreWhatWasModifiedSinceAndDeletionsAreWhatLiesInTheRecycleBin()
    {
        var asked = new List<string>();
        await using var server = await ReplayServer.StartAsync(
            SalesforceReplay.Source with
            {
                Answer = (request, find) =>
                {
                    var soql = SalesforceReplay.SoqlOf(request);
                    if (!soql.Contains("systemmodstamp >= ", StringComparison.Ordinal))
                    {
                        return SalesforceReplay.Source.Answer(request, find);
                    }

                    lock (asked)
                    {
                        asked.Add($"{request.Url.AbsolutePath.Split('/')[^1]} {soql}");
                    }

                    return SalesforceReplay.Records(
                        soql.StartsWith("select id from account where isdeleted", StringComparison.Ordinal)
                            ? [new JsonObject { ["Id"] = "001Z" }]
                        : soql.StartsWith("select (select ", StringComparison.Ordinal)
                        && soql.Contains(" from lead where", StringComparison.Ordinal)
                            ? [JsonNode.Parse("""{"attributes": {"type": "Lead"}, "Id": "00QB", "Name": "Dora"}""")]
                        : []
                    );
                },
            },
            "first",
            calls: null,
            Cancellation
        );
        await using var source = server.Open();
        var feed = (IChangeFeed)source;
        var (ids, deleted) = (new List<string>(), new List<string>());
        var cursor = (await feed.FindCursorAsync(Cancellation)).Cursor!;
        for (var after = PageToken.Start; ;)
        {
            using var changes = await feed.ReadChangesAsync(cursor, after, PageLimits.Default, Cancellation);
            var page = changes.Upserts;
            ids.AddRange(Enumerable.Range(0, page.Count).Select(index => Encoding.UTF8.GetString(page[index].Id.Span)));
            deleted.AddRange(changes.DeletedIds);
            if (page.IsLast)
            {
                break;
            }

            after = page.Next;
        }

        Assert.Equal(["00QB"], ids);
        Assert.Equal(["001Z"], deleted);
        Assert.Equal(8, asked.Count(query => query.StartsWith("queryAll ", StringComparison.Ordinal)));
        Assert.Contains(asked, query => query.Contains("and contentdocument.systemmodstamp >= 2", StringComparison.Ordinal));
        Assert.Empty(server.Unknown);
    }

    [Theory]
    [InlineData("[]", "Write a list of rules")]
    [InlineData("""[{"language": "SQL", "query": "SELECT Id FROM Account"}]""", "Rule 1: language is SOQL or SOSL.")]
    [InlineData("""[{"language": "SOQL", "query": "DELETE Account"}]""", "Rule 1: this is no query in SOQL.")]
    [InlineData("""[{"language": "SOQL", "query": "SELECT COUNT(Id) FROM Account GROUP BY Name"}]""", "Rule 1: GROUP BY gives no records")]
    [InlineData(
        """[{"language": "SOQL", "query": "SELECT COUNT(Id) FROM Account WHERE Name = 'C:\\\\' GROUP BY Name"}]""",
        "Rule 1: GROUP BY gives no records"
    )]
    [InlineData("""[{"language": "SOSL", "query": "Ann"}]""", "Rule 1: a search in SOSL begins with FIND")]
    [InlineData("""[{"language": "SOQL", "query": "SELECT Id FROM Account", "limit": 1}]""", "Rule 1: 'limit' is not known here.")]
    public void AWrongRuleIsNamed(string rules, string sentence) =>
        Assert.StartsWith(
            sentence,
            Assert.Single(SalesforceReplay.Source.Create(SourceContext.Empty).Description.CheckAdvancedRules!(JsonNode.Parse(rules)!)),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("SELECT Name FROM Account", "select id,lastmodifieddate,name from account")]
    [InlineData(
        "select id, (SELECT Id FROM Contacts) from Account WHERE Name = 'a from b' LIMIT 5",
        "select (select id from contacts),id,lastmodifieddate from account where name = 'a from b' limit 5"
    )]
    [InlineData("SELECT FIELDS(ALL) FROM Lead LIMIT 200", "select fields(all) from lead limit 200")]
    [InlineData("SELECT FIELDS(CUSTOM) FROM Lead LIMIT 10", "select fields(custom),id,lastmodifieddate from lead limit 10")]
    public async Task AQueryOfARuleIsCompleted(string query, string completed)
    {
        await using var server = await ReplayServer.StartAsync(
            SalesforceReplay.Source with
            {
                Answer = (request, _) =>
                    request.Url.AbsolutePath.EndsWith("/query", StringComparison.Ordinal) ? SalesforceReplay.Records([]) : null,
            },
            "rules",
            calls: null,
            Cancellation
        );
        var fields = SalesforceReplay.Source.Create(SourceContext.Empty).Description.Fields;
        await using var source = server.Open(
            SomeSettings.Of(server.Values, fields) with
            {
                AdvancedRules = new JsonArray(new JsonObject { ["language"] = "SOQL", ["query"] = query }),
            }
        );
        await source.AllAsync(1, PageLimits.Default, Cancellation);
        var asked = Assert.Single(server.Requests, request => request.Contains("/query?", StringComparison.Ordinal));
        Assert.Equal(completed, SoqlKey.Of(Uri.UnescapeDataString(asked.Split("q=")[1])));
    }
}
