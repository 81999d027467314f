using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Slack;

public sealed class SlackReplayTests : ReplayTests
{
    private const string FirstOfThread = """
        {"type": "message", "ts": "1717100000.000100", "thread_ts": "1717100000.000100", "reply_count": 2, "user": "U001",
         "text": "<@U002|bob>"}
        """;

    private static readonly Difference ChannelId = new(
        "The recorded messages name their channel, but names change: ours have its id as well.",
        (_, field, recorded, _) => field == "channel_id" && recorded is null
    );

    private static readonly Difference Id = new(
        "The id of users and channels is that of their document, which the engine writes beside the source's fields.",
        (id, field, recorded, _) => field == "id" && (string?)recorded == id
    );

    private protected override ReplaySource Source => SlackReplay.Source;

    /// <remarks>One of the channels of the second run can't be joined, which ends the recorded sync; ours goes on without its
    /// messages.</remarks>
    [Theory]
    [InlineData("first")]
    [InlineData("auto-join")]
    public async Task DocumentsAreTheRecordedOnes(string run)
    {
        var pages = await CompareDocumentsAsync(run, run, ChannelId, Id);
        Assert.All(pages, page => Assert.Null(page.Gap));
    }

    [Fact]
    public async Task WithoutUsersTheirNamesAreReadAllTheSame()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open("sync_users", false);
        var documents = RecordedDocuments.Of((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents());
        Assert.DoesNotContain(documents, document => (string?)document["type"] == "user");
        Assert.Contains(documents, document => (string?)document["author"] == "ann");
    }

