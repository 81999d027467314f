using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Google;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;
using static Connectors.Tests.Sources.Rest.GoogleDrive.DriveLogs;

namespace Connectors.Tests.Sources.Rest.GoogleDrive;

/// <summary>Incremental syncs by Drive's change logs.</summary>
public sealed class GoogleDriveChangesTests
{
    private static readonly DriveLogs NoChanges = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatChangedAndWhatWentToTheTrashComesFromTheChangeLogs()
    {
        await using var recorded = await StartAsync(NoChanges, "incremental");
        var files = recorded
            .Recording.Exchanges.Select(exchange => exchange["response"]!["body"]!["files"])
            .First(found => found?[0]?["trashed"] is not null)!
            .AsArray()
            .ToDictionary(file => (string)file!["id"]!, file => file!.DeepClone().AsObject());
        var logs = new DriveLogs()
            .EndsAt(Own, "7")
            .EndsAt("dr1", "70")
            .LastPage(Own, "7", "9", Changed(files["gd8"]), Changed(files["gd9"]));

        await using var server = await StartAsync(logs, "incremental");
        await using var source = server.Open();
        var start = await ((IChangeFeed)source).FindCursorAsync(Cancellation);
        var read = await ReadAsync(source, start.Cursor!);

        Assert.Equal("drive%2Fdr1=70&drive%2Fdr2=1&own=7", start.Cursor);
        Assert.Equal("drive%2Fdr1=70&drive%2Fdr2=1&own=9", read.Cursor);
        Assert.Equal(["gd9"], read.Deleted);
        var expected = server.Recording.Documents("incremental").Where(document => (string)document["_op"]! == "index").ToList();
        expected.ForEach(document => document.Remove("_op"));
        RecordedDocuments.Compare(
            expected,
            RecordedDocuments.Of(read.Documents),
            new Difference("As in full syncs, the document itself is compared.", (_, field, _, ours) =>
                field == "_timestamp" && ours is null
            ),
            new Difference("The id is the document's own.", (_, field, _, ours) => field == "id" && ours is null)
        );
        Assert.Empty(server.Unknown);
        Assert.DoesNotContain(server.Requests, request => request.Contains("modifiedTime%20%3E", StringComparison.Ordinal));

        // The next sync asks each log once, from where it ended.
        logs.Asked.Clear();
        Assert.Empty((await ReadAsync(source, read.Cursor)).Documents);
        Assert.Equal([("dr1", "70"), ("dr2", "1"), (Own, "9")], logs.Asked.Order());
    }

    [Fact]
    public async Task AFileThatTheServiceAccountCanNoLongerSeeIsDeleted()
    {
        var logs = new DriveLogs().LastPage(Own, "1", "2", Removed("gd1")).LastPage("dr1", "1", "2", Removed("gd2"));
        var read = await ReadAsync(logs, "incremental");
        Assert.Equal(["gd1", "gd2"], read.Deleted.Order(StringComparer.Ordinal));
        Assert.Empty(read.Documents);
    }

    // "Because change logs are scoped to a user or shared drive, a deleted item may still physically exist and be accessible by other
    // users." (Track changes for users and shared drives)
    [Fact]
    public async Task WithDelegationAFileThatOneUserCanNoLongerSeeIsNotDeleted()
    {
        var logs = new DriveLogs().LastPage("bob@example.org", "1", "2", Removed("gd1")).LastPage("dr1", "1", "2", Removed("gd2"));
        var read = await ReadAsync(logs, "delegation");
        Assert.Empty(read.Deleted);
        Assert.Empty(read.Documents);
    }

    [Fact]
    public async Task WithDelegationAFileIsItsOwnersInEachLogThatTellsOfIt()
    {
        var logs = new DriveLogs()
            .EndsAt("ann@example.org", "10")
            .LastPage("ann@example.org", "10", "11", Changed(GoogleDriveReplay.File("a", "ann@example.org")))
            .LastPage(
                "bob@example.org",
                "1",
                "2",
                Changed(GoogleDriveReplay.File("a", "ann@example.org")),
                Changed(Trashed("of-ann", "ann@example.org")),
                Changed(Trashed("of-bob", "bob@example.org"))
            );
        var read = await ReadAsync(logs, "delegation");
        Assert.Equal(["a"], read.Documents.Select(document => document.Id));
        Assert.Equal(["of-bob"], read.Deleted);
        Assert.Contains("user%2Fann%40example.org=11", read.Cursor, StringComparison.Ordinal);
        Assert.Contains("user%2Fbob%40example.org=2", read.Cursor, StringComparison.Ordinal);
    }

