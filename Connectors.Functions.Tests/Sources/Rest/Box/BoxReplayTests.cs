using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Box;

public sealed class BoxReplayTests : ReplayTests
{
    private protected override ReplaySource Source => BoxReplay.Source;

    [Theory]
    [InlineData("first")]
    [InlineData("enterprise")]
    public Task DocumentsAreTheRecordedOnes(string run) => CompareDocumentsAsync(run, run);

    [Theory]
    [InlineData("first")]
    [InlineData("enterprise")]
    public async Task ContentsAreTheRecordedOnes(string run)
    {
        await using var server = await StartAsync(run);
        await using var source = server.Open();
        var contents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents).ToList();
        var content = contents.First(content => content.FileName == "a.txt");
        Assert.Equal(server.Recording.Attachments["2"], await MeasureAsync(content));
        Assert.Empty(server.Unknown);

        // An empty file has no content.
        Assert.DoesNotContain(contents, content => content.FileName == "zero.txt");
    }

    [Fact]
    public async Task FoldersAreReadPageByPageAndResumedAtTheirMarker()
    {
        // developer.box.com, List items in folder: usemarker, marker, next_marker.
        var large = BoxReplay.With(
            (request, _) =>
                (request.Url.AbsolutePath, request.Value("marker")) switch
                {
                    ("/2.0/folders/0/items", null) => BoxReplay.Page("m1", BoxReplay.Item("9", "folder"), BoxReplay.Item("20", "file")),
                    ("/2.0/folders/0/items", "m1") => BoxReplay.Page("", BoxReplay.Item("8", "folder"), BoxReplay.Item("21", "file")),
                    ("/2.0/folders/8/items", null) => BoxReplay.Page(null, BoxReplay.Item("30", "folder")),
                    ("/2.0/folders/9/items", null) => BoxReplay.Page(null, BoxReplay.Item("40", "file")),
                    ("/2.0/folders/30/items", null) => BoxReplay.Page("m2"),
                    ("/2.0/folders/30/items", "m2") => BoxReplay.Page(null, BoxReplay.Item("50", "file")),
                    _ => null,
                }
        );
        await using var server = await StartAsync("first", large);
        await using var source = server.Open();
        var partition = Assert.Single(await source.PartitionAsync(1, Cancellation));
        var (found, after, pages) = (new List<string>(), PageToken.Start, 0);
        do
        {
            // Each page is read by a source that knows nothing of the others.
            await using var other = server.Open();
            using var page = await other.ReadPageAsync(partition, after, new PageLimits(1, 1024), Cancellation);
            found.AddRange(Enumerable.Range(0, page.Count).Select(index => System.Text.Encoding.UTF8.GetString(page[index].Id.Span)));
            (after, pages) = page.IsLast ? (PageToken.Start, pages + 1) : (page.Next, pages + 1);
        } while (!after.IsStart);

        Assert.Equal(["9", "20", "8", "21", "30", "50", "40"], found);
        Assert.Empty(server.Unknown);
        Assert.All(server.Requests.Where(request => request.Contains("/items", StringComparison.Ordinal)), request =>
            Assert.Contains("usemarker=true", request, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    public async Task AFolderThatIsClosedIsAGapAndTheOthersAreRead(int status)
    {
        var closed = BoxReplay.With(
            (request, _) => request.Url.AbsolutePath == "/2.0/folders/1/items" ? ReplayAnswer.Json(status, new JsonObject()) : null
        );
        await using var server = await StartAsync("first", closed);
        await using var source = server.Open();
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Contains($"({status})", Assert.Single(pages, page => page.Gap is not null).Gap, StringComparison.Ordinal);
        Assert.Equal(["1", "2", "3"], pages.Ids().Order());
    }

    [Fact]
    public async Task AUserWhoIsClosedIsAGapAndTheOthersAreRead()
    {
        var closed = BoxReplay.With((request, _) => request.Value("as-user") == "11" ? ReplayAnswer.Json(403, new JsonObject()) : null);
        await using var server = await StartAsync("enterprise", closed);
        await using var source = server.Open();
        var pages = await source.AllAsync(2, PageLimits.Default, Cancellation);
        Assert.Contains("as-user", Assert.Single(pages, page => page.Gap is not null).Gap, StringComparison.Ordinal);
        Assert.Contains("7", pages.Ids());
    }

    [Fact]
    public async Task NobodyActsForAUserWhoIsInactive()
    {
        var inactive = BoxReplay.With(
            (request, _) =>
                request.Url.AbsolutePath == "/2.0/users"
                    ? BoxReplay.Page(
                        null,
                        new JsonObject { ["id"] = "10", ["status"] = "inactive" },
                        new JsonObject { ["id"] = "12", ["status"] = "active" }
                    )
                    : null
        );
        await using var server = await StartAsync("enterprise", inactive);
        await using var source = server.Open();
        await source.PingAsync(Cancellation);
        Assert.Equal("12", Assert.Single(await source.PartitionAsync(1, Cancellation)).Name);
    }

    [Fact]
    public async Task TheNextRefreshTokenIsUsedByAllSourcesOfTheProcess()
    {
        // developer.box.com, Refresh access token: a refresh token is taken once; the answer holds the next one.
        var taken = new List<string>();
        var once = BoxReplay.With(
            (request, _) =>
            {
                if (request.Url.AbsolutePath != "/oauth2/token")
                {
                    return null;
                }

                taken.Add((string)request.Body!["refresh_token"]!);
                return taken.SkipLast(1).Contains(taken[^1])
                    ? ReplayAnswer.Json(400, new JsonObject { ["error"] = "invalid_grant" })
                    : ReplayAnswer.Json(
                        new JsonObject
                        {
                            ["access_token"] = $"token-{taken.Count}",
                            ["expires_in"] = 60,
                            ["refresh_token"] = $"next-{taken.Count}",
                        }
                    );
            }
        );
        await using var server = await StartAsync("first", once);
        var configured = $"se-cr-et-{Guid.NewGuid()}";
        for (var sync = 0; sync < 2; sync++)
        {
            await using var source = server.Open("refresh_token", configured);
            await source.PingAsync(Cancellation);
        }

        Assert.Equal([configured, "next-1"], taken.Take(2));
    }

    [Fact]
    public async Task AFileThatIsNotReadyIsWaitedFor()
    {
        // developer.box.com, Download file: 202 with Retry-After while the file is not ready.
        var asked = 0;
        var later = BoxReplay.With(
            (request, _) =>
                request.Url.AbsolutePath == "/2.0/files/2/content" && Interlocked.Increment(ref asked) == 1
                    ? ReplayAnswer.Json(202, null, ("Retry-After", "25"))
                    : null
        );
        await using var server = await StartAsync("first", later);
        await using var source = server.Open();
        var content = (await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents).First();
        var before = server.Time.Waited;
        await using var stream = await content.OpenAsync(Cancellation);
        using var text = new StreamReader(stream);
        Assert.Equal("boxed\n", await text.ReadToEndAsync(Cancellation));
        Assert.True(server.Time.Waited - before >= TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task AFileThatNeverGetsReadyIsNotTakenForAnEmptyOne()
    {
        var never = BoxReplay.With(
            (request, _) => request.Url.AbsolutePath == "/2.0/files/2/content" ? ReplayAnswer.Json(202, null, ("Retry-After", "1")) : null
        );
        await using var server = await StartAsync("first", never);
        await using var source = server.Open();
        var content = (await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents).First();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => content.OpenAsync(Cancellation));
        Assert.Equal(FailureKind.Retry, failure.Kind);
    }

    [Theory]
    [InlineData("is_enterprise", "box_pro", "is_enterprise: \"box_pro\" is neither")]
    [InlineData("client_id", "", "client_id: required")]
    [InlineData("client_secret", "", "client_secret: required")]
    [InlineData("refresh_token", "", "refresh_token: required")]
    [InlineData("concurrent_downloads", "16", "concurrent_downloads: 16 is out of range")]
    public async Task AWrongFieldIsNamed(string field, string value, string sentence)
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open(field, value);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("first", "give a new one")]
    [InlineData("enterprise", "enterprise_id")]
    public async Task ARefusedSignInSaysWhatToDo(string run, string hint)
    {
        var refused = BoxReplay.With(
            (request, _) =>
                request.Url.AbsolutePath == "/oauth2/token" ? ReplayAnswer.Json(400, new JsonObject { ["error"] = "invalid_grant" }) : null
        );
        await using var server = await StartAsync(run, refused);
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains(hint, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
    }
}
