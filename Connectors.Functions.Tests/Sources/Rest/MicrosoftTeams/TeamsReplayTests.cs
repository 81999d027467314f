using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Microsoft;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.MicrosoftTeams;

public sealed class TeamsReplayTests : ReplayTests
{
    private const string Ann = "c0000000-0000-4000-8000-000000000001";
    private const string Bob = "c0000000-0000-4000-8000-000000000002";

    private static readonly Difference NoTime = new(
        "Nobody tells when a team, a channel or a tab changed: the digest decides. Recorded is the time of the sync, or that of the chat.",
        (id, field, _, ours) => field == "_timestamp" && ours is null && id is "team1" or "19:chan1@thread.tacv2" or "ctab1" or "tab1"
    );

    private protected override ReplaySource Source => TeamsReplay.Source;

    private protected override IReadOnlyList<JsonObject> RecordedIn(Recording recording, string file) =>
        TeamsReplay.Documents(recording, file);

    [Theory]
    [InlineData("first")]
    [InlineData("again")]
    public async Task DocumentsAreTheRecordedOnes(string run)
    {
        var pages = await CompareDocumentsAsync(run, run, NoTime);
        Assert.DoesNotContain(pages, page => page.Gap is not null);
    }

    [Fact]
    public Task ContentsAreTheRecordedOnes() =>
        CompareContentsAsync("first", ["Bob's plan.txt", "deep.md", "movie.mp4", "spec.txt"], unread: "movie.mp4");

    [Fact]
    public async Task WithoutAnAccountTheChatsOfAllUsersAreReadEachOnce()
    {
        // learn.microsoft.com, Microsoft Graph REST API v1.0, List chats: GET /users/{id}/chats with permissions of type application.
        var chats = new[] { Chat("19:chat1@thread.v2", Ann, Bob), Chat("19:chat2@thread.v2", Bob, Ann) };
        var all = TeamsReplay.With(request =>
            request.Url.AbsolutePath == $"/v1.0/users/{Ann}/chats" ? MicrosoftReplay.List(null, chats)
            : request.Url.AbsolutePath == $"/v1.0/users/{Bob}/chats" ? MicrosoftReplay.List(null, [.. chats, Chat("19:own@thread.v2", Bob)])
            : request.Url.AbsolutePath.StartsWith("/v1.0/chats/19:own", StringComparison.Ordinal) ? MicrosoftReplay.List(null)
            : null
        );
        await using var server = await StartAsync("first", all);
        await using var source = server.Open("username", "");
        await source.PingAsync(Cancellation);
        var ids = (await source.AllAsync(2, PageLimits.Default, Cancellation)).Ids();
        Assert.Empty(server.Unknown);
        Assert.Equal(
            TeamsReplay.Documents(server.Recording, "first").Select(document => (string)document["_id"]!).Order(StringComparer.Ordinal),
            ids.Order(StringComparer.Ordinal)
        );
        Assert.Equal(1, server.Requests.Count(request => request.Contains("/chats/19:chat2@thread.v2/messages", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("/v1.0/chats/19:chat1@thread.v2/messages", 403, "Bridge, messages", "the permission Chat.Read of type delegated")]
    [InlineData("/v1.0/teams/team1/channels/19:chan1@thread.tacv2/messages", 403, "General, messages", "ChannelMessage.Read.All")]
    [InlineData("/v1.0/drives/drvT/items/01SUB/children", 404, "General, files", "(404)")]
    [InlineData("/v1.0/teams/team1/channels", 403, "Engineering, channels", "Channel.ReadBasic.All")]
    public async Task WhatIsClosedIsAGapAndTheRestIsRead(string path, int status, string place, string sentence)
    {
        var closed = TeamsReplay.With(request => request.Url.AbsolutePath == path ? MicrosoftReplay.Error(status, "Forbidden") : null);
        var pages = await ReadAsync("again", closed);
        var gap = Assert.Single(pages, page => page.Gap is not null).Gap!;
        Assert.StartsWith(place, gap, StringComparison.Ordinal);
        Assert.Contains(sentence, gap, StringComparison.Ordinal);
        Assert.Contains("1716000000021", pages.Ids());
        Assert.Contains("ev1", pages.Ids());
    }

    [Theory]
    [InlineData("tenant_id", "", "tenant_id: required")]
    [InlineData("client_id", "", "client_id: required")]
    [InlineData("secret_value", "", "secret_value: required")]
    [InlineData("password", "", "password: required")]
    public Task AWrongFieldIsNamed(string field, string value, string sentence) => NamesTheFieldAsync(field, value, sentence);

    private static JsonObject Chat(string id, params string[] users) =>
        new()
        {
            ["id"] = id,
            ["topic"] = id.Contains("chat1", StringComparison.Ordinal) ? "Bridge" : null,
            ["members"] = new JsonArray([
                .. users.Select(user =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["userId"] = user,
                            ["tenantId"] = "t",
                            ["displayName"] = "Some",
                        }
                ),
            ]),
        };
}
