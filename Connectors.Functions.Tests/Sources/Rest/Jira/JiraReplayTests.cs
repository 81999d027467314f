using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Jira;

public sealed class JiraReplayTests : ReplayTests
{
    private static readonly Difference TimeOfProjects = new(
        "Jira does not tell when a project changed: the digest decides. Recorded is the time of the sync.",
        (id, field, _, ours) => field == "_timestamp" && id.StartsWith("project-", StringComparison.Ordinal) && ours is null
    );

    private static readonly Difference NoNames = new(
        "A value name: is no person's own: two may have the same name, and no identity has it.",
        (_, field, recorded, ours) =>
            field == AccessControl.FieldName
            && Texts(recorded)
                .Where(value => !value.StartsWith("name:", StringComparison.Ordinal))
                .SequenceEqual(Texts(ours), StringComparer.Ordinal)
    );

    private static readonly Difference LevelInTheIssue = new(
        "Recorded was the level in an answer of its own; ours comes with all fields of the issue.",
        (id, field, recorded, ours) =>
            id == "Project ENG-ENG-2" && field == "Issue" && recorded!["security"] is null && (string)ours!["security"]!["id"]! == "10100"
    );

    private protected override ReplaySource Source => JiraReplay.Source;

    public static TheoryData<string, string> Runs =>
        new()
        {
            { "first", "first" },
            { "again", "again" },
            { "access-control", "dls" },
            { "rules", "rules" },
            { "data-center", "data-center" },
        };

    [Theory]
    [MemberData(nameof(Runs))]
    public Task DocumentsAreTheRecordedOnes(string run, string file) =>
        CompareDocumentsAsync(
            run,
            file,
            run switch
            {
                "rules" => [],
                "first" or "again" => [TimeOfProjects],
                "access-control" => [TimeOfProjects, NoNames, LevelInTheIssue],
                _ => [TimeOfProjects, NoNames],
            }
        );

    [Fact]
    public Task IdentitiesOfCloudAreTheRecordedOnes() =>
        CompareIdentitiesAsync(
            new Difference("created_at was the time of the sync: nobody tells when an account was made.", (_, field, _, _) =>
                field == "created_at"
            )
        );

    /// <summary>The recorded server led from a user of Data Center to an account of Cloud, so its identity is none to compare
    /// with.</summary>
    [Fact]
    public async Task IdentitiesOfDataCenterMatchTheDocuments()
    {
        await using var server = await StartAsync("data-center");
        await using var source = server.Open();
        var ann = Assert.Single(await RecordedDocuments.IdentitiesAsync(source, Cancellation));
        Assert.Empty(server.Unknown);
        Assert.Equal("ann", (string)ann["_id"]!);
        Assert.Equal(["account_id:ann"], Texts(ann["query"]));
        Assert.Equal("name:Ann-Example", (string)ann["identity"]!["display_name"]!);
    }

    [Theory]
    [InlineData("first")]
    [InlineData("data-center")]
    public Task ContentsAreTheRecordedOnes(string run) => CompareContentsAsync(run, ["log.txt", "shot.png"], unread: "shot.png");

    [Fact]
    public async Task AThrottleIsWaitedForAndASyncOfAllTakesAHandfulOfRequests()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.InRange(server.Time.Waited, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(60));

        // Projects twice, two pages of issues after a refusal, the other project, the names of fields.
        Assert.Equal(7, server.Requests.Count);
    }

    [Fact]
    public async Task AProjectThatCannotBeReadIsAGapAndTheOthersAreRead()
    {
        var closed = JiraReplay.With(request =>
            JiraReplay.Query(request) == "project in (\"OPS\")" ? ReplayAnswer.Json(403, new JsonObject()) : null
        );
        var pages = await ReadAsync("first", closed);
        Assert.StartsWith("Project OPS, issues: ", Assert.Single(pages, page => page.Gap is not null).Gap, StringComparison.Ordinal);
        Assert.Contains("Project ENG-ENG-1", pages.Ids());
    }

    [Theory]
    [InlineData("jira_url", "fabrikam.atlassian.net", "jira_url: not an address")]
    [InlineData("account_email", "", "account_email: required")]
    [InlineData("api_token", "", "api_token: required")]
    [InlineData("data_source", "jira_home", "data_source: \"jira_home\" is none of jira_cloud, jira_server, jira_data_center.")]
    [InlineData("projects", "NOWHERE", "projects: there is no project 'NOWHERE'")]
    [InlineData("concurrent_downloads", "101", "concurrent_downloads: 101 is out of range")]
    public Task AWrongFieldIsNamed(string field, string value, string sentence) => NamesTheFieldAsync(field, value, sentence);

    private static IEnumerable<string> Texts(JsonNode? values) =>
        values!.AsArray().Select(value => (string)value!).Order(StringComparer.Ordinal);
}