    // includeCorpusRemovals: a file that was removed from the log and can still be seen comes with the file (changes.list).
    [Fact]
    public async Task AFileThatMovedToAnotherDriveIsThatDrivesAndNotDeleted()
    {
        var logs = new DriveLogs()
            .LastPage("dr1", "1", "2", Changed(InDrive("moved", "dr2")))
            .LastPage("dr2", "1", "2", Changed(InDrive("moved", "dr2")))
            .LastPage(Own, "1", "2", Changed(InDrive("moved", "dr2")));
        var read = await ReadAsync(logs, "incremental");
        Assert.Equal(["moved"], read.Documents.Select(document => document.Id));
        Assert.Empty(read.Deleted);
    }

    [Fact]
    public async Task WhatLiesInAFolderThatWentToTheTrashIsDeletedWithIt()
    {
        var folder = Trashed("outer", "ann@example.org");
        folder["mimeType"] = "application/vnd.google-apps.folder";
        var logs = new DriveLogs().LastPage(Own, "1", "2", Changed(folder));
        var source = logs.Source(
            (request, _) =>
                GoogleDriveReplay.Parameter(request, "q") switch
                {
                    "'outer' in parents and trashed=true" => GoogleDriveReplay.Files(
                        new JsonObject { ["id"] = "inner", ["mimeType"] = "application/vnd.google-apps.folder" },
                        new JsonObject { ["id"] = "beside", ["mimeType"] = "text/plain" }
                    ),
                    "'inner' in parents and trashed=true" => GoogleDriveReplay.Files(
                        new JsonObject { ["id"] = "deep", ["mimeType"] = "text/plain" }
                    ),
                    _ => null,
                }
        );
        var read = await ReadAsync(source, "incremental");
        Assert.Equal(["beside", "deep", "inner", "outer"], read.Deleted.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task AFileThatChangesAndGoesToTheTrashWhileItsLogIsReadIsDeletedInALaterPage()
    {
        var logs = new DriveLogs()
            .Page(Own, "1", "~!!~AI9=", Changed(GoogleDriveReplay.File("a", "ann@example.org")))
            .LastPage(Own, "~!!~AI9=", "2", Changed(Trashed("a", "ann@example.org")));
        await using var server = await StartAsync(logs, "incremental");
        await using var source = server.Open();
        var feed = (IChangeFeed)source;
        var cursor = (await feed.FindCursorAsync(Cancellation)).Cursor!;
        using var first = await feed.ReadChangesAsync(cursor, PageToken.Start, PageLimits.Default, Cancellation);
        using var second = await feed.ReadChangesAsync(cursor, first.Upserts.Next, PageLimits.Default, Cancellation);
        Assert.Equal((1, 0), (first.Upserts.Count, first.DeletedIds.Count));
        Assert.Equal((0, "a"), (second.Upserts.Count, Assert.Single(second.DeletedIds)));
    }

    [Fact]
    public async Task EachPageMayBeReadByAnotherProcess()
    {
        var logs = new DriveLogs()
            .Page(
                Own,
                "1",
                "2",
                Changed(GoogleDriveReplay.File("a", "ann@example.org")),
                Changed(GoogleDriveReplay.File("b", "ann@example.org"))
            )
            .LastPage(Own, "2", "3", Changed(GoogleDriveReplay.File("c", "ann@example.org")))
            .LastPage("dr1", "1", "5", Changed(InDrive("d", "dr1")), Changed(InDrive("e", "dr1")))
            .LastPage("dr2", "1", "6");
        await using var server = await StartAsync(logs, "incremental");
        var (after, ids) = (PageToken.Start, new List<string>());
        while (true)
        {
            await using var source = server.Open();
            using var page = await ((IChangeFeed)source).ReadChangesAsync(
                "drive%2Fdr1=1&drive%2Fdr2=1&own=1",
                after,
                new PageLimits(1, 1024 * 1024),
                Cancellation
            );
            ids.AddRange(IdsOf(page.Upserts));
            if (page.Cursor is { } cursor)
            {
                Assert.Equal("drive%2Fdr1=5&drive%2Fdr2=6&own=3", cursor);
                break;
            }

            after = page.Upserts.Next;
        }

        Assert.Equal(["a", "b", "c", "d", "e"], ids);
    }

    [Fact]
    public async Task ASharedDriveThatIsNewIsReadAsAWholeAndThenByItsLog()
    {
        var logs = new DriveLogs().EndsAt("dr1", "40").LastPage("dr1", "40", "41", Changed(InDrive("late", "dr1")));
        await using var server = await StartAsync(logs, "first");
        await using var source = server.Open();
        var read = await ReadAsync(source, "drive%2Fdr2=1&own=1");
        Assert.Equal(["gd2", "gd5", "late"], read.Documents.Select(document => document.Id));
        Assert.Equal("drive%2Fdr1=41&drive%2Fdr2=1&own=1", read.Cursor);
        Assert.Equal([("dr1", "40"), ("dr2", "1"), (Own, "1")], logs.Asked.Order());
    }

    [Theory]
    [InlineData(400, "pageToken")]
    [InlineData(410, null)]
    [InlineData(404, "pageToken")]
    public async Task ATokenThatIsRefusedAsksForAFullSync(int status, string? location)
    {
        var refusal = new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["code"] = status,
                ["errors"] = new JsonArray(
                    new JsonObject
                    {
                        ["domain"] = "global",
                        ["reason"] = "invalid",
                        ["locationType"] = "parameter",
                        ["location"] = location,
                    }
                ),
            },
        };
        await using var server = await StartAsync(new DriveLogs().Refuses("dr1", "1", ReplayAnswer.Json(status, refusal)), "incremental");
        await using var source = server.Open();
        using var page = await ((IChangeFeed)source).ReadChangesAsync(
            "drive%2Fdr1=1&drive%2Fdr2=1&own=1",
            PageToken.Start,
            PageLimits.Default,
            Cancellation
        );
        Assert.Equal("Google Drive (Shared): the change log does not reach back to the last sync.", page.ExpiredReason);
    }

