using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Zoom;

public sealed class ZoomReplayTests : ReplayTests
{
    private static readonly Difference[] Times =
    [
        new(
            "A time that does not move at every change, or is that of the sync, tells nothing: the digest does.",
            (_, field, theirs, ours) => field == "_timestamp" && theirs is not null && ours is null
        ),
        new("The id stands in _id alone, as id is a name of the framework's.", (_, field, theirs, ours) =>
            field == "id" && theirs is not null && ours is null
        ),
        new("The id of a recording is its meeting's.", (id, field, theirs, ours) =>
            id.StartsWith("rec-", StringComparison.Ordinal) && field == "meeting_id" && theirs is null && ours is not null
        ),
        new("Each recording has a uuid of its own.", (id, field, _, _) =>
            id.StartsWith("rec-", StringComparison.Ordinal) && field == "uuid"
        ),
    ];

    private protected override ReplaySource Source => ZoomReplay.Source;

    private protected override IReadOnlyList<JsonObject> RecordedIn(Recording recording, string file) =>
        [.. recording.Documents(file).Select(WithTextId)];

    [Theory]
    [InlineData("first")]
    [InlineData("again")]
    public Task DocumentsAreTheRecordedOnes(string run) => CompareDocumentsAsync(run, run, Times);

    [Fact]
    public async Task ContentsAreTheRecordedOnes()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        var contents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents).ToList();
        var content = contents.Single(content => content.FileName == "doc.txt");
        Assert.Equal(server.Recording.Attachments["file1"], await MeasureAsync(content));
        Assert.Empty(server.Unknown);
    }

    [Fact]
    public async Task AThrottledListingIsNotTakenForAnEmptyOne()
    {
        // Recorded: the daily limit of Bob's messages, which the recorded source takes for the end of the list.
        await using var server = await StartAsync("first", ZoomReplay.With((_, _) => null));
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, PageLimits.Default, Cancellation));
        Assert.Equal(FailureKind.Retry, failure.Kind);
    }

    [Fact]
    public async Task WindowsOfRecordingsShareNoDay()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Equal(
            ["from=2024-04-02&to=2024-05-01", "from=2024-05-02&to=2024-06-01"],
            server
                .Requests.Where(request => request.Contains("zu1/recordings", StringComparison.Ordinal))
                .Select(request => request[request.IndexOf("from=", StringComparison.Ordinal)..])
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task ParticipantsThatCanNotBeAskedAreNotTakenForNone()
    {
        var closed = ZoomReplay.With(
            (request, _) =>
                request.Url.AbsolutePath.EndsWith("/participants", StringComparison.Ordinal) ? ReplayAnswer.Json(404, new JsonObject())
                : request.Url.AbsolutePath == "/v2/chat/users/zu2/messages"
                    ? ReplayAnswer.Json(new JsonObject { ["messages"] = new JsonArray() })
                : null
        );
        await using var server = await StartAsync("first", closed);
        await using var source = server.Open();
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Equal(["94"], pages.SelectMany(page => page.Unreadable));
        Assert.DoesNotContain("94", pages.Ids());
    }

    [Fact]
    public async Task AUserWhoIsClosedIsAGapAndTheOthersAreRead()
    {
        var closed = ZoomReplay.With(
            (request, _) =>
                request.Url.AbsolutePath == "/v2/users/zu1/recordings" ? ReplayAnswer.Json(404, new JsonObject { ["code"] = 1001 })
                : request.Url.AbsolutePath == "/v2/chat/users/zu2/messages"
                    ? ReplayAnswer.Json(new JsonObject { ["messages"] = new JsonArray() })
                : null
        );
        await using var server = await StartAsync("first", closed);
        await using var source = server.Open();
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Contains(pages, page => page.Gap?.Contains("(404)", StringComparison.Ordinal) == true);
        Assert.Contains("msg1", pages.Ids());
    }

    [Fact]
    public async Task AMissingScopeIsNamed()
    {
        // developers.zoom.us, error codes: 4711, the access token does not contain the scopes of the call.
        var closed = ZoomReplay.With(
            (request, _) => request.Url.AbsolutePath == "/v2/users" ? ReplayAnswer.Json(400, new JsonObject { ["code"] = 4711 }) : null
        );
        await using var server = await StartAsync("first", closed);
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains("lacks a scope", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("account_id", "", "account_id: required")]
    [InlineData("client_id", "", "client_id: required")]
    [InlineData("client_secret", "", "client_secret: required")]
    [InlineData("recording_age", "-1", "recording_age: -1 is out of range")]
    public async Task AWrongFieldIsNamed(string field, string value, string sentence)
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open(field, value);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
    }

    /// <summary>An id in Elasticsearch is a text; recorded are numbers.</summary>
    private static JsonObject WithTextId(JsonObject document)
    {
        document["_id"] = document["_id"]!.ToString();
        return document;
    }
}
