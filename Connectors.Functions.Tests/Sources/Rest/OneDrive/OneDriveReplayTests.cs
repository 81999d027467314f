using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.OneDrive;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Microsoft;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.OneDrive;

public sealed class OneDriveReplayTests : ReplayTests
{
    private protected override ReplaySource Source => OneDriveReplay.Source;

    [Theory]
    [InlineData("first")]
    [InlineData("again")]
    [InlineData("rules")]
    public Task DocumentsAreTheRecordedOnes(string run) => CompareDocumentsAsync(run, run);

    [Fact]
    public async Task DocumentsListWhoMaySeeThem()
    {
        var pages = await CompareDocumentsAsync(
            "access-control",
            "dls",
            new Difference(
                "A file whose permissions can't be asked is neither written nor deleted; recorded is an empty list.",
                (id, field, _, ours) => id == "01OD0003" && field == Difference.Whole && ours is null
            )
        );
        Assert.Equal(["01OD0003"], pages.SelectMany(page => page.Unreadable));
    }

    [Fact]
    public Task IdentitiesAreTheRecordedOnes() => CompareIdentitiesAsync();

    [Fact]
    public Task ContentsAreTheRecordedOnes() =>
        CompareContentsAsync("first", ["a.txt", "b.md", "big.pdf", "c.txt", "deep.txt", "pic.jpg"], unread: ["big.pdf", "pic.jpg"]);

    [Fact]
    public async Task ThrottlingIsWaitedForAsLongAsItSays()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        await source.AllAsync(1, PageLimits.Default, Cancellation);