    [Fact]
    public async Task TheHistoryBeginsSoManyDaysAgo()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open("fetch_last_n_days", 7);
        await source.AllAsync(1, PageLimits.Default, Cancellation);
        var first = new Uri(server.Requests.First(request => request.Contains("history", StringComparison.Ordinal))["GET ".Length..]);
        var query = new ReplayRequest("GET", first, null).Query.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        Assert.Equal(7 * 24 * 3600, long.Parse(query["latest"], null) - long.Parse(query["oldest"], null));
        Assert.InRange(long.Parse(query["latest"], null), 1717243200, 1717243200 + 600);
    }

    /// <remarks>docs.slack.dev, conversations.replies: each page may begin with the first message; files and some bots leave the text
    /// out.</remarks>
    [Fact]
    public async Task LongThreadsAndMessagesWithoutTextAreRead()
    {
        await using var server = await StartAsync(request =>
            request.Url.AbsolutePath switch
            {
                "/api/conversations.history" => Messages($"[{FirstOfThread}]"),
                "/api/conversations.replies" when request.Url.Query.Contains("cursor=second", StringComparison.Ordinal) => Messages(
                    """
                    [{"type": "message", "ts": "1717100000.000100", "thread_ts": "1717100000.000100", "text": "as it is on other pages"},
                     {"type": "message", "ts": "1717100002.000100", "username": "deploys", "bot_id": "B1"}]
                    """
                ),
                "/api/conversations.replies" => Messages(
                    $$"""
                    [{{FirstOfThread}},
                     {"type": "message", "ts": "1717100001.000100", "thread_ts": "1717100000.000100", "user": "U404", "files": []}]
                    """,
                    "second"
                ),
                _ => null,
            }
        );
        await using var source = server.Open();
        var messages = RecordedDocuments
            .Of((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents())
            .Where(document => (string?)document["type"] == "message")
            .ToList();
        Assert.Equal(
            ["C001-1717100000.000100|ann|<@Bob Example>", "C001-1717100001.000100|U404|", "C001-1717100002.000100|deploys|"],
            messages.Select(message => $"{message["_id"]}|{message["author"]}|{message["text"]}")
        );
    }

    [Theory]
    [InlineData("conversations.history", "channel_not_found", "general, messages: ")]
    [InlineData("conversations.replies", "thread_not_found", "general, thread 1717100000.000100: ")]
    public async Task WhatIsClosedInTheMiddleOfASyncIsAGap(string method, string error, string place)
    {
        await using var server = await StartAsync(request => Fails(request, method, error));
        await using var source = server.Open();
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        var gap = Assert.Single(pages, page => page.Gap is not null).Gap;
        Assert.StartsWith(place, gap, StringComparison.Ordinal);
        Assert.Contains(error, gap, StringComparison.Ordinal);
        Assert.Contains("C001", pages.Ids());
    }

    [Theory]
    [InlineData("auth.test", "invalid_auth", FailureKind.Fatal, "Slack refuses the token (invalid_auth). Check token: ")]
    [InlineData("auth.test", "token_revoked", FailureKind.Fatal, "Slack refuses the token (token_revoked). Check token: ")]
    [InlineData(
        "conversations.history",
        "missing_scope",
        FailureKind.Fatal,
        "Slack refuses permission: the token lacks the scope channels:history "
    )]
    [InlineData("conversations.history", "internal_error", FailureKind.Retry, "Slack could not answer at the moment (internal_error).")]
    [InlineData("users.list", "org_login_required", FailureKind.Fatal, "Slack answers with an error (org_login_required). ")]
    [InlineData("users.list", "<b>se-cr-et", FailureKind.Fatal, "Slack answers with an error (no reason). ")]
    public async Task AnErrorIsToldByItsName(string method, string error, FailureKind kind, string sentence)
    {
        await using var server = await StartAsync(request => Fails(request, method, error));
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(async () =>
        {
            await source.PingAsync(Cancellation);
            await source.AllAsync(1, PageLimits.Default, Cancellation);
        });
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(kind, failure.Kind);
    }

    [Theory]
    [InlineData("channels:history,channels:read,users:read", true, "token: lacks channels:join. ")]
    [InlineData("channels:read,chat:write", false, "token: lacks channels:history, users:read. ")]
    [InlineData("channels:history,channels:read,users:read", false, null)]
    [InlineData("identify,bot", false, null)]
    public async Task TheCheckNamesTheScopesThatAreMissing(string scopes, bool joins, string? sentence)
    {
        await using var server = await StartAsync(request =>
            request.Url.AbsolutePath == "/api/auth.test"
                ? ReplayAnswer.Json(new JsonObject { ["ok"] = true }, ("x-oauth-scopes", scopes))
                : null
        );
        await using var source = server.Open("auto_join_channels", joins);
        var failure = await Record.ExceptionAsync(() => source.PingAsync(Cancellation));
        if (sentence is null)
        {
            Assert.Null(failure);
        }
        else
        {
            Assert.StartsWith(sentence, Assert.IsType<ConnectorException>(failure).Message, StringComparison.Ordinal);
        }
    }

    /// <remarks>docs.slack.dev, Rate limits: lists may be asked for 20 times a minute, messages 50 times.</remarks>
    [Fact]
    public async Task ListsAreAskedForAtADistanceOfThreeSeconds()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        await source.PartitionAsync(1, Cancellation);
        Assert.Equal(2, server.Count);
        Assert.Equal(TimeSpan.FromSeconds(3), server.Time.Waited);
    }

    [Theory]
    [InlineData("token", "", "token: required")]
    [InlineData("fetch_last_n_days", "", "fetch_last_n_days: required")]
    [InlineData("fetch_last_n_days", "0", "fetch_last_n_days: 0 is out of range")]
    public async Task AWrongFieldIsNamed(string field, string value, string sentence)
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open(field, value);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
    }

    private Task<ReplayServer> StartAsync(Func<ReplayRequest, ReplayAnswer?> answer) =>
        StartAsync("first", SlackReplay.With(answer));

    private static ReplayAnswer? Fails(ReplayRequest request, string method, string error) =>
        request.Url.AbsolutePath == $"/api/{method}"
            ? ReplayAnswer.Json(
                new JsonObject
                {
                    ["ok"] = false,
                    ["error"] = error,
                    ["needed"] = "channels:history",
                }
            )
            : null;

    private static ReplayAnswer Messages(string messages, string next = "") =>
        ReplayAnswer.Json(
            new JsonObject
            {
                ["ok"] = true,
                ["messages"] = JsonNode.Parse(messages),
                ["has_more"] = next.Length > 0,
                ["response_metadata"] = new JsonObject { ["next_cursor"] = next },
            }
        );
}