    [Fact]
    public async Task ALogThatIsClosedIsAGapAndKeepsItsToken()
    {
        var logs = new DriveLogs()
            .Refuses("dr1", "1", GoogleReplay.Error(404, "notFound"))
            .LastPage("dr2", "1", "2", Changed(InDrive("a", "dr2")));
        var read = await ReadAsync(logs, "incremental");
        Assert.Equal("Shared: Its change log can't be read (404).", Assert.Single(read.Gaps));
        Assert.Equal("drive%2Fdr1=1&drive%2Fdr2=2&own=1", read.Cursor);
        Assert.Single(read.Documents);
    }

    [Fact]
    public async Task AReadingThatFailedDoesNotMoveTheLogsThatItHadRead()
    {
        var (logs, fails) = (new DriveLogs().LastPage("dr1", "1", "2", Changed(InDrive("a", "dr1"))), true);
        await using var server = await StartAsync(
            logs.Source(
                (request, log) =>
                    fails && log == "dr2" && request.Url.AbsolutePath == "/drive/v3/changes" ? GoogleReplay.Error(500, "backendError")
                    : !fails && log == "dr1" && request.Url.AbsolutePath == "/drive/v3/changes" ? GoogleReplay.Error(404, "notFound")
                    : null
            ),
            "incremental"
        );
        await using var source = server.Open();
        var cursor = (await ((IChangeFeed)source).FindCursorAsync(Cancellation)).Cursor!;
        await Assert.ThrowsAsync<ConnectorException>(() => ReadAsync(source, cursor));
        fails = false;
        Assert.Equal(cursor, (await ReadAsync(source, cursor)).Cursor);
    }