        // Five seconds for the list of users, three for the drive of Bob.
        Assert.InRange(server.Time.Waited, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task AnIncrementalSyncAppliesWhatChangedAndWhatWasDeleted()
    {
        // learn.microsoft.com, driveItem: delta: a time in the place of a token; deleted items have the facet deleted; the last of several
        // occurrences of an item counts.
        var changed = OneDriveReplay.With(request =>
            request.Query.Any(parameter => parameter.Key == "token" && parameter.Value.StartsWith("2024", StringComparison.Ordinal))
                ? request.Url.AbsolutePath.Contains(OneDriveReplay.Ann, StringComparison.Ordinal)
                    ? MicrosoftReplay.List(
                        next: null,
                        Item("01OD0009", deleted: true),
                        Item("01OD0002", deleted: true),
                        Item("01OD0009", deleted: false)
                    )
                    : MicrosoftReplay.List(next: null)
                : null
        );
        await using var server = await StartAsync("again", changed);
        await using var source = server.Open();
        var feed = (IChangeFeed)source;
        var start = await feed.FindCursorAsync(Cancellation);
        using var page = await feed.ReadChangesAsync(start.Cursor!, PageToken.Start, PageLimits.Default, Cancellation);
        Assert.Equal(["01OD0002"], page.DeletedIds);
        Assert.Equal("01OD0009", System.Text.Encoding.UTF8.GetString(page.Upserts[0].Id.Span));
        Assert.Equal(1, page.Upserts.Count);
        Assert.Contains(server.Requests, request => request.Contains("token=2024-06-01T11%3A45%3A00Z", StringComparison.Ordinal));
        Assert.True(server.Requests.Count < 8, "A sync of what changed makes a handful of requests.");
    }

    [Fact]
    public async Task ALostHistoryAsksForAFullSync()
    {
        var lost = OneDriveReplay.With(request =>
            request.Query.Any(parameter => parameter.Key == "token") ? MicrosoftReplay.Error(410, "resyncRequired") : null
        );
        await using var server = await StartAsync("again", lost);
        await using var source = server.Open();
        var feed = (IChangeFeed)source;
        var start = await feed.FindCursorAsync(Cancellation);
        using var page = await feed.ReadChangesAsync(start.Cursor!, PageToken.Start, PageLimits.Default, Cancellation);
        Assert.Contains("does not reach back", page.ExpiredReason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(423, "resourceLocked", "The drive is locked (423)")]
    [InlineData(404, "itemNotFound", "can't be listed (404, itemNotFound)")]
    [InlineData(403, "accessDenied", "Grant the application the permission Files.Read.All")]
    public async Task ADriveThatIsClosedIsAGapAndTheOthersAreRead(int status, string code, string sentence)
    {
        var closed = OneDriveReplay.With(request =>
            request.Url.AbsolutePath == $"/v1.0/users/{OneDriveReplay.Ann}/drive/root/delta" ? MicrosoftReplay.Error(status, code) : null
        );
        var pages = await ReadAsync("first", closed);
        Assert.Contains(sentence, Assert.Single(pages, page => page.Gap is not null).Gap, StringComparison.Ordinal);
        Assert.Equal(["01OD0021"], pages.Ids());
    }

    [Fact]
    public async Task PermissionsThatCanNotBeReadAreNotTakenForNone()
    {
        var closed = OneDriveReplay.With(request =>
            request.Url.AbsolutePath.EndsWith("/permissions", StringComparison.Ordinal) ? MicrosoftReplay.Error(403, "accessDenied") : null
        );
        var pages = await ReadAsync("access-control", closed);
        Assert.Empty(pages.Documents());
        Assert.Contains(pages, page => page.Gap?.Contains("Files.Read.All", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task APartOfABatchThatIsThrottledIsAskedForAgain()
    {
        var refused = 0;
        var throttled = OneDriveReplay.With(request =>
            request.Url.AbsolutePath.EndsWith("/01OD0021/permissions", StringComparison.Ordinal) && Interlocked.Increment(ref refused) < 3
                ? MicrosoftReplay.Error(429, "TooManyRequests", ("Retry-After", "40"))
                : null
        );
        await using var server = await StartAsync("access-control", throttled);
        await using var source = server.Open();
        Assert.Contains("01OD0021", (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids());
        Assert.Equal(3, refused);
        Assert.True(server.Time.Waited >= TimeSpan.FromSeconds(80));
    }

    [Theory]
    [InlineData("tenant_id", "", "tenant_id: required")]
    [InlineData("tenant_id", "no tenant", "tenant_id: not a tenant")]
    [InlineData("client_id", "", "client_id: required")]
    [InlineData("client_secret", "", "client_secret: required")]
    [InlineData("retry_count", "99", "retry_count: 99 is out of range")]
    [InlineData("concurrent_downloads", "0", "concurrent_downloads: 0 is out of range")]
    public Task AWrongFieldIsNamed(string field, string value, string sentence) => NamesTheFieldAsync(field, value, sentence);

    [Theory]
    [InlineData("/v1.0/users", "User.Read.All")]
    [InlineData("/drive", "Files.Read.All")]
    [InlineData("/transitiveMemberOf", "GroupMember.Read.All")]
    public async Task AMissingPermissionIsNamed(string path, string permission)
    {
        var closed = OneDriveReplay.With(request =>
            request.Url.AbsolutePath.EndsWith(path, StringComparison.Ordinal)
                ? MicrosoftReplay.Error(403, "Authorization_RequestDenied")
                : null
        );
        var failure = await PingFailsAsync(closed, "access-control");
        Assert.Contains(permission, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"owners": ["ann@example.org"], "skipFilesWithExtensions": [".jpg"], "parentPathPattern": "/drive/root:/**"}]""", 0)]
    [InlineData("[]", 1)]
    [InlineData("[{}]", 1)]
    [InlineData("""[{"owner": "ann@example.org", "owners": "ann@example.org"}]""", 2)]
    [InlineData("""[{"parentPathPattern": ""}, {"skipFilesWithExtensions": []}, 5]""", 3)]
    public void RulesAreChecked(string rules, int problems) => Assert.Equal(problems, OneDriveRules.Check(JsonNode.Parse(rules)!).Count);

    [Theory]
    [InlineData("/drive/root:/Reports/**", "/drive/root:/Reports/2024", true)]
    [InlineData("/drive/root:/Reports/**", "/drive/root:/Reports", false)]
    [InlineData("/drive/root:/Reports/**", "/drives/b!x/root:/Reports/2024/May", true)]
    [InlineData("/drive/root:/*/2024", "/drive/root:/Reports/2024", true)]
    [InlineData("/drive/root:/*/2024", "/drive/root:/a/b/2024", false)]
    [InlineData("/drive/root:/**/2024", "/drive/root:/2024", true)]
    [InlineData("/drive/root:/My files", "/drive/root:/My%20files", true)]
    [InlineData("/drive/root:/a.b", "/drive/root:/aXb", false)]
    public void APatternNamesFolders(string pattern, string folder, bool allowed) =>
        Assert.Equal(
            allowed,
            OneDriveRules.From(new JsonArray(new JsonObject { ["parentPathPattern"] = pattern }))[0].Allows("a.txt", folder)
        );

    [Fact]
    public async Task AUserWhoComesOnTwoPagesIsReadOnce()
    {
        var ann = new JsonObject { ["id"] = OneDriveReplay.Ann, ["userPrincipalName"] = "ann@example.org" };
        var bob = new JsonObject { ["id"] = "bob", ["userPrincipalName"] = "bob@example.org" };
        var twice = OneDriveReplay.With(request =>
            request.Url.AbsolutePath == "/v1.0/users"
                ? request.Url.Query == "?$skiptoken=2"
                    ? MicrosoftReplay.List(next: null, ann, bob)
                    : MicrosoftReplay.List("https://graph.microsoft.com/v1.0/users?$skiptoken=2", ann)
                : null
        );
        await using var server = await ReplayServer.StartAsync(twice, "first", calls: null, Cancellation);
        await using var source = server.Open();
        Assert.Equal(2, (await source.PartitionAsync(1, Cancellation)).Count);
        Assert.Equal(2, server.Requests.Count(request => request.Contains("/v1.0/users?", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task AnOwnerWhoIsUnknownIsNamed()
    {
        await using var server = await StartAsync("first");
        var fields = server.Open().Description.Fields;
        await using var source = server.Open(
            SomeSettings.Of(server.Values, fields) with
            {
                AdvancedRules = JsonNode.Parse("""[{"owners": ["eve@example.org"]}]"""),
            }
        );
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PartitionAsync(1, Cancellation));
        Assert.StartsWith(
            "owners: no enabled user with a licence has the mail address 'eve@example.org'",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    private static JsonObject Item(string id, bool deleted) =>
        deleted
            ? new JsonObject
            {
                ["id"] = id,
                ["deleted"] = new JsonObject { ["state"] = "deleted" },
            }
            : new JsonObject
            {
                ["id"] = id,
                ["name"] = "new.txt",
                ["size"] = 1,
                ["file"] = new JsonObject { ["mimeType"] = "text/plain" },
            };
}
