using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.GitHub;

/// <summary>
/// The recording has no pull request. The answers here have the shapes of GitHub's published GraphQL schema:
/// docs.github.com/graphql/reference, objects PullRequest,
/// PullRequestReview and ReviewRequest.
/// </summary>
public sealed class PullRequestTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task APullRequestHasItsReviewsFromAllPages()
    {
        await using var server = await ReplayServer.StartAsync(
            GitHubReplay.Source with
            {
                Answer = Answer,
            },
            "first",
            calls: null,
            Cancellation
        );
        await using var source = server.Open();
        var documents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents();
        var document = JsonNode.Parse(documents.Single(item => item.Id == "PR_1").Body)!.AsObject();
        Assert.Equal("Pull request", (string?)document["type"]);
        Assert.Equal("2024-05-05T00:00:00Z", (string?)document["mergedAt"]);
        Assert.Equal("[]", document["issue_comments"]!.ToJsonString());
        Assert.Equal("""[{"requestedReviewer":{"login":"cleo"}}]""", document["requested_reviewers"]!.ToJsonString());
        Assert.Equal(
            """[{"author":"bob","body":"fine","state":"APPROVED","comments":[{"body":"here"}]},{"author":null,"body":"","state":"COMMENTED","comments":[]}]""",
            document["reviews_comments"]!.ToJsonString()
        );
        Assert.False(document.ContainsKey("reviews"));
    }

    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find) =>
        (string?)GraphQLKey.Of(request.Body)?["asks"] switch
        {
            { } asks
                when asks.StartsWith("repository/pullRequests/", StringComparison.Ordinal)
                    && (string?)request.Body!["variables"]!["name"] == "alpha" => ReplayAnswer.Json(
                JsonNode.Parse(
                    """
                    {"data": {"repository": {"pullRequests": {"pageInfo": {"hasNextPage": false, "endCursor": "p"}, "nodes": [{
                      "id": "PR_1", "updatedAt": "2024-05-05T00:00:00Z", "number": 3, "url": "https://github.com/ann/alpha/pull/3", "createdAt": "2024-05-04T00:00:00Z",
                      "closedAt": "2024-05-05T00:00:00Z", "title": "P", "body": "b", "state": "MERGED", "author": null, "mergedAt": "2024-05-05T00:00:00Z",
                      "comments": {"pageInfo": {"hasNextPage": false}, "nodes": []},
                      "labels": {"pageInfo": {"hasNextPage": false}, "nodes": []},
                      "assignees": {"pageInfo": {"hasNextPage": false}, "nodes": []},
                      "reviewRequests": {"pageInfo": {"hasNextPage": false}, "nodes": [{"requestedReviewer": {"login": "cleo"}}]},
                      "reviews": {"pageInfo": {"hasNextPage": true, "endCursor": "r1"}, "nodes": [
                        {"id": "R1", "author": {"login": "bob"}, "state": "APPROVED", "body": "fine", "comments": {"nodes": [{"body": "here"}]}}]}}]}}}}
                    """
                )
            ),
            { } asks when asks.StartsWith("repository/pullRequest/reviews/", StringComparison.Ordinal) => ReplayAnswer.Json(
                JsonNode.Parse(
                    """
                    {"data": {"repository": {"pullRequest": {"reviews": {"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": [
                      {"id": "R2", "author": null, "state": "COMMENTED", "body": "", "comments": {"nodes": []}}]}}}}}
                    """
                )
            ),
            _ => GitHubReplay.Source.Answer(request, find),
        };
}
