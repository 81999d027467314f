using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Atlassian;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Jira;

/// <summary>What the recording does not reach; the answers have the form that developer.atlassian.com gives (Jira Cloud REST API v2: issue
/// search, issue comments).</summary>
public sealed class JiraPagesAndChangesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CommentsThatDidNotComeWithTheIssueAreAskedFor()
    {
        var recorded = JiraReplay.With(request =>
            request.Url.AbsolutePath == "/rest/api/2/issue/BIG-1/comment" ? Comments(request)
            : JiraReplay.Query(request).Length > 0
                ? JiraReplay.Issues(Issue("BIG-1", """{ "comments": [{ "id": "1", "body": "one" }], "maxResults": 1, "total": 120 }"""))
            : null
        );
        await using var server = await ReplayServer.StartAsync(recorded, "rules", calls: null, Cancellation);
        await using var source = server.Open();
        var issue = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents());
        Assert.Empty(server.Unknown);
        var comments = JsonNode.Parse(issue.Body)!["Issue"]!["comment"]!["comments"]!.AsArray();
        Assert.Equal(Enumerable.Range(1, 120).Select(Text), comments.Select(comment => (string)comment!["id"]!));
    }

    [Fact]
    public async Task ChangesAreAskedForByTimeWithADayForTheZone()
    {
        List<string> asked = [];
        var recorded = JiraReplay.With(request =>
        {
            if (request.Query.FirstOrDefault(parameter => parameter.Key == "jql").Value is not { } query)
            {
                return null;
            }

            asked.Add(query);
            return JiraReplay.Issues();
        });
        await using var server = await ReplayServer.StartAsync(recorded, "first", calls: null, Cancellation);
        await using var source = server.Open();
        var feed = Assert.IsAssignableFrom<IChangeFeed>(source);
        var start = await feed.FindCursorAsync(Cancellation);
        using var change = await feed.ReadChangesAsync(start.Cursor!, PageToken.Start, PageLimits.Default, Cancellation);
        Assert.True(change.Upserts.IsLast);
        Assert.Equal(2, change.Upserts.Count);
        Assert.Equal(
            [
                "(project in (\"ENG\")) AND updated >= \"2024/05/31 12:00\" ORDER BY key ASC",
                "(project in (\"OPS\")) AND updated >= \"2024/05/31 12:00\" ORDER BY key ASC",
            ],
            asked
        );
    }

    [Fact]
    public async Task WhenIssuesGoWhileTheyAreCountedNothingIsDeleted()
    {
        var recorded = JiraReplay.With(request =>
            !JiraReplay.Query(request).Contains("ENG", StringComparison.Ordinal) ? null
            : request.Query.Any(parameter => parameter is { Key: "startAt", Value: "0" }) ? Counted(150, Issue("ENG-1", "{}"))
            : Counted(149, Issue("ENG-101", "{}"))
        );
        await using var server = await ReplayServer.StartAsync(recorded, "data-center", calls: null, Cancellation);
        await using var source = server.Open("use_document_level_security", false);
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Contains("Project ENG-ENG-101", pages.Ids());
        Assert.Contains(
            "issues were removed while they were listed",
            Assert.Single(pages, page => page.Gap is not null).Gap,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task CustomFieldsOfTheSameNameAreKeptApart()
    {
        var issue = Issue("ENG-1", "{}");
        issue["fields"]!["customfield_10010"] = "red";
        issue["fields"]!["customfield_10020"] = "blue";
        var recorded = JiraReplay.With(request =>
            JiraReplay.Query(request).Length > 0 ? JiraReplay.Issues(issue)
            : request.Url.AbsolutePath == "/rest/api/2/field"
                ? ReplayAnswer.Json(
                    JsonNode.Parse(
                        """[{ "id": "customfield_10010", "name": "Colour", "custom": true }, { "id": "customfield_10020", "name": "Colour", "custom": true }]"""
                    )
                )
            : null
        );
        await using var server = await ReplayServer.StartAsync(recorded, "rules", calls: null, Cancellation);
        await using var source = server.Open();
        var document = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents());
        Assert.Equal(
            """{"Colour":"red","Colour (customfield_10020)":"blue"}""",
            JsonNode.Parse(document.Body)!["Custom_Fields"]!.ToJsonString()
        );
    }

    [Theory]
    [InlineData("type = Task", "(type = Task) AND c")]
    [InlineData("a = 1 OR b = 2 ORDER BY created DESC", "(a = 1 OR b = 2) AND c ORDER BY created DESC")]
    [InlineData("summary ~ \"in order by\"", "(summary ~ \"in order by\") AND c")]
    [InlineData("order by rank", "c order by rank")]
    public void ARuleIsRestrictedWithItsOrderAtTheEnd(string query, string restricted) =>
        Assert.Equal(restricted, AtlassianRules.Restrict(query, "c"));

    [Theory]
    [InlineData("{}", "Write a list of rules")]
    [InlineData("[]", "Write a list of rules")]
    [InlineData("[5]", "Rule 1: must be an object with query")]
    [InlineData("[{\"query\": \" \"}]", "Rule 1: query is required")]
    [InlineData("[{\"query\": \"a\"}, {\"query\": \"a\", \"limit\": 1}]", "Rule 2: 'limit' is not known here")]
    public void AWrongRuleIsNamed(string rules, string sentence) =>
        Assert.StartsWith(sentence, Assert.Single(AtlassianRules.Check(JsonNode.Parse(rules)!, "type = Task")), StringComparison.Ordinal);

    private static JsonObject Issue(string key, string comment) =>
        new JsonObject
        {
            ["id"] = "1",
            ["key"] = key,
            ["fields"] = new JsonObject
            {
                ["summary"] = key,
                ["issuetype"] = new JsonObject { ["name"] = "Task" },
                ["project"] = new JsonObject { ["key"] = "ENG", ["name"] = "Project ENG" },
                ["updated"] = "2024-05-01T09:00:00.000+0000",
                ["comment"] = JsonNode.Parse(comment),
            },
        };

    private static ReplayAnswer Counted(int total, JsonNode issue) =>
        ReplayAnswer.Json(
            new JsonObject
            {
                ["startAt"] = 0,
                ["maxResults"] = 100,
                ["total"] = total,
                ["issues"] = new JsonArray(issue.DeepClone()),
            }
        );

    private static ReplayAnswer Comments(ReplayRequest request)
    {
        var start = int.Parse(request.Query.Single(parameter => parameter.Key == "startAt").Value, CultureInfo.InvariantCulture);
        var comments = Enumerable
            .Range(start + 1, Math.Min(100, 120 - start))
            .Select(number => (JsonNode)new JsonObject { ["id"] = Text(number) });
        return ReplayAnswer.Json(
            new JsonObject
            {
                ["startAt"] = start,
                ["maxResults"] = 100,
                ["total"] = 120,
                ["comments"] = new JsonArray([.. comments]),
            }
        );
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
