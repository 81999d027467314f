using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.GitHub;

public sealed class GitHubReplayTests : ReplayTests
{
    private static readonly Difference PublicIsForAll = new(
        "A document without a list is seen by nobody while access control is on: those of public repositories are for everyone.",
        (_, field, recorded, ours) => field == AccessControl.FieldName && recorded is null && ours?.ToJsonString() == "[\"everyone\"]"
    );

    private static readonly Difference OneIdOneDocument = new(
        "A file that a rule finds by branch and by path is one document; the recorded source gives it twice, as a blob and as a file, "
            + "under the same id.",
        (id, field, recorded, ours) => id == "ann/alpha/docs/guide.rst" && field is "type" or "mode"
    );

    private protected override ReplaySource Source => GitHubReplay.Source;

    [Theory]
    [InlineData("first", "first")]
    [InlineData("again", "again")]
    [InlineData("rules", "rules")]
    [InlineData("access-control", "dls")]
    [InlineData("app", "app")]
    public Task DocumentsAreTheRecordedOnes(string run, string file) =>
        CompareDocumentsAsync(
            run,
            file,
            run switch
            {
                "access-control" => [PublicIsForAll],
                "rules" => [OneIdOneDocument],
                _ => [],
            }
        );

    [Fact]
    public Task IdentitiesAreTheRecordedOnes() =>
        CompareIdentitiesAsync(
            new Difference("A user without a public mail address has no value for it.", (id, field, _, _) =>
                id == "U_cleo" && field is "query" or "identity"
            ),
            new Difference("created_at is asked for as such; recorded is the time of the last change.", (_, field, _, ours) =>
                field == "created_at" && ours is null
            )
        );

    [Theory]
    [InlineData("first")]
    [InlineData("rules")]
    public async Task ContentsAreTheRecordedOnes(string run)
    {
        await using var server = await StartAsync(run);
        await using var source = server.Open();
        var contents = (await source.AllAsync(1, PageLimits.Default, Cancellation))
            .SelectMany(page => page.Contents)
            .DistinctBy(content => content.FileName)
            .ToList();
        var recorded = server.Recording.Attachments;
        Assert.Equal(recorded.Count, contents.Count);
        foreach (var content in contents)
        {
            // The recorded ids lack the folder (docs/guide.rst), so that its content went to another document.
            Assert.Equal(recorded[$"ann/alpha/{content.FileName}"], await MeasureAsync(content));
        }
    }

    [Fact]
    public async Task LimitsOfGraphQLAndRestAreWaitedFor()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        Assert.NotEmpty((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents());

        // A minute where the answer says nothing, and until a second past 12:01 where its header does.
        Assert.InRange(server.Time.Waited, TimeSpan.FromSeconds(61), TimeSpan.FromMinutes(5));
    }

    [Theory]
    [InlineData("token", "", "token: required")]
    [InlineData("repositories", "", "repositories: required")]
    [InlineData("data_source", "github_server", "host: required")]
    [InlineData("repo_type", "organization", "org_name: required")]
    [InlineData("data_source", "github_servers", "data_source: \"github_servers\" is neither github_cloud nor github_server.")]
    [InlineData("auth_method", "app", "auth_method: \"app\" is neither personal_access_token nor github_app.")]
    [InlineData("repo_type", "organisation", "repo_type: \"organisation\" is neither other nor organization.")]
    public Task AWrongFieldIsNamed(string field, string value, string sentence) => NamesTheFieldAsync(field, value, sentence);

    [Fact]
    public async Task ATokenThatLacksScopesAndARepositoryThatIsHiddenAreNamed()
    {
        var poor = GitHubReplay.Source.With(request =>
            request.Method == "HEAD" ? ReplayAnswer.Json(null, ("x-oauth-scopes", "repo")) : null
        );
        Assert.StartsWith("token: it lacks the scopes user, read:org", (await PingFailsAsync(poor)).Message, StringComparison.Ordinal);

        // "Resolving a repository that is not there": docs.github.com/graphql, errors with a type and a path beside null.
        var hidden = new JsonObject
        {
            ["data"] = new JsonObject { ["repo0"] = null },
            ["errors"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "NOT_FOUND",
                    ["path"] = new JsonArray("repo0"),
                    ["message"] = "Could not resolve to a Repository.",
                }
            ),
        };
        var hiding = GitHubReplay.Source.With(request =>
            request.Body?.ToJsonString().Contains("repo0", StringComparison.Ordinal) == true ? ReplayAnswer.Json(hidden) : null
        );
        Assert.StartsWith(
            "repositories: GitHub has no repository 'ann/secret'",
            (await PingFailsAsync(hiding, field: ("repositories", "ann/secret"))).Message,
            StringComparison.Ordinal
        );
    }
}
