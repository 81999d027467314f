using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Confluence;

/// <summary>What the recording does not reach; the answers have the form that developer.atlassian.com gives for the search by CQL and for a
/// content (REST API v1).</summary>
public sealed class ConfluenceCommentsAndChangesTests
{
    private static readonly JsonNode Comment = JsonNode.Parse(
        """
        {
          "id": "3001", "type": "comment", "status": "current", "title": "Re: page 2",
          "history": {
            "latest": true, "createdDate": "2024-05-08T10:00:00.000Z",
            "createdBy": { "type": "known", "accountId": "acc-bob", "accountType": "atlassian", "publicName": "Bob Example" },
            "lastUpdated": { "when": "2024-05-08T11:00:00.000Z", "number": 2 }
          },
          "container": { "id": "2002", "type": "page", "status": "current", "title": "page 2" },
          "space": { "id": 1001, "key": "ENG", "name": "Space ENG" },
          "body": { "storage": { "value": "<p>Well said</p>", "representation": "storage" } },
          "extensions": { "location": "footer" },
          "_links": { "webui": "/spaces/ENG/pages/2002?focusedCommentId=3001" }
        }
        """
    )!;

    private static readonly JsonNode Page = JsonNode.Parse(
        """
        {
          "id": "2002", "type": "page", "title": "page 2", "ancestors": [{ "id": "2001", "title": "page 1" }],
          "space": { "id": 1001, "key": "ENG", "name": "Space ENG", "permissions": [{
            "operation": { "operation": "read", "targetType": "space" },
            "subjects": { "user": { "results": [{ "type": "known", "accountId": "acc-ann", "accountType": "atlassian" }] } } }] },
          "restrictions": { "read": { "operation": "read", "restrictions": {
            "user": { "results": [{ "type": "known", "accountId": "acc-ann", "accountType": "atlassian" }], "start": 0, "limit": 100, "size": 1 },
            "group": { "results": [], "start": 0, "limit": 100, "size": 0 } } } }
        }
        """
    )!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ACommentIsADocumentThatIsSeenByThoseWhoSeeItsPage()
    {
        await using var server = await ReplayServer.StartAsync(ConfluenceReplay.With(Answer), "access-control", calls: null, Cancellation);
        await using var source = server.Open();
        var comment = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents(), document =>
            document.Id == "3001"
        );
        Assert.Empty(server.Unknown);
        Assert.Equal(new DateTimeOffset(2024, 5, 8, 11, 0, 0, TimeSpan.Zero), comment.Timestamp);
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse(
                    """
                    {
                      "_allow_access_control": ["account_id:acc-ann"], "type": "comment", "title": "Re: page 2", "page": "page 2", "space": "Space ENG",
                      "body": "Well said", "url": "https://cloud.confluence.test/wiki/spaces/ENG/pages/2002?focusedCommentId=3001",
                      "author": "Bob Example", "createdDate": "2024-05-08T10:00:00.000Z"
                    }
                    """
                ),
                JsonNode.Parse(comment.Body)
            ),
            comment.Body
        );
    }

    [Fact]
    public async Task ACommentWhosePageIsGoneIsNeitherWrittenNorDeleted()
    {
        var gone = ConfluenceReplay.With(request =>
            IsAccess(request) ? ReplayAnswer.Json(404, new JsonObject { ["statusCode"] = 404 }) : Answer(request)
        );
        await using var server = await ReplayServer.StartAsync(gone, "access-control", calls: null, Cancellation);
        await using var source = server.Open();
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Equal(["3001"], pages.SelectMany(page => page.Unreadable));
    }

    [Fact]
    public async Task ChangesAreAskedForByTimeWithADayForTheZoneAndAttachmentsComeByThemselves()
    {
        List<string> asked = [];
        var recorded = ConfluenceReplay.With(request =>
        {
            var query = ConfluenceReplay.Query(request);
            if (!query.Contains("lastmodified", StringComparison.Ordinal))
            {
                return null;
            }

            asked.Add(query);
            return query.StartsWith("space in ('ENG') AND type=comment", StringComparison.Ordinal)
                ? ConfluenceReplay.List(Comment)
                : ConfluenceReplay.List();
        });
        await using var server = await ReplayServer.StartAsync(recorded, "first", calls: null, Cancellation);
        await using var source = server.Open();
        var feed = Assert.IsAssignableFrom<IChangeFeed>(source);
        var start = await feed.FindCursorAsync(Cancellation);
        using var change = await feed.ReadChangesAsync(start.Cursor!, PageToken.Start, PageLimits.Default, Cancellation);
        Assert.Empty(server.Unknown);
        Assert.True(change.Upserts.IsLast);
        Assert.Equal(3, change.Upserts.Count);
        var since = "lastmodified >= \"2024-05-31 12:00\"";
        Assert.Equal(
            [
                $"space in ('ENG') AND type=blogpost AND {since}",
                $"space in ('ENG') AND type=page AND {since}",
                $"space in ('ENG') AND type=comment AND {since}",
                $"space in ('ENG') AND type=attachment AND {since}",
            ],
            asked.Take(4)
        );
        Assert.Equal(8, asked.Count);
    }

    [Fact]
    public async Task WhatARuleFindsIsClosedToOthersAsWell()
    {
        var recorded = ConfluenceReplay.With(request =>
            IsAccess(request) ? ReplayAnswer.Json(Page)
            : request.Url.AbsolutePath == "/wiki/rest/api/search" ? Rule()
            : request.Url.AbsolutePath.EndsWith("/restriction/byOperation/read", StringComparison.Ordinal)
                ? ReplayAnswer.Json(404, new JsonObject())
            : Answer(request)
        );
        await using var server = await ReplayServer.StartAsync(recorded, "rules", calls: null, Cancellation);
        await using var source = server.Open("use_document_level_security", true);
        var found = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents());
        Assert.Equal(
            ["account_id:acc-ann"],
            JsonNode.Parse(found.Body)!["_allow_access_control"]!.AsArray().Select(value => (string)value!)
        );

        static ReplayAnswer Rule() =>
            ConfluenceReplay.List(
                new JsonObject
                {
                    ["content"] = JsonNode.Parse(
                        """{ "id": "2002", "type": "page", "title": "page 2", "space": { "name": "Space ENG" } }"""
                    ),
                    ["title"] = "page 2",
                    ["entityType"] = "content",
                    ["url"] = "/spaces/ENG/pages/2002",
                    ["lastModified"] = "2024-05-06T07:08:09.000Z",
                }
            );
    }

    [Fact]
    public async Task AnAccountThatSeesNoSpaceIsAnErrorAndNotAnEmptySite()
    {
        var nobody = ConfluenceReplay.With(request =>
            request.Url.AbsolutePath.EndsWith("/rest/api/space", StringComparison.Ordinal) ? ConfluenceReplay.List() : null
        );
        await using var server = await ReplayServer.StartAsync(nobody, "first", calls: null, Cancellation);
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PartitionAsync(1, Cancellation));
        Assert.StartsWith("spaces: the account sees no space.", failure.Message, StringComparison.Ordinal);
    }

    private static ReplayAnswer? Answer(ReplayRequest request) =>
        IsAccess(request) ? ReplayAnswer.Json(Page)
        : ConfluenceReplay.Query(request) == "space in ('ENG') AND type=comment" ? ConfluenceReplay.List(Comment)
        : null;

    private static bool IsAccess(ReplayRequest request) =>
        request.Url.AbsolutePath == "/wiki/rest/api/content/2002"
        && request.Url.Query.Contains("restrictions.read", StringComparison.Ordinal);
}