    [Fact]
    public async Task ATimeThatAnEarlierVersionStoredAsksForAFullSync()
    {
        await using var server = await StartAsync(NoChanges, "incremental");
        await using var source = server.Open();
        using var page = await ((IChangeFeed)source).ReadChangesAsync(
            "2024-06-01T12:00:00.0000000Z",
            PageToken.Start,
            PageLimits.Default,
            Cancellation
        );
        Assert.Contains("is none in the change logs", page.ExpiredReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AUserWhoGetsNoTokenIsNotInTheCursorAndIsNewLater()
    {
        var refused = true;
        var source = new DriveLogs().Source(
            (request, _) =>
                refused && request.Url.AbsolutePath == "/token" && GoogleReplay.SubjectOf(request) == "bob@example.org"
                    ? ReplayAnswer.Json(400, new JsonObject { ["error"] = "invalid_grant" })
                    : null
        );
        await using var server = await StartAsync(source, "delegation");
        await using var closed = server.Open();
        var cursor = (await ((IChangeFeed)closed).FindCursorAsync(Cancellation)).Cursor!;
        Assert.DoesNotContain("bob", cursor, StringComparison.Ordinal);
        refused = false;
        await using var open = server.Open();
        var read = await ReadAsync(open, cursor);
        Assert.Contains("user%2Fbob%40example.org=1", read.Cursor, StringComparison.Ordinal);
        Assert.Contains(server.Requests, request => request.Contains("q=trashed%3Dfalse", StringComparison.Ordinal));
    }

    private static JsonObject Trashed(string id, string owner)
    {
        var file = GoogleDriveReplay.File(id, owner);
        file["trashed"] = true;
        return file;
    }

    private static JsonObject InDrive(string id, string drive) =>
        new()
        {
            ["id"] = id,
            ["name"] = $"{id}.txt",
            ["size"] = "1",
            ["mimeType"] = "text/plain",
            ["driveId"] = drive,
        };

    private static Task<ReplayServer> StartAsync(DriveLogs logs, string run) => StartAsync(logs.Source(), run);

    private static Task<ReplayServer> StartAsync(ReplaySource source, string run) =>
        ReplayServer.StartAsync(source, run, calls: null, Cancellation);

    private static Task<Read> ReadAsync(DriveLogs logs, string run) => ReadAsync(logs.Source(), run);

    private static async Task<Read> ReadAsync(ReplaySource replay, string run)
    {
        await using var server = await StartAsync(replay, run);
        await using var source = server.Open();
        var start = await ((IChangeFeed)source).FindCursorAsync(Cancellation);
        var read = await ReadAsync(source, start.Cursor!);
        Assert.Empty(server.Unknown);
        return read;
    }

    private static async Task<Read> ReadAsync(IDataSource source, string cursor)
    {
        var read = new Read();
        var after = PageToken.Start;
        while (true)
        {
            using var page = await ((IChangeFeed)source).ReadChangesAsync(cursor, after, PageLimits.Default, Cancellation);
            Assert.Null(page.ExpiredReason);
            read.Documents.AddRange(Enumerable.Range(0, page.Upserts.Count).Select(index => DocumentOf(page.Upserts[index])));
            read.Deleted.AddRange(page.DeletedIds);
            read.Gaps.AddRange(page.Upserts.Gap is { } gap ? [gap] : []);
            if (page.Cursor is { } next)
            {
                return read with { Cursor = next };
            }

            after = page.Upserts.Next;
        }
    }

    private static IEnumerable<string> IdsOf(SourcePage page) =>
        Enumerable.Range(0, page.Count).Select(index => DocumentOf(page[index]).Id);

    private static ReadDocument DocumentOf(SourceDocument document) =>
        new(Encoding.UTF8.GetString(document.Id.Span), document.Timestamp, Encoding.UTF8.GetString(document.Body.Span));

    /// <summary>What an incremental sync would do.</summary>
    private sealed record Read
    {
        public List<ReadDocument> Documents { get; } = [];

        public List<string> Deleted { get; } = [];

        public List<string> Gaps { get; } = [];

        public string Cursor { get; init; } = string.Empty;
    }
}
