using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.GitLab;

public sealed class GitLabReplayTests : ReplayTests
{
    private static readonly Difference TimesThatStay = new(
        "lastActivityAt moves at most once an hour, and releasedAt never: what did not move them must not be passed over, so a digest "
            + "decides.",
        (id, field, _, ours) =>
            field == "_timestamp"
            && ours is null
            && (
                id.StartsWith("project_", StringComparison.Ordinal)
                || id.StartsWith("release_", StringComparison.Ordinal)
                || id.StartsWith("file_", StringComparison.Ordinal)
            )
    );

    private static readonly Difference ReservedName = new("id at the top of a document is the engine's.", (id, field, _, _) =>
        id.StartsWith("project_", StringComparison.Ordinal) && field is "id" or "id_"
    );

    private static readonly Difference BlobHash = new("A file's hash tells that its content changed.", (id, field, recorded, _) =>
        id.StartsWith("file_", StringComparison.Ordinal) && field == "blob_id" && recorded is null
    );

    private static readonly Difference WhoMerged = new(
        "The recorded source asks for mergeUser and reads mergedBy, so that it never knows who merged.",
        (id, field, recorded, ours) => id == "mr_101_12" && field == "merged_by" && recorded is null && (string?)ours == "cleo"
    );

    private static readonly Difference SecondPage = new(
        "The recorded source reads one page of a folder, 20 entries.",
        (id, field, recorded, _) => id == GitLabReplay.FileOfSecondPage && field == Difference.Whole && recorded is null
    );

    private protected override ReplaySource Source => GitLabReplay.Source;

    /// <summary>Answers with nothing what the recording has no answer to.</summary>
    private static ReplaySource Quiet =>
        GitLabReplay.Source with
        {
            Answer = (request, find) => GitLabReplay.Source.Answer(request, find) ?? find(request) ?? Nothing(request),
        };

    [Theory]
    [InlineData("first")]
    [InlineData("again")]
    [InlineData("listed")]
    [InlineData("restart")]
    [InlineData("note-pages")]
    public Task DocumentsAreTheRecordedOnes(string run) =>
        CompareDocumentsAsync(
            run,
            run,
            run switch
            {
                "first" => [TimesThatStay, ReservedName, BlobHash, WhoMerged, SecondPage],
                "again" => [TimesThatStay, ReservedName, BlobHash],
                _ => [TimesThatStay, ReservedName],
            }
        );

    [Fact]
    public async Task ContentsAreTheRecordedOnes()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        var contents = (await source.AllAsync(1, PageLimits.Default, Cancellation))
            .SelectMany(page => page.Contents)
            .DistinctBy(content => content.FileName)
            .ToList();
        foreach (var (id, recorded) in server.Recording.Attachments)
        {
            Assert.Equal(recorded, await MeasureAsync(contents.Single(content => id == $"file_101_{content.FileName}")));
        }
    }

    [Fact]
    public async Task WhatAProjectHidesIsAGapAndWhatItDoesNotHaveIsNone()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        var all = string.Join('\n', (await source.AllAsync(100, PageLimits.Default, Cancellation)).SelectMany(page => page.Problems));

        // Null for a project, null for its issues, 403 for its files; a group that is gone.
        Assert.Contains("acme/tools/beta", all, StringComparison.Ordinal);
        Assert.Contains("acme/web, epics", all, StringComparison.Ordinal);

        // Nothing at all, or an empty repository, which answers 404.
        Assert.DoesNotContain("ann/notes", all, StringComparison.Ordinal);
        Assert.DoesNotContain("acme/web/bare", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsSwitchedOffIsNoGap()
    {
        await using var server = await StartAsync("first", GitLabReplay.WithoutGaps);
        await using var source = server.Open();
        Assert.All(await source.AllAsync(2, PageLimits.Default, Cancellation), page => Assert.Null(page.Gap));
        Assert.Empty(server.Unknown);
    }

    [Fact]
    public async Task AThrottledListIsNotTakenForAnEmptyOne()
    {
        await using var server = await StartAsync("throttled");
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, PageLimits.Default, Cancellation));
        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.True(server.Time.Waited > TimeSpan.FromSeconds(1), $"It waited for {server.Time.Waited}.");
    }

    [Theory]
    [InlineData("forbidden", "project_102")]
    [InlineData("odd-shape", "mr_101_12")]
    [InlineData("ghost-note", "mr_101_13")]
    [InlineData("note-pages-refused", "issue_101_4")]
    [InlineData("epic-notes", "epic_acme_tools_1")]
    public async Task WhatEndedTheRecordedSyncDoesNotEndOurs(string run, string id)
    {
        // The recorded source stopped at these calls; what it would have asked after them is answered with nothing.
        var pages = await ReadAsync(run, Quiet);
        Assert.Contains(id, pages.Ids());
        Assert.Equal(run == "forbidden", pages.Any(page => page.Gap is not null));
        var documents = RecordedDocuments.Of(pages.Documents()).ToDictionary(document => (string)document["_id"]!, StringComparer.Ordinal);
        if (run == "epic-notes")
        {
            Assert.Equal(
                ["Agreed", "The rest of it", "One more"],
                documents["epic_acme_tools_1"]["notes"]!.AsArray().Select(note => (string)note!["body"]!)
            );
        }
    }

    [Theory]
    [InlineData("token", "", "token: required")]
    [InlineData("projects", "", "projects: required")]
    [InlineData("url", "ftp://gitlab.example.com", "url: not an address")]
    [InlineData("projects", "acme/tools/alpha,acme/secret/gone", "projects: GitLab has no project 'acme/secret/gone'")]
    [InlineData("groups", "acme/secret", "groups: GitLab has no group 'acme/secret'")]
    public async Task AWrongFieldIsNamed(string field, string value, string sentence)
    {
        var failure = await PingFailsAsync(Quiet, "bad-list", (field, value));
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATokenThatIsRefusedIsNamed() =>
        Assert.Contains("Check token", (await PingFailsAsync(run: "bad-token")).Message, StringComparison.Ordinal);

    /// <summary>An empty list, or null for what is asked for by its id alone.</summary>
    private static ReplayAnswer? Nothing(ReplayRequest request)
    {
        if ((string?)GraphQLKey.Of(request.Body)?["asks"] is not { } asks)
        {
            return request.Url.AbsolutePath.EndsWith("/tree", StringComparison.Ordinal) ? ReplayAnswer.Json(new JsonArray()) : null;
        }

        var path = asks.Split('/').TakeWhile(name => name is not ("pageInfo" or "id")).Prepend("data").Reverse();
        JsonNode? answer = asks.EndsWith("/id", StringComparison.Ordinal)
            ? null
            : new JsonObject
            {
                ["pageInfo"] = new JsonObject { ["hasNextPage"] = false },
                ["nodes"] = new JsonArray(),
            };
        foreach (var name in path)
        {
            answer = new JsonObject { [name] = answer };
        }

        return ReplayAnswer.Json(answer);
    }
}
