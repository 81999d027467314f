using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Google;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.GoogleDrive;

public sealed class GoogleDriveReplayTests : ReplayTests
{
    private static readonly Difference NoTimestamp = new(
        "The time of the last change does not move when a folder above a file is moved or renamed, so the document itself is compared.",
        (_, field, _, ours) => field == "_timestamp" && ours is null
    );

    private protected override ReplaySource Source => GoogleDriveReplay.Source;

    [Fact]
    public async Task DocumentsAreTheRecordedOnes()
    {
        var pages = await CompareDocumentsAsync("first", "first", NoTimestamp);
        Assert.DoesNotContain(pages, page => page.Gap is not null);
    }

    [Fact]
    public async Task DocumentsListWhoMaySeeThem()
    {
        var pages = await CompareDocumentsAsync(
            "access-control",
            "dls",
            NoTimestamp,
            new Difference(
                "A file whose permissions may not be asked for is neither written nor deleted; recorded is an empty list.",
                (id, field, _, ours) => id == "gd3" && field == Difference.Whole && ours is null
            )
        );
        Assert.Equal(["gd3"], pages.SelectMany(page => page.Unreadable));
    }

    [Fact]
    public Task IdentitiesAreTheRecordedOnes() => CompareIdentitiesAsync();

    [Fact]
    public async Task AnIdentityHasTheGroupsOfItsGroups()
    {
        // developers.google.com, Directory API, groups.list: userKey may be a group; it lists those that it is a direct member of.
        var nested = GoogleDriveReplay.With(request =>
            GoogleDriveReplay.Parameter(request, "userKey") switch
            {
                "staff@example.org" => Groups("all@example.org"),
                // A circle, which Google forbids, does not go on for ever.
                "all@example.org" => Groups("staff@example.org"),
                _ => null,
            }
        );
        await using var server = await StartAsync("access-control", nested);
        await using var source = server.Open();
        var ann = await ((IAccessControlSource)source).ReadIdentitiesAsync(Cancellation).FirstAsync(Cancellation);
        Assert.Equal(
            ["domain:example.org", "group:all@example.org", "group:staff@example.org", "user:ann@example.org"],
            ann.AccessControl.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task EachFileOfTheDomainComesOnce()
    {
        var subjects = new ConcurrentBag<string?>();
        var watched = GoogleDriveReplay.With(request =>
        {
            if (request.Url.AbsolutePath == "/token")
            {
                subjects.Add(GoogleReplay.SubjectOf(request));
            }

            return null;
        });
        await using var server = await StartAsync("delegation", watched);
        await using var source = server.Open();
        await source.PingAsync(Cancellation);
        var documents = (await source.AllAsync(2, PageLimits.Default, Cancellation)).Documents().ToList();
        Assert.Empty(server.Unknown);
        // Recorded are three copies of each; the last has the path.
        RecordedDocuments.Compare(server.Recording.Documents("delegation"), RecordedDocuments.Of(documents), NoTimestamp);
        Assert.Equal(7, documents.Count);
        Assert.Equal(
            ["admin@example.org", "ann@example.org", "bob@example.org"],
            subjects.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task AFileFromOutsideTheDomainComesOnce()
    {
        var outside = GoogleDriveReplay.With(request =>
            GoogleDriveReplay.ListsFiles(request) && GoogleDriveReplay.Parameter(request, "corpora") == "user"
                ? GoogleDriveReplay.Files(
                    GoogleDriveReplay.File("out", "eve@example.com"),
                    GoogleDriveReplay.File("of-ann", "Ann@example.org"),
                    GoogleDriveReplay.File("of-bob", "bob@example.org")
                )
                : null
        );
        await using var server = await StartAsync("delegation", outside);
        await using var source = server.Open();
        var ids = (await source.AllAsync(2, PageLimits.Default, Cancellation)).Ids().ToList();
        Assert.Equal(["gd2", "gd5", "of-ann", "of-bob", "out"], ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task AUserWhoGetsNoTokenIsAGapAndTheOthersAreRead()
    {
        // developers.google.com, OAuth 2.0 for server to server applications: invalid_grant for a user who is not there.
        var gone = GoogleDriveReplay.With(request =>
            request.Url.AbsolutePath == "/token" && GoogleReplay.SubjectOf(request) == "bob@example.org"
                ? ReplayAnswer.Json(400, new JsonObject { ["error"] = "invalid_grant" })
                : null
        );
        var pages = await ReadAsync("delegation", gone);
        Assert.Contains("bob@example.org", Assert.Single(pages, page => page.Gap is not null).Gap, StringComparison.Ordinal);
        Assert.Equal(7, pages.Ids().Count);
    }

    // A folder has none; what is exported gets the extension of what it is exported as.
    [Fact]
    public Task ContentsAreTheRecordedOnes() =>
        CompareContentsAsync("first", ["Notes.txt", "Sheet.xlsx", "a.txt", "pic.png", "root.txt", "shared.md"], "pic.png");

    [Fact]
    public async Task ASharedDriveThatIsClosedIsAGap()
    {
        var closed = GoogleDriveReplay.With(request =>
            GoogleDriveReplay.ListsFiles(request) && GoogleDriveReplay.Parameter(request, "driveId") == "dr1"
                ? GoogleReplay.Error(404, "notFound")
                : null
        );
        var pages = await ReadAsync("first", closed);
        Assert.Single(pages, page => page.Gap is not null);
        Assert.Equal(["gd1", "gd3", "gd4", "gd6", "gd7"], pages.Ids().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task PermissionsThatFailAreNotTakenForNone()
    {
        var failing = GoogleDriveReplay.With(request =>
            request.Url.AbsolutePath.EndsWith("/permissions", StringComparison.Ordinal) ? GoogleReplay.Error(500, "backendError") : null
        );
        await using var server = await StartAsync("access-control", failing);
        await using var source = server.Open();
        await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, PageLimits.Default, Cancellation));
    }

    [Theory]
    [InlineData("service_account_credentials", "{}", "service_account_credentials: not the JSON")]
    [InlineData("google_workspace_admin_email_for_data_sync", "", "google_workspace_admin_email_for_data_sync: required")]
    [InlineData("google_workspace_admin_email_for_data_sync", "admin", "google_workspace_admin_email_for_data_sync: not a mail address")]
    [InlineData("google_workspace_email_for_shared_drives_sync", "", "google_workspace_email_for_shared_drives_sync: required")]
    [InlineData("max_concurrency", "0", "max_concurrency: 0 is out of range")]
    public async Task AWrongFieldIsNamed(string field, string value, string sentence) =>
        Assert.StartsWith(sentence, (await PingFailsAsync(run: "delegation", field: (field, value))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task ADelegationThatIsMissingIsNamedWithItsScopes()
    {
        var refused = GoogleDriveReplay.With(request =>
            request.Url.AbsolutePath == "/token" ? ReplayAnswer.Json(401, new JsonObject { ["error"] = "unauthorized_client" }) : null
        );
        await using var server = await StartAsync("delegation", refused);
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains(
            "gives no token (unauthorized_client): the client may not sign in this way.",
            failure.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("https://www.googleapis.com/auth/drive.readonly", failure.Message, StringComparison.Ordinal);
    }

    private static ReplayAnswer Groups(string address) =>
        ReplayAnswer.Json(new JsonObject { ["groups"] = new JsonArray(new JsonObject { ["email"] = address }) });
}
