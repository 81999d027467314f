using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Notion;

public sealed class NotionReplayTests : ReplayTests
{
    private static readonly Difference Details = new(
        "The recorded properties are a dictionary as Python prints it; ours are JSON.",
        (_, field, recorded, ours) =>
            field == "details"
            && JsonNode.DeepEquals(
                JsonNode.Parse(((string)recorded!).Replace('\'', '"').Replace("None", "null", StringComparison.Ordinal)),
                JsonNode.Parse((string)ours!)
            )
    );

    private static readonly Difference Id = new(
        "The id is that of the document, which the engine writes beside the source's fields.",
        (id, field, recorded, _) => field == "id" && (string?)recorded == id
    );

    private protected override ReplaySource Source => NotionReplay.Source;

    [Theory]
    [InlineData("first")]
    [InlineData("again")]
    [InlineData("rules")]
    public Task DocumentsAreTheRecordedOnes(string run) => CompareDocumentsAsync(run, run, Details, Id);

    [Fact]
    public async Task APageWhoseBlocksAreNotFoundIsAGap()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        var gap = Assert.Single(pages, page => page.Gap is not null).Gap;
        Assert.StartsWith($"Other, blocks of {NotionReplay.Other}: ", gap, StringComparison.Ordinal);
        Assert.Contains(NotionReplay.Other, pages.Ids());
    }

    [Fact]
    public async Task NoMoreThanThreeRequestsASecondAreSent()
    {
        await using var server = await StartAsync("again", NotionReplay.WithoutGaps);
        await using var source = server.Open();
        await source.AllAsync(2, PageLimits.Default, Cancellation);
        Assert.InRange(server.Time.Waited, TimeSpan.FromSeconds(server.Count - 1) / 3 - TimeSpan.FromMilliseconds(1), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task ContentsAreTheRecordedOnes()
    {
        await using var server = await StartAsync("first", NotionReplay.WithoutGaps);
        await using var source = server.Open();
        var content = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents));
        Assert.Equal("My notes.txt", content.FileName);
        Assert.Equal(Assert.Single(server.Recording.Attachments).Value, await MeasureAsync(content));
        Assert.Empty(server.Unknown);
    }

    /// <remarks>developers.notion.com, Retrieving files: an address holds for an hour; Retrieve a block gives a new one.</remarks>
    [Fact]
    public async Task AFileWhoseAddressHasEndedIsAskedForAnew()
    {
        await using var server = await StartAsync(request =>
            request.Url.AbsolutePath switch
            {
                $"/v1/blocks/{NotionReplay.Home}/children" => NotionReplay.List(
                    """
                    [{"id": "f", "type": "pdf", "pdf": {"type": "file", "name": "Plan.pdf",
                      "file": {"url": "https://old.example/x", "expiry_time": "2024-06-01T12:00:30.000Z"}}}]
                    """
                ),
                "/v1/blocks/f" => ReplayAnswer.Json(
                    JsonNode.Parse("""{"id": "f", "type": "pdf", "pdf": {"file": {"url": "https://new.example/x"}}}""")
                ),
                "/x" when request.Url.Host == "new.example" => ReplayAnswer.Json(new JsonArray()),
                _ => null,
            }
        );
        await using var source = server.Open();
        var content = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents));
        Assert.Equal("Plan.pdf", content.FileName);
        Assert.Equal("[]"u8.ToArray(), await ReadAsync(content));
    }

    /// <remarks>developers.notion.com, Retrieve block children: child pages stand on any level; a synced block may be a copy.</remarks>
    [Fact]
    public async Task BlocksAreReadToAnyDepthWithoutThePagesBelow()
    {
        await using var server = await StartAsync(request =>
            request.Url.AbsolutePath switch
            {
                $"/v1/blocks/{NotionReplay.Home}/children" when request.Url.Query.Length == 0 => NotionReplay.List(
                    """[{"id": "a", "type": "toggle", "has_children": true}, {"id": "b", "type": "toggle", "has_children": true}]""",
                    "more"
                ),
                $"/v1/blocks/{NotionReplay.Home}/children" => NotionReplay.List("""[{"id": "c", "type": "paragraph"}]"""),
                "/v1/blocks/a/children" => NotionReplay.List("""[{"id": "aa", "type": "column", "has_children": true}]"""),
                "/v1/blocks/aa/children" => NotionReplay.List(
                    """
                    [{"id": "aaa", "type": "paragraph"}, {"id": "p", "type": "child_page", "has_children": true},
                     {"id": "d", "type": "child_database"}]
                    """
                ),
                "/v1/blocks/b/children" => NotionReplay.List("""[{"id": "bb", "type": "paragraph"}]"""),
                _ => null,
            }
        );
        await using var source = server.Open();
        var pages = await source.AllAsync(1, new PageLimits(1, 1024 * 1024), Cancellation);
        Assert.Equal(["a", "b", "aa", "aaa", "bb", "c"], pages.Ids().Where(id => id.Length < 4 && id[0] != 'u'));
        Assert.Single(server.Requests, request => request.EndsWith($"/v1/blocks/a/children", StringComparison.Ordinal));
    }

    /// <remarks>developers.notion.com, Working with databases: a view of a database can't be asked for its rows.</remarks>
    [Theory]
    [InlineData("""{"id": "x", "type": "child_database"}""", "/v1/databases/x/query", 404, null)]
    [InlineData("""{"id": "x", "type": "child_database"}""", "/v1/databases/x/query", 400, "multiple_data_sources_for_database")]
    [InlineData(
        """{"id": "x", "type": "synced_block", "has_children": true, "synced_block": {"synced_from": {"block_id": "y"}}}""",
        "/v1/blocks/x/children",
        404,
        null
    )]
    public async Task WhatNobodyCanReadIsPassedOver(string block, string path, int status, string? reason)
    {
        await using var server = await StartAsync(
            request =>
                request.Url.AbsolutePath == $"/v1/blocks/{NotionReplay.Home}/children"
                    ? NotionReplay.List($$"""[{{block}}, {"id": "after", "type": "paragraph"}]""")
                : request.Url.AbsolutePath == path
                    ? ReplayAnswer.Json(status, new JsonObject { ["additional_data"] = new JsonObject { ["error_type"] = reason } })
                : null,
            "again"
        );
        await using var source = server.Open();
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.All(pages, page => Assert.Null(page.Gap));
        Assert.Contains("after", pages.Ids());
        Assert.Equal(2, server.Requests.Count(request => request.EndsWith(path, StringComparison.Ordinal)));
    }

    /// <remarks>developers.notion.com, Page: last_edited_time is rounded to the minute.</remarks>
    [Theory]
    [InlineData("2024-06-01T11:50:00.000Z", true)]
    [InlineData("2024-06-01T12:00:00.000Z", false)]
    public async Task AYoungTimeOfChangeDoesNotCount(string edited, bool counts)
    {
        await using var server = await StartAsync(request =>
            request.Url.AbsolutePath == $"/v1/blocks/{NotionReplay.Home}/children"
                ? NotionReplay.List($$"""[{"id": "young", "type": "paragraph", "last_edited_time": "{{edited}}"}]""")
                : null
        );
        await using var source = server.Open();
        var documents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents();
        Assert.Equal(counts, documents.Single(document => document.Id == "young").Timestamp is not null);
    }

    [Fact]
    public async Task CommentsThatCannotBeReadAreAGapAndTheBlocksAreThere()
    {
        await using var server = await StartAsync(request =>
            request.Url.AbsolutePath == "/v1/comments" ? ReplayAnswer.Json(403, new JsonObject { ["code"] = "restricted_resource" }) : null
        );
        await using var source = server.Open();
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Contains(pages, page => page.Gap?.StartsWith("comments of ", StringComparison.Ordinal) == true);
        Assert.Superset(new HashSet<string> { "bl1", "bl2", "bl3", "bl5" }, pages.Ids().ToHashSet());
    }

    [Theory]
    [InlineData("notion_secret_key", "", "notion_secret_key: required")]
    [InlineData("pages", "Hom", "pages: there is no page 'Hom' that is shared with the integration.")]
    [InlineData("databases", "Unheard-of", "databases: there is no database 'Unheard-of' that is shared with the integration.")]
    [InlineData("concurrent_downloads", "0", "concurrent_downloads: 0 is out of range")]
    public async Task AWrongFieldIsNamed(string field, string value, string sentence)
    {
        await using var server = await StartAsync(request =>
            request.Url.AbsolutePath == "/v1/search" && request.Body!["query"] is not null ? NotionReplay.List() : null
        );
        await using var source = server.Open(field, value);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
    }

    /// <remarks>developers.notion.com, Search: rows are found as pages; the database of one of them is not shared.</remarks>
    [Fact]
    public async Task ARowIsReadWithItsDatabaseOrAsThePageThatItIs()
    {
        await using var server = await StartAsync(request =>
            request.Url.AbsolutePath switch
            {
                "/v1/search" => NotionReplay.List(
                    $$"""
                    [{"object": "page", "id": "r1", "parent": {"database_id": "{{NotionReplay.Tasks}}"} },
                     {"object": "page", "id": "r2", "parent": {"database_id": "hidden"} },
                     {"object": "database", "id": "{{NotionReplay.Tasks}}", "title": [{"plain_text": "Tasks"}]}]
                    """
                ),
                $"/v1/databases/{NotionReplay.Tasks}/query" => NotionReplay.List("""[{"object": "page", "id": "r1"}]"""),
                "/v1/databases/hidden" => ReplayAnswer.Json(404, new JsonObject { ["code"] = "object_not_found" }),
                var path when path.EndsWith("/children", StringComparison.Ordinal) => NotionReplay.List(
                    $$"""[{"object": "block", "id": "below-{{path.Split('/')[3]}}", "type": "paragraph"}]"""
                ),
                _ => null,
            }
        );
        await using var source = server.Open();
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Equal(["r2", "below-r2", NotionReplay.Tasks, "r1", "below-r1"], pages.Ids());
    }

    private Task<ReplayServer> StartAsync(Func<ReplayRequest, ReplayAnswer?> answer, string run = "first") =>
        StartAsync(run, NotionReplay.With(request => answer(request) ?? NotionReplay.WithoutGaps.Answer(request, _ => null)));

    private static async Task<byte[]> ReadAsync(DocumentContent content)
    {
        await using var stream = await content.OpenAsync(Cancellation);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancellation);
        return copy.ToArray();
    }
}
