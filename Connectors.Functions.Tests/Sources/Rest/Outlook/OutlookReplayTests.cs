using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Outlook;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Microsoft;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Outlook;

public sealed class OutlookReplayTests : ReplayTests
{
    private static readonly Difference LocalTimes = new(
        "Recorded times are those of the mailbox's zone (Berlin) with a Z behind them; ours are UTC.",
        (_, field, recorded, ours) =>
            field is "_timestamp" or "start_date" or "end_date" && Time(recorded) - Time(ours) is { TotalHours: 1 or 2 }
    );

    private static readonly Difference NoLists = new("Microsoft Graph does not show lists of contacts.", (id, field, _, ours) =>
        id == "list/1" && field == Difference.Whole && ours is null
    );

    private static readonly Difference OtherFolders = new(
        "Mails of all folders are mirrored, those of folders below under the name of the folder above.",
        (id, field, recorded, ours) =>
            field == Difference.Whole
            && recorded is null
            && (id, (string?)ours?["type"]) is ("mail/5", "Inbox Mails") or ("mail/6", "Other Mails")
    );

    private protected override ReplaySource Source => OutlookReplay.Source;

    private protected override IReadOnlyList<JsonObject> RecordedIn(Recording recording, string file) =>
        OutlookReplay.Documents(recording, file);

    [Fact]
    public async Task DocumentsAreTheRecordedOnes()
    {
        var pages = await CompareDocumentsAsync("first", "first", LocalTimes, NoLists, OtherFolders);
        Assert.DoesNotContain(pages, page => page.Gap is not null);
    }

    [Fact]
    public async Task DocumentsListTheMailbox()
    {
        await using var server = await StartAsync("access-control");
        await using var source = server.Open();
        var documents = RecordedDocuments.Of((await source.AllAsync(2, PageLimits.Default, Cancellation)).Documents());
        var recorded = OutlookReplay.Documents(server.Recording, "dls");
        RecordedDocuments.Compare(
            recorded,
            [.. documents.Where(document => recorded.Any(other => (string?)other["_id"] == (string?)document["_id"]))],
            LocalTimes
        );
        Assert.All(documents, document => Assert.Equal("email:ann@example.org", (string?)document[AccessControl.FieldName]![0]));
    }

    [Fact]
    public Task IdentitiesAreTheRecordedOnes() =>
        CompareIdentitiesAsync(
            new Difference("created_at is when the account was made; recorded is the time of the sync.", (_, field, _, _) =>
                field == "created_at"
            ),
            new Difference(
                "A user without a mailbox, whom the recorded tenant did not have, has an identity too.",
                (id, field, recorded, _) => id == "u-3" && field == Difference.Whole && recorded is null
            )
        );

    [Fact]
    public async Task AnIncrementalSyncTakesWhatChanged()
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open();
        using var page = await ((IChangeFeed)source).ReadChangesAsync(
            "2024-05-03T08:00:00.0000000Z",
            PageToken.Start,
            PageLimits.Default,
            Cancellation
        );
        Assert.Empty(server.Unknown);
        Assert.Equal(
            ["mail/2", "mail/3", "mail/5", "mail/6"],
            Enumerable.Range(0, page.Upserts.Count).Select(index => Encoding.UTF8.GetString(page.Upserts[index].Id.Span)).Order()
        );
    }

    [Fact]
    public async Task AMailboxThatAPolicyClosesIsNotMeantAndOneThatFailsIsAGap()
    {
        foreach (
            var (message, gaps) in ((string, bool)[])[("Blocked by tenant configured AppOnly AccessPolicy settings.", false), ("no", true)]
        )
        {
            var closed = OutlookReplay.With(request =>
                request.Url.AbsolutePath.StartsWith("/v1.0/users/u-1/", StringComparison.Ordinal)
                    ? ReplayAnswer.Json(
                        403,
                        new JsonObject
                        {
                            ["error"] = new JsonObject { ["code"] = "ErrorAccessDenied", ["message"] = message },
                        }
                    )
                    : null
            );
            await using var server = await StartAsync("first", closed);
            await using var source = server.Open();
            var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
            Assert.Equal(gaps, pages.Any(page => page.Gap is not null));
            Assert.Empty(pages.Documents());
        }
    }

    [Theory]
    [InlineData("messages", "Mail.Read")]
    [InlineData("contacts", "Contacts.Read")]
    [InlineData("todo/lists", "Tasks.Read.All")]
    [InlineData("calendars", "Calendars.Read")]
    public async Task AMissingPermissionIsNamed(string path, string permission)
    {
        var closed = OutlookReplay.With(request =>
            request.Url.AbsolutePath == $"/v1.0/users/u-1/{path}" ? MicrosoftReplay.Error(403, "ErrorAccessDenied") : null
        );
        var failure = await PingFailsAsync(closed);
        Assert.Contains($"the permission {permission} of type application", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data_source", "outlook_server", "data_source: mailboxes of Exchange Server can't be mirrored")]
    [InlineData("data_source", "elsewhere", "data_source: \"elsewhere\" is neither outlook_cloud nor outlook_server.")]
    [InlineData("tenant_id", "", "tenant_id: required")]
    [InlineData("client_id", "", "client_id: required")]
    [InlineData("client_secret", "", "client_secret: required")]
    public Task AWrongFieldIsNamed(string field, string value, string sentence) => NamesTheFieldAsync(field, value, sentence);

    [Fact]
    public void IdsAreThoseOfExchangeWebServices() => Assert.Equal("AAMkAD/x+y/z==", ExchangeId.ToEws("AAMkAD-x_y-z=="));

    [Theory]
    [InlineData("""{"type": "daily", "interval": 2}""", "Occurs every 2 day(s)")]
    [InlineData("""{"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 5}""", "Occurs on day 5 of every 1 month(s)")]
    [InlineData(
        """{"type": "relativeYearly", "interval": 1, "month": 3, "index": "first", "daysOfWeek": ["tuesday"]}""",
        "Occurs on weekday Tuesday in the first week of March"
    )]
    public void RecurrenceIsWorded(string pattern, string words)
    {
        using var item = System.Text.Json.JsonDocument.Parse($"{{\"recurrence\": {{\"pattern\": {pattern}}}}}");
        Assert.Equal($"Recurring {words}", Recurrence.KindOf(item.RootElement));
    }

    private static DateTimeOffset? Time(JsonNode? node) =>
        DateTimeOffset.TryParse((string?)node, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
