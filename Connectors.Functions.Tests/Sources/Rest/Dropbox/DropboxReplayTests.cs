using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Dropbox;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Dropbox;

public sealed class DropboxReplayTests : ReplayTests
{
    private static readonly Difference[] Times =
    [
        new(
            "No time of Dropbox moves when a file gets another name or place, and a folder has none: the digest tells.",
            (_, field, theirs, ours) => field == "_timestamp" && theirs is not null && ours is null
        ),
        new("What moves with a file's content stands in the document, so that the digest tells.", (_, field, theirs, ours) =>
            field is "rev" or "server_modified" or "client_modified" && theirs is null && ours is not null
        ),
    ];

    private protected override ReplaySource Source => DropboxReplay.Source;

    private protected override ReplaySource SourceOf(string run) => run is "first" or "rules" ? DropboxReplay.Source : DropboxReplay.Team;

    [Theory]
    [InlineData("first")]
    [InlineData("again")]
    public Task DocumentsAreTheRecordedOnes(string run) => CompareDocumentsAsync(run, run, Times);

    [Fact]
    public Task RulesFindTheRecordedDocuments() =>
        CompareDocumentsAsync(
            "rules",
            "rules",
            [
                .. Times,
                new Difference(
                    "A match is the file itself; the recorded source follows its preview_url to another.",
                    (id, field, _, ours) => id == "id:7" && field == Difference.Whole && ours is null
                ),
            ]
        );

    [Theory]
    [InlineData("access-control", "dls")]
    [InlineData("access-control-inherited", "access-control-inherited")]
    public async Task DocumentsListWhoMaySeeThem(string run, string file)
    {
        Difference[] differences =
            run == "access-control"
                ?
                [
                    .. Times,
                    new Difference(
                        "A file whose members can't be asked is neither written nor deleted; recorded is an empty list.",
                        (id, field, _, ours) => id == "id:3" && field == Difference.Whole && ours is null
                    ),
                ]
                : Times;
        var pages = await CompareDocumentsAsync(run, file, differences);
        Assert.Equal(run == "access-control" ? ["id:3"] : [], pages.SelectMany(page => page.Unreadable));
    }

    [Fact]
    public Task IdentitiesAreTheRecordedOnes() =>
        CompareIdentitiesAsync(
            new Difference("An identity has no status: whoever is a member has it.", (_, field, _, _) => field == "status"),
            new Difference("Who was only invited has not joined yet; recorded is the time of the sync.", (id, field, _, ours) =>
                id == "bob@example.org" && field == "created_at" && ours is null
            )
        );

    [Fact]
    public async Task ContentsAreTheRecordedOnes()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        var contents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents).ToList();
        Assert.Equal(["a.txt", "memo.paper.md", "pic.jpg", "shared.txt"], contents.Select(content => content.FileName).Order());
        var recorded = server.Recording.Attachments.Values.ToHashSet();
        foreach (var content in contents.Where(content => content.FileName != "pic.jpg"))
        {
            Assert.Contains(await MeasureAsync(content), recorded);
        }

        Assert.Empty(server.Unknown);
    }

    [Fact]
    public async Task APersonalAccountCostsOneCallAndNoWait()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        await source.PingAsync(Cancellation);
        Assert.Equal(2, server.Count);
        Assert.Equal(TimeSpan.Zero, server.Time.Waited);
    }

    [Fact]
    public async Task MembersBeyondTheFirstPageAreAskedFor()
    {
        // dropbox.com/developers, sharing/list_file_members/batch: member_count counts more than come with the batch.
        var many = DropboxReplay.TeamWith(
            (request, _) =>
                request.Url.AbsolutePath switch
                {
                    "/2/sharing/list_file_members/batch" => ReplayAnswer.Json(
                        new JsonArray([
                            .. request.Body!["files"]!
                                .AsArray()
                                .Select(file =>
                                    (JsonNode)
                                        new JsonObject
                                        {
                                            ["file"] = (string)file!,
                                            ["result"] = new JsonObject
                                            {
                                                [".tag"] = "result",
                                                ["members"] = Members("dbid:1"),
                                                ["member_count"] = 3,
                                            },
                                        }
                                ),
                        ])
                    ),
                    "/2/sharing/list_file_members" => ReplayAnswer.Json(Members("dbid:2", cursor: "c")),
                    "/2/sharing/list_file_members/continue" => ReplayAnswer.Json(Members("dbid:3")),
                    _ => null,
                }
        );
        await using var server = await StartAsync("access-control", many);
        await using var source = server.Open();
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        var file = RecordedDocuments.Of(pages.Documents()).Single(document => (string)document["_id"]! == "id:1");
        Assert.Equal(
            ["user_id:dbid:1", "user_id:dbid:2", "user_id:dbid:3", "user_id:dbid:ann"],
            file["_allow_access_control"]!.AsArray().Select(value => (string)value!).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("/2/sharing/list_file_members/batch")]
    [InlineData("/2/sharing/list_folder_members")]
    public async Task MembersThatCanNotBeReadAreNotTakenForNone(string path)
    {
        var closed = DropboxReplay.TeamWith(
            (request, _) => request.Url.AbsolutePath == path ? ReplayAnswer.Json(500, new JsonObject()) : null
        );
        await using var server = await StartAsync("access-control", closed);
        await using var source = server.Open();
        await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, PageLimits.Default, Cancellation));
    }

    [Fact]
    public async Task AnIncrementalSyncAppliesWhatChangedAndWhatWasDeleted()
    {
        // dropbox.com/developers, files/list_folder/continue: a deletion is a path; list_revisions gives the id that it had.
        var changed = DropboxReplay.With(
            (request, _) =>
                (request.Url.AbsolutePath, (string?)(request.Body?["cursor"] ?? request.Body?["path"])) switch
                {
                    ("/2/files/list_folder/get_latest_cursor", "") => ReplayAnswer.Json(new JsonObject { ["cursor"] = "now" }),
                    ("/2/files/list_folder/continue", "now") => DropboxReplay.Page(
                        "then",
                        more: true,
                        Deleted("/docs/a.txt"),
                        Deleted("/docs/old.txt"),
                        Deleted("/folder")
                    ),
                    ("/2/files/list_folder/continue", "then") => DropboxReplay.Page(
                        "later",
                        more: false,
                        DropboxReplay.File("id:5", "/docs/new.txt")
                    ),
                    ("/2/files/list_folder/continue", "later") => DropboxReplay.Page("later", more: false),
                    ("/2/files/list_revisions", "/docs/a.txt") => Revisions("id:1"),
                    ("/2/files/list_revisions", "/docs/old.txt") => Revisions("id:5"),
                    ("/2/files/list_revisions", "/folder") => DropboxReplay.Refused("path/not_file"),
                    ("/2/files/get_metadata", "id:1") => DropboxReplay.Refused("path/not_found"),
                    ("/2/files/get_metadata", "id:5") => ReplayAnswer.Json(DropboxReplay.File("id:5", "/docs/new.txt")),
                    _ => null,
                }
        );
        await using var server = await StartAsync("first", changed);
        await using var source = server.Open();
        var feed = (IChangeFeed)source;
        var cursor = (await feed.FindCursorAsync(Cancellation)).Cursor!;
        var (after, upserts, deleted, end) = (PageToken.Start, new List<string>(), new List<string>(), default(string));
        while (end is null)
        {
            using var page = await feed.ReadChangesAsync(cursor, after, new PageLimits(1, 1024), Cancellation);
            upserts.AddRange(
                Enumerable.Range(0, page.Upserts.Count).Select(index => System.Text.Encoding.UTF8.GetString(page.Upserts[index].Id.Span))
            );
            deleted.AddRange(page.DeletedIds);
            (after, end) = (page.Upserts.IsLast ? PageToken.Start : page.Upserts.Next, page.Cursor);
        }

        Assert.Equal(["id:5"], upserts);
        Assert.Equal(["id:1"], deleted);
        Assert.Equal("later", end);
        Assert.Empty(server.Unknown);
    }

    [Fact]
    public async Task ALostCursorAsksForAFullSync()
    {
        var lost = DropboxReplay.With(
            (request, _) => request.Url.AbsolutePath == "/2/files/list_folder/continue" ? DropboxReplay.Refused("reset") : null
        );
        await using var server = await StartAsync("first", lost);
        await using var source = server.Open();
        using var page = await ((IChangeFeed)source).ReadChangesAsync("old", PageToken.Start, PageLimits.Default, Cancellation);
        Assert.Contains("forgotten", page.ExpiredReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RulesHaveNoIncrementalSync()
    {
        await using var server = await StartAsync("rules");
        await using var source = server.Open();
        Assert.Contains("rules", (await ((IChangeFeed)source).FindCursorAsync(Cancellation)).Unavailable, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASearchThatGaveAllThatDropboxGivesIsAGap()
    {
        var match = new JsonObject { ["metadata"] = new JsonObject() };
        var full = DropboxReplay.With(
            (request, _) =>
                request.Url.AbsolutePath == "/2/files/search_v2"
                    ? ReplayAnswer.Json(
                        new JsonObject
                        {
                            ["matches"] = new JsonArray([.. Enumerable.Repeat(match, 10_000).Select(one => one.DeepClone())]),
                            ["has_more"] = false,
                        }
                    )
                    : null
        );
        await using var server = await StartAsync("rules", full);
        await using var source = server.Open();
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Contains("10,000 matches", Assert.Single(pages).Gap, StringComparison.Ordinal);
    }

    /// <remarks>dropbox.com/developers, sharing/get_shared_link_metadata: a SharedLinkMetadata need not have an id.</remarks>
    [Fact]
    public async Task ALinkThatDoesNotNameItsFileIsNotDeletedAndStopsNothing()
    {
        var nameless = DropboxReplay.With(
            (request, _) =>
                request.Url.AbsolutePath == "/2/sharing/get_shared_link_metadata"
                    ? ReplayAnswer.Json(
                        new JsonObject
                        {
                            [".tag"] = "file",
                            ["name"] = "a.txt",
                            ["url"] = "https://example.org/a",
                            ["size"] = 1,
                        }
                    )
                    : null
        );
        await using var server = await StartAsync("first", nameless);
        await using var source = server.Open();
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Equal(["id:7"], pages.SelectMany(page => page.Unreadable));
    }

    [Fact]
    public async Task ALinkThatCanNotBeOpenedIsNotDeleted()
    {
        var closed = DropboxReplay.With(
            (request, _) =>
                request.Url.AbsolutePath == "/2/sharing/get_shared_link_metadata"
                    ? DropboxReplay.Refused("shared_link_access_denied")
                    : null
        );
        await using var server = await StartAsync("first", closed);
        await using var source = server.Open();
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Equal(["id:7"], pages.SelectMany(page => page.Unreadable));
    }

    [Theory]
    [InlineData("app_key", "", "app_key: required")]
    [InlineData("app_secret", "", "app_secret: required")]
    [InlineData("refresh_token", "", "refresh_token: required")]
    [InlineData("concurrent_downloads", "0", "concurrent_downloads: 0 is out of range")]
    [InlineData("path", "/nowhere", "path: Dropbox can't open it (path/not_found)")]
    public async Task AWrongFieldIsNamed(string field, string value, string sentence)
    {
        var empty = DropboxReplay.With(
            (request, _) => request.Url.AbsolutePath == "/2/files/get_metadata" ? DropboxReplay.Refused("path/not_found") : null
        );
        await using var server = await StartAsync("first", empty);
        await using var source = server.Open(field, value);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMissingPermissionIsNamed()
    {
        var closed = DropboxReplay.With(
            (request, _) =>
                request.Url.AbsolutePath == "/2/users/get_current_account"
                    ? ReplayAnswer.Json(
                        401,
                        new JsonObject
                        {
                            ["error_summary"] = "missing_scope/..",
                            ["error"] = new JsonObject { [".tag"] = "missing_scope", ["required_scope"] = "account_info.read" },
                        }
                    )
                    : null
        );
        await using var server = await StartAsync("first", closed);
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains("account_info.read", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"query": "plan", "options": {"path": "/docs", "max_results": "100"}}]""", 0)]
    [InlineData("""{"query": "plan"}""", 0)]
    [InlineData("[]", 1)]
    [InlineData("""[{"options": {}}]""", 1)]
    [InlineData("""[{"query": "plan", "option": {}}, 5]""", 2)]
    [InlineData("""[{"query": "plan", "options": {"max_results": "many", "folder": "/docs"}}]""", 2)]
    public void RulesAreChecked(string rules, int problems) => Assert.Equal(problems, DropboxRules.Check(JsonNode.Parse(rules)!).Count);

    private static JsonObject Deleted(string path) =>
        new()
        {
            [".tag"] = "deleted",
            ["name"] = Path.GetFileName(path),
            ["path_lower"] = path,
        };

    private static ReplayAnswer Revisions(string id) =>
        ReplayAnswer.Json(new JsonObject { ["is_deleted"] = true, ["entries"] = new JsonArray(new JsonObject { ["id"] = id }) });

    private static JsonObject Members(string account, string? cursor = null)
    {
        var members = new JsonObject
        {
            ["users"] = new JsonArray(new JsonObject { ["user"] = new JsonObject { ["account_id"] = account } }),
            ["groups"] = new JsonArray(),
            ["invitees"] = new JsonArray(),
        };
        if (cursor is not null)
        {
            members["cursor"] = cursor;
        }

        return members;
    }
}
